#include "import/onnx/body_types.h"

#include "base/strings.h"

namespace tundish {

namespace {

ValueType without_sizes(ValueType type) {
  type.shape.reset();
  for (ValueType& element : type.element) element = without_sizes(element);
  return type;
}

Error wrong_count(size_t body, size_t node) {
  return InvalidModel(cat("the graph has ", body, " inputs, the node hands over ", node));
}

// Body: turn, condition, carried values.
Result<std::vector<ValueType>> loop_types(std::span<const ValueType> inputs, size_t count) {
  const size_t carried = inputs.size() < 2 ? 0 : inputs.size() - 2;
  if (count != carried + 2) return wrong_count(count, carried + 2);
  std::vector<ValueType> types = {ValueType::tensor(DType::kInt64, std::nullopt),
                                  ValueType::tensor(DType::kBool, std::nullopt)};
  for (size_t i = 2; i < inputs.size(); ++i) types.push_back(without_sizes(inputs[i]));
  return types;
}

// Body: states, one element of each scanned input. Version 8 begins with sequence_lens.
Result<std::vector<ValueType>> scan_types(int version, std::span<const ValueType> inputs,
                                          size_t count) {
  if (version < 9 && !inputs.empty()) inputs = inputs.subspan(1);
  if (count != inputs.size()) return wrong_count(count, inputs.size());
  std::vector<ValueType> types;
  for (const ValueType& input : inputs) types.push_back(without_sizes(input));
  return types;
}

Result<std::vector<ValueType>> map_types(std::span<const ValueType> inputs, size_t count) {
  if (count != inputs.size()) return wrong_count(count, inputs.size());
  std::vector<ValueType> types;
  for (const ValueType& input : inputs) {
    const bool is_sequence = input.kind == ValueKind::kSequence && !input.element.empty();
    types.push_back(without_sizes(is_sequence ? input.element[0] : input));
  }
  return types;
}

}  // namespace

Result<std::vector<ValueType>> body_input_types(std::string_view op, int version,
                                                std::span<const ValueType> node_inputs,
                                                size_t input_count) {
  if (op == "Loop") return loop_types(node_inputs, input_count);
  if (op == "Scan") return scan_types(version, node_inputs, input_count);
  if (op == "SequenceMap") return map_types(node_inputs, input_count);
  return std::vector<ValueType>();
}

size_t own_input_count(std::string_view op) {
  if (op == "Loop") return 2;
  return op == "If" || op == "SequenceMap" ? 1 : 0;
}

}  // namespace tundish
