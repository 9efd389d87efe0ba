#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Scatter (opset 9, deprecated since 11) is ScatterElements under its first name.
Result<std::vector<ValueId>> lift_scatter(Lift& lift) {
  return lift.last("ScatterElements", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_scatter() {
  static constexpr LiftRule kRules[] = {
      {"", "Scatter", lift_scatter},
  };
  return kRules;
}

}  // namespace tundish
