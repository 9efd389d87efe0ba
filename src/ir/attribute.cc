#include "ir/attribute.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace tundish {

namespace {

// In the order of the variant's alternatives.
constexpr std::array<std::string_view, 12> kKindNames = {"float",   "int",    "string", "tensor",
                                                         "graph",   "floats", "ints",   "strings",
                                                         "tensors", "graphs", "type",   "types"};
static_assert(std::variant_size_v<Attribute> == kKindNames.size());

template <class T> std::string_view kind_of() { return attribute_kind_name(Attribute(T{})); }

Error wrong_kind(std::string_view name, std::string_view wanted, const Attribute& found) {
  return InvalidModel(cat("expected ", wanted, ", got ", attribute_kind_name(found)))
      .in(cat("attribute ", quoted(name)));
}

template <class T> Result<T> get(const AttributeList& list, std::string_view name, T fallback) {
  const Attribute* found = list.find(name);
  if (found == nullptr) return fallback;
  if (const T* value = std::get_if<T>(found)) return *value;
  return wrong_kind(name, kind_of<T>(), *found);
}

template <class T> Result<T> require(const AttributeList& list, std::string_view name) {
  if (!list.has(name)) {
    return InvalidModel(cat("attribute ", quoted(name), " is missing (", kind_of<T>(), ")"));
  }
  return get<T>(list, name, T{});
}

bool name_before(const std::pair<std::string, Attribute>& item, std::string_view name) {
  return item.first < name;
}

}  // namespace

std::string_view attribute_kind_name(const Attribute& attribute) {
  return kKindNames[attribute.index()];
}

void AttributeList::set(std::string name, Attribute value) {
  const auto at = std::lower_bound(items_.begin(), items_.end(), name, name_before);
  if (at != items_.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    items_.emplace(at, std::move(name), std::move(value));
  }
}

void AttributeList::erase(std::string_view name) {
  const auto at = std::lower_bound(items_.begin(), items_.end(), name, name_before);
  if (at != items_.end() && at->first == name) items_.erase(at);
}

const Attribute* AttributeList::find(std::string_view name) const {
  const auto at = std::lower_bound(items_.begin(), items_.end(), name, name_before);
  return at != items_.end() && at->first == name ? &at->second : nullptr;
}

Result<int64_t> AttributeList::get_int(std::string_view name, int64_t fallback) const {
  return get<int64_t>(*this, name, fallback);
}

Result<float> AttributeList::get_float(std::string_view name, float fallback) const {
  return get<float>(*this, name, fallback);
}

Result<std::string> AttributeList::get_string(std::string_view name,
                                              std::string_view fallback) const {
  return get<std::string>(*this, name, std::string(fallback));
}

Result<std::vector<int64_t>> AttributeList::get_ints(std::string_view name,
                                                     std::vector<int64_t> fallback) const {
  return get<std::vector<int64_t>>(*this, name, std::move(fallback));
}

Result<std::vector<int64_t>> AttributeList::take_ints(std::string_view name) {
  const auto at = std::lower_bound(items_.begin(), items_.end(), name, name_before);
  if (at == items_.end() || at->first != name) return std::vector<int64_t>();
  auto* held = std::get_if<std::vector<int64_t>>(&at->second);
  if (held == nullptr) return get_ints(name);  // its error
  std::vector<int64_t> list = std::move(*held);
  items_.erase(at);
  return list;
}

Result<std::vector<float>> AttributeList::get_floats(std::string_view name,
                                                     std::vector<float> fallback) const {
  return get<std::vector<float>>(*this, name, std::move(fallback));
}

Result<std::vector<std::string>> AttributeList::get_strings(
    std::string_view name, std::vector<std::string> fallback) const {
  return get<std::vector<std::string>>(*this, name, std::move(fallback));
}

Result<int64_t> AttributeList::require_int(std::string_view name) const {
  return require<int64_t>(*this, name);
}

Result<Tensor> AttributeList::require_tensor(std::string_view name) const {
  return require<Tensor>(*this, name);
}

}  // namespace tundish
