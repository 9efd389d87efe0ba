#include "base/strings.h"
#include "import/onnx/lift.h"
#include "ir/type_match.h"

namespace tundish {

namespace {

// Before opset 8 all inputs had one shape.
Status check_inputs(const Lift& lift) {
  if (lift.inputs.empty()) return InvalidModel("expected at least 1 input, got 0");
  for (size_t i = 0; i < lift.inputs.size(); ++i) {
    if (!lift.has_input(i)) return InvalidModel(cat("input ", i, " is left out"));
    const bool has_shapes = lift.type(0).shape && lift.type(i).shape;
    if (lift.version < 8 && has_shapes && contradicts(lift.type(0), lift.type(i))) {
      return InvalidModel(cat("inputs of ", lift.type(0).to_string(), " and ",
                              lift.type(i).to_string(), " before opset 8"));
    }
  }
  return ok();
}

// A sum of any number of values is a chain of additions from the first to the last, which is the
// order that ONNX Runtime adds in. This makes all of them but the last.
Result<ValueId> add_all_but_last(Lift& lift) {
  ValueId sum = lift.inputs[0];
  for (size_t i = 1; i + 1 < lift.inputs.size(); ++i) {
    TRY_ASSIGN(sum, lift.inner("Add", {sum, lift.inputs[i]}));
  }
  return sum;
}

Result<std::vector<ValueId>> lift_sum(Lift& lift) {
  TRY(check_inputs(lift));
  if (lift.inputs.size() == 1) return lift.last("Identity", lift.inputs, {});
  TRY_ASSIGN(const ValueId sum, add_all_but_last(lift));
  return lift.last("Add", {sum, lift.inputs.back()}, {});
}

// The sum divided by the number of inputs.
Result<std::vector<ValueId>> lift_mean(Lift& lift) {
  TRY(check_inputs(lift));
  if (lift.inputs.size() == 1) return lift.last("Identity", lift.inputs, {});
  TRY_ASSIGN(ValueId sum, add_all_but_last(lift));
  TRY_ASSIGN(sum, lift.inner("Add", {sum, lift.inputs.back()}));
  const ValueId count = lift.builder.scalar(static_cast<float>(lift.inputs.size()));
  TRY_ASSIGN(const ValueId divisor, lift.cast(count, lift.type(0).dtype));
  return lift.last("Div", {sum, divisor}, {});
}

}  // namespace

std::span<const LiftRule> lift_rules_sum() {
  static constexpr LiftRule kRules[] = {
      {"", "Mean", lift_mean},
      {"", "Sum", lift_sum},
  };
  return kRules;
}

}  // namespace tundish
