#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// The axis became an input at opset 20, and its default the last axis of the signal instead of 1.
Result<std::vector<ValueId>> lift_dft(Lift& lift) {
  if (lift.version < 20) {
    TRY(lift.expect_inputs(1, 2));
    TRY_ASSIGN(const int64_t axis, lift.attributes.get_int("axis", 1));
    lift.attributes.erase("axis");
    lift.inputs.resize(2, kNoValue);
    lift.inputs.push_back(lift.builder.scalar(axis));
  }
  return lift.last(lift.op, lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_dft() {
  static constexpr LiftRule kRules[] = {
      {"", "DFT", lift_dft},
  };
  return kRules;
}

}  // namespace tundish
