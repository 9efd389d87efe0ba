#include "ops/support/bodies.h"

#include <algorithm>

#include "base/strings.h"
#include "ops/support/values.h"

namespace tundish::ops {

namespace {
bool same_elements(const ValueType& a, const ValueType& b) {
  return a.kind == b.kind && a.dtype == b.dtype && a.key == b.key &&
         std::ranges::equal(a.element, b.element, same_elements);
}
}  // namespace

Result<const Graph*> body_of(const Node& node, std::string_view name) {
  const Attribute* attribute = node.attributes.find(name);
  if (attribute == nullptr) return InvalidModel(cat("attribute ", quoted(name), " is missing"));
  const auto* graph = std::get_if<GraphPointer>(attribute);
  if (graph == nullptr || *graph == nullptr) {
    return InvalidModel(cat("attribute ", quoted(name), " is no graph"));
  }
  return graph->get();
}

Result<BodyInputs> BodyInputs::of(const Node& node) {
  TRY_ASSIGN(const std::vector<int64_t> counts, node.attributes.get_ints("captures"));
  BodyInputs inputs;
  size_t all = 0;
  size_t at = 0;
  for (const auto& [name, attribute] : node.attributes.items()) {
    if (std::get_if<GraphPointer>(&attribute) == nullptr) continue;
    const int64_t count = at < counts.size() ? counts[at] : 0;
    if (count < 0 || static_cast<uint64_t>(count) > node.inputs.size() - all) {
      return InvalidModel("attribute \"captures\" does not fit the inputs");
    }
    inputs.spans_.push_back({name, all, static_cast<size_t>(count)});
    all += static_cast<size_t>(count);
    ++at;
  }
  inputs.own_count_ = node.inputs.size() - all;
  for (Span& span : inputs.spans_) span.begin += inputs.own_count_;
  return inputs;
}

std::pair<size_t, size_t> BodyInputs::captured(std::string_view name) const {
  for (const Span& span : spans_) {
    if (span.name == name) return {span.begin, span.count};
  }
  return {own_count_, 0};
}

void BodyInputs::append(const ExecContext& context, std::string_view name,
                        std::vector<Value>& to) const {
  const auto [begin, count] = captured(name);
  for (size_t i = begin; i < begin + count; ++i) to.push_back(context.input_value(i));
}

Result<ValueType> merged_type(const ValueType& a, const ValueType& b) {
  if (!same_elements(a, b)) {
    return InvalidModel(cat("made as ", a.to_string(), " and as ", b.to_string()));
  }
  return common_type(a, b);
}

Result<bool> read_condition(const Value& value, std::string_view what) {
  const Tensor* tensor = value.tensor();
  if (tensor == nullptr || tensor->dtype() != DType::kBool || tensor->element_count() != 1) {
    return InvalidArgument(cat(what, " is not one bool"));
  }
  return tensor->values<uint8_t>()[0] != 0;
}

}  // namespace tundish::ops
