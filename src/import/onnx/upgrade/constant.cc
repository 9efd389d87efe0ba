#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

Result<Tensor> constant_value(const std::string& name, const Attribute& value) {
  if (name == "value") {
    if (const auto* tensor = std::get_if<Tensor>(&value)) return *tensor;
  } else if (name == "value_float") {
    if (const auto* number = std::get_if<float>(&value)) return Tensor::scalar(*number);
  } else if (name == "value_int") {
    if (const auto* number = std::get_if<int64_t>(&value)) return Tensor::scalar(*number);
  } else if (name == "value_string") {
    if (const auto* text = std::get_if<std::string>(&value)) {
      return Tensor::of_strings(std::span<const std::string>(text, 1), Shape{});
    }
  } else if (name == "value_floats") {
    if (const auto* numbers = std::get_if<std::vector<float>>(&value)) {
      return Tensor::of(std::span<const float>(*numbers));
    }
  } else if (name == "value_ints") {
    if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
      return Tensor::of(std::span<const int64_t>(*numbers));
    }
  } else if (name == "value_strings") {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
      return Tensor::of_strings(*texts);
    }
  } else {
    return Unsupported(cat("attribute ", quoted(name), " is not supported"));
  }
  return InvalidModel(cat("attribute ", quoted(name), " holds ", attribute_kind_name(value)));
}

// A Constant node becomes an initializer.
Result<std::vector<ValueId>> lift_constant(Lift& lift) {
  TRY(lift.expect_inputs(0, 0));
  if (lift.attributes.items().size() != 1 || lift.output_names.size() != 1) {
    return InvalidModel(cat("a Constant has one attribute and one output, this one has ",
                            lift.attributes.items().size(), " and ", lift.output_names.size()));
  }
  const auto& [name, value] = lift.attributes.items()[0];
  TRY_ASSIGN(Tensor tensor, constant_value(name, value));
  return std::vector<ValueId>{lift.builder.constant(std::move(tensor), lift.output_names[0])};
}

}  // namespace

std::span<const LiftRule> lift_rules_constant() {
  static constexpr LiftRule kRules[] = {
      {"", "Constant", lift_constant},
  };
  return kRules;
}

}  // namespace tundish
