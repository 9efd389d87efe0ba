#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 4 the axis could be left out and was 1.
Result<std::vector<ValueId>> lift_concat(Lift& lift) {
  if (lift.version < 4 && !lift.attributes.has("axis")) lift.attributes.set("axis", int64_t{1});
  return lift.last("Concat", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_concat() {
  static constexpr LiftRule kRules[] = {
      {"", "Concat", lift_concat},
  };
  return kRules;
}

}  // namespace tundish
