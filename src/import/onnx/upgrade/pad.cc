#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 11 pads and value were attributes (the pads of version 1 under another name); axes
// came with 18.
Result<std::vector<ValueId>> lift_pad(Lift& lift) {
  if (lift.version < 11) {
    TRY(lift.expect_inputs(1, 1));
    TRY_ASSIGN(const std::vector<int64_t> pads,
               lift.take_ints(lift.version < 2 ? "paddings" : "pads"));
    TRY_ASSIGN(const float value, lift.attributes.get_float("value", 0));
    lift.attributes.erase("value");
    lift.inputs.push_back(lift.builder.constant(Tensor::of(std::span<const int64_t>(pads))));
    if (value != 0) {
      TRY_ASSIGN(const ValueId constant, lift.cast(lift.builder.scalar(value), lift.type(0).dtype));
      lift.inputs.push_back(constant);
    }
  } else if (lift.version < 18) {
    TRY(lift.expect_inputs(2, 3));
  }
  return lift.last("Pad", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_pad() {
  static constexpr LiftRule kRules[] = {
      {"", "Pad", lift_pad},
  };
  return kRules;
}

}  // namespace tundish
