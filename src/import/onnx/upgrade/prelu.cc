#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 7 the slope was one number, or one per channel (axis 1 of the data): axes of size 1
// after it make it today's.
Result<std::vector<ValueId>> lift_prelu(Lift& lift) {
  lift.attributes.erase("consumed_inputs");
  TRY(lift.expect_inputs(2, 2));
  if (lift.version < 7) {
    const SymbolicShape& x = lift.type(0).shape;
    const SymbolicShape& slope = lift.type(1).shape;
    if (!x || !slope) return Unsupported("slopes of data whose rank is unknown");
    const bool is_one = slope->size() == 1 && slope->front() == Dim(1);
    if (slope->size() == 1 && !is_one && x->size() > 2) {
      std::vector<int64_t> added;
      for (size_t axis = 2; axis < x->size(); ++axis) {
        added.push_back(static_cast<int64_t>(axis) - 1);
      }
      const ValueId axes = lift.builder.constant(Tensor::of(std::span<const int64_t>(added)));
      TRY_ASSIGN(lift.inputs[1], lift.inner("Unsqueeze", {lift.inputs[1], axes}));
    }
  }
  return lift.last("PRelu", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_prelu() {
  static constexpr LiftRule kRules[] = {
      {"", "PRelu", lift_prelu},
  };
  return kRules;
}

}  // namespace tundish
