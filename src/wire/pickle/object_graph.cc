#include "wire/pickle/object_graph.h"

#include <algorithm>

#include "base/strings.h"

namespace tundish::pickle {

std::string_view object_kind_name(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kNone: return "None";
    case ObjectKind::kBool: return "bool";
    case ObjectKind::kInt:
    case ObjectKind::kBigInt: return "int";
    case ObjectKind::kFloat: return "float";
    case ObjectKind::kString: return "str";
    case ObjectKind::kBytes: return "bytes";
    case ObjectKind::kList: return "list";
    case ObjectKind::kTuple: return "tuple";
    case ObjectKind::kDict: return "dict";
    case ObjectKind::kSet: return "set";
    case ObjectKind::kFrozenSet: return "frozenset";
    case ObjectKind::kGlobal: return "global";
    case ObjectKind::kRecord: return "instance";
    case ObjectKind::kArray: return "numpy array";
    case ObjectKind::kDType: return "numpy dtype";
  }
  return "object";
}

ObjectGraph::ObjectGraph(std::shared_ptr<const void> owner, Bytes stream, uint64_t limit_bytes)
    : arena_(std::make_shared<Arena>(limit_bytes)), owner_(std::move(owner)), stream_(stream) {}

ObjectId ObjectGraph::add(const Object& object) {
  if ((count_ & kChunkMask) == 0) chunks_.push_back(arena_->allocate<Object>(kChunkMask + 1));
  new (&chunks_.back()[count_ & kChunkMask]) Object(object);
  return static_cast<ObjectId>(count_++);
}

void ObjectGraph::append(Items& items, std::span<const ObjectId> more) {
  if (more.size() > items.capacity - items.size) {
    const size_t capacity = std::max<size_t>({4, items.size + more.size(), items.size * 2ull});
    ObjectId* place = arena_->allocate<ObjectId>(capacity);
    std::copy_n(items.data, items.size, place);
    items.data = place;
    items.capacity = static_cast<uint32_t>(capacity);
  }
  std::copy(more.begin(), more.end(), items.data + items.size);
  items.size += static_cast<uint32_t>(more.size());
}

std::string_view ObjectGraph::text(ObjectId id) const {
  const Object& object = at(id);
  if (object.kind != ObjectKind::kString && object.kind != ObjectKind::kBytes) return {};
  return {object.text, object.size};
}

std::span<const ObjectId> ObjectGraph::items(ObjectId id) const {
  const Object& object = at(id);
  switch (object.kind) {
    case ObjectKind::kList:
    case ObjectKind::kTuple:
    case ObjectKind::kDict:
    case ObjectKind::kSet:
    case ObjectKind::kFrozenSet: return {object.items, object.size};
    case ObjectKind::kRecord:
      return object.record->dict.size > 0 ? object.record->dict.span() : object.record->list.span();
    case ObjectKind::kArray: return object.array->objects;
    default: return {};
  }
}

ObjectId ObjectGraph::find_key(ObjectId dict, std::string_view key) const {
  const Object& object = at(dict);
  std::span<const ObjectId> entries;
  if (object.kind == ObjectKind::kDict) entries = {object.items, object.size};
  if (object.kind == ObjectKind::kRecord) entries = object.record->dict.span();
  for (size_t i = 0; i + 1 < entries.size(); i += 2) {
    if (kind(entries[i]) == ObjectKind::kString && text(entries[i]) == key) return entries[i + 1];
  }
  return kNoObject;
}

ObjectId ObjectGraph::find_attribute(ObjectId record, std::string_view name) const {
  const Object& object = at(record);
  if (object.kind != ObjectKind::kRecord || object.record->state == kNoObject) return kNoObject;
  const ObjectId state = object.record->state;
  if (kind(state) == ObjectKind::kDict) return find_key(state, name);
  for (const ObjectId part : items(state)) {
    if (kind(part) != ObjectKind::kDict) continue;
    if (const ObjectId found = find_key(part, name); found != kNoObject) return found;
  }
  return kNoObject;
}

const Global* ObjectGraph::global(ObjectId id) const {
  return kind(id) == ObjectKind::kGlobal ? at(id).global : nullptr;
}
const Record* ObjectGraph::record(ObjectId id) const {
  return kind(id) == ObjectKind::kRecord ? at(id).record : nullptr;
}
const Array* ObjectGraph::array(ObjectId id) const {
  return kind(id) == ObjectKind::kArray ? at(id).array : nullptr;
}
const NumpyDType* ObjectGraph::dtype(ObjectId id) const {
  return kind(id) == ObjectKind::kDType ? at(id).dtype : nullptr;
}

std::string ObjectGraph::big_integer(ObjectId id) const {
  const Object& object = at(id);
  if (object.kind != ObjectKind::kBigInt) return {};
  if (object.flag) return std::string(object.text, object.size);
  // Two's complement, low byte first: the magnitude in hexadecimal.
  std::vector<uint8_t> bytes(object.text, object.text + object.size);
  const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
  if (negative) {
    unsigned carry = 1;
    for (uint8_t& byte : bytes) {
      carry += static_cast<uint8_t>(~byte);
      byte = static_cast<uint8_t>(carry);
      carry >>= 8;
    }
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (size_t i = bytes.size(); i-- > 0;) {
    digits += kDigits[bytes[i] >> 4];
    digits += kDigits[bytes[i] & 15];
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return cat(negative ? "-0x" : "0x", digits);
}

std::string ObjectGraph::type_name(ObjectId id) const {
  const Object& object = at(id);
  if (object.kind == ObjectKind::kRecord)
    return cat(object.record->type->module, ".", object.record->type->name);
  if (object.kind == ObjectKind::kGlobal)
    return cat(object.global->module, ".", object.global->name);
  return std::string(object_kind_name(object.kind));
}

std::string ObjectGraph::described(ObjectId id) const {
  if (kind(id) == ObjectKind::kNone) return "None";
  const std::string name = type_name(id);
  return cat(name.starts_with("int") || name.starts_with("object") ? "an " : "a ", name);
}

std::shared_ptr<const void> ObjectGraph::owner_of(Bytes bytes) const {
  // Compared as numbers: pointers into different objects have no order.
  const auto begin = reinterpret_cast<uintptr_t>(stream_.data());
  const auto at = reinterpret_cast<uintptr_t>(bytes.data());
  if (at >= begin && at < begin + stream_.size()) return owner_;
  return arena_;
}

}  // namespace tundish::pickle
