#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// A sum of any number of values is a chain of additions from the first to the last, which is the
// order that ONNX Runtime adds in.
Result<std::vector<ValueId>> lift_sum(Lift& lift) {
  if (lift.inputs.empty()) return InvalidModel("expected at least 1 input, got 0");
  for (size_t i = 0; i < lift.inputs.size(); ++i) {
    if (!lift.has_input(i)) return InvalidModel(cat("input ", i, " is left out"));
  }
  if (lift.inputs.size() == 1) return lift.last("Identity", lift.inputs, {});
  ValueId sum = lift.inputs[0];
  for (size_t i = 1; i + 1 < lift.inputs.size(); ++i) {
    TRY_ASSIGN(sum, lift.inner("Add", {sum, lift.inputs[i]}));
  }
  return lift.last("Add", {sum, lift.inputs.back()}, {});
}

}  // namespace

std::span<const LiftRule> lift_rules_sum() {
  static constexpr LiftRule kRules[] = {
      {"", "Sum", lift_sum},
  };
  return kRules;
}

}  // namespace tundish
