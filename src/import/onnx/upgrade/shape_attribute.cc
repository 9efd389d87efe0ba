#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Reshape's shape became an input at opset 5, the axes of Squeeze and Unsqueeze at 13.
Result<std::vector<ValueId>> lift_shape_attribute(Lift& lift) {
  lift.attributes.erase("consumed_inputs");
  const bool is_reshape = lift.op == "Reshape";
  const std::string_view attribute = is_reshape ? "shape" : "axes";
  if (lift.version < (is_reshape ? 5 : 13)) {
    TRY(lift.expect_inputs(1, 1));
    if (lift.attributes.has(attribute)) {
      TRY_ASSIGN(const std::vector<int64_t> sizes, lift.attributes.get_ints(attribute));
      lift.attributes.erase(attribute);
      lift.inputs.push_back(lift.builder.constant(Tensor::of(std::span<const int64_t>(sizes))));
    } else if (lift.op != "Squeeze") {
      return InvalidModel(cat("attribute ", quoted(attribute), " is missing"));
    }
  }
  return lift.last(lift.op, lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_shape_attribute() {
  static constexpr LiftRule kRules[] = {
      {"", "Reshape", lift_shape_attribute},
      {"", "Squeeze", lift_shape_attribute},
      {"", "Unsqueeze", lift_shape_attribute},
  };
  return kRules;
}

}  // namespace tundish
