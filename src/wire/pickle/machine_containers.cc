// Lists, tuples, dicts and sets.
#include <algorithm>

#include "base/strings.h"
#include "wire/pickle/machine.h"

namespace tundish::pickle {

Status Machine::push_items(ObjectKind kind, std::span<const ObjectId> items) {
  TRY(session_.graph.arena().check(items.size() * sizeof(ObjectId)));
  Object object;
  object.kind = kind;
  object.items = nullptr;
  if (!items.empty()) {
    object.items = session_.graph.arena().allocate<ObjectId>(items.size());
    std::copy(items.begin(), items.end(), object.items);
    object.size = items.size();
    object.capacity = static_cast<uint32_t>(items.size());
  }
  return push_object(object);
}

// Appends to a list or set, or to the record of a subclass.
Status Machine::append_to(ObjectId target, std::span<const ObjectId> items, std::string_view what) {
  ObjectGraph& graph = session_.graph;
  TRY(graph.arena().check(items.size() * 3 * sizeof(ObjectId)));
  Object& object = graph.mutable_at(target);
  if (object.kind == ObjectKind::kRecord) {
    graph.append(object.record->list, items);
    return ok();
  }
  const bool is_set = opcode_ == 0x90;
  if (object.kind != (is_set ? ObjectKind::kSet : ObjectKind::kList))
    return fault(cat(what, " to ", graph.described(target)));
  Items grown = {object.items, static_cast<uint32_t>(object.size), object.capacity};
  graph.append(grown, items);
  object.items = grown.data;
  object.size = grown.size;
  object.capacity = grown.capacity;
  return ok();
}

Status Machine::set_items(ObjectId target, std::span<const ObjectId> pairs) {
  if (pairs.size() % 2 != 0) return fault("an odd number of keys and values");
  ObjectGraph& graph = session_.graph;
  TRY(graph.arena().check(pairs.size() * 3 * sizeof(ObjectId)));
  Object& object = graph.mutable_at(target);
  if (object.kind == ObjectKind::kRecord) {
    graph.append(object.record->dict, pairs);
    return ok();
  }
  if (object.kind != ObjectKind::kDict)
    return fault(cat("keys and values for ", graph.described(target)));
  Items grown = {object.items, static_cast<uint32_t>(object.size), object.capacity};
  graph.append(grown, pairs);
  object.items = grown.data;
  object.size = grown.size;
  object.capacity = grown.capacity;
  return ok();
}

Status Machine::tuple_of(size_t count) {
  const size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_size_ - floor < count)
    return fault(marks_.empty() ? "stack underflow" : "stack underflow: a MARK is in the way");
  stack_size_ -= count;
  return push_items(ObjectKind::kTuple, {stack_.data() + stack_size_, count});
}

Status Machine::op_empty_list() { return push_items(ObjectKind::kList, {}); }
Status Machine::op_empty_tuple() { return push_items(ObjectKind::kTuple, {}); }
Status Machine::op_empty_dict() { return push_items(ObjectKind::kDict, {}); }
Status Machine::op_empty_set() { return push_items(ObjectKind::kSet, {}); }
Status Machine::op_tuple1() { return tuple_of(1); }
Status Machine::op_tuple2() { return tuple_of(2); }
Status Machine::op_tuple3() { return tuple_of(3); }

Status Machine::op_list() {
  TRY_ASSIGN(const auto items, pop_mark());
  return push_items(ObjectKind::kList, items);
}

Status Machine::op_tuple() {
  TRY_ASSIGN(const auto items, pop_mark());
  return push_items(ObjectKind::kTuple, items);
}

Status Machine::op_frozenset() {
  TRY_ASSIGN(const auto items, pop_mark());
  return push_items(ObjectKind::kFrozenSet, items);
}

Status Machine::op_dict() {
  TRY_ASSIGN(const auto pairs, pop_mark());
  if (pairs.size() % 2 != 0) return fault("an odd number of keys and values");
  return push_items(ObjectKind::kDict, pairs);
}

Status Machine::op_append() {
  TRY_ASSIGN(const ObjectId item, pop());
  TRY_ASSIGN(const ObjectId target, top());
  return append_to(target, {&item, 1}, "APPEND");
}

Status Machine::op_appends() {
  TRY_ASSIGN(const auto items, pop_mark());
  TRY_ASSIGN(const ObjectId target, top());
  return append_to(target, items, "APPENDS");
}

Status Machine::op_additems() {
  TRY_ASSIGN(const auto items, pop_mark());
  TRY_ASSIGN(const ObjectId target, top());
  return append_to(target, items, "ADDITEMS");
}

Status Machine::op_setitem() {
  TRY_ASSIGN(const ObjectId value, pop());
  TRY_ASSIGN(const ObjectId key, pop());
  TRY_ASSIGN(const ObjectId target, top());
  const ObjectId pair[] = {key, value};
  return set_items(target, pair);
}

Status Machine::op_setitems() {
  TRY_ASSIGN(const auto pairs, pop_mark());
  TRY_ASSIGN(const ObjectId target, top());
  return set_items(target, pairs);
}

}  // namespace tundish::pickle
