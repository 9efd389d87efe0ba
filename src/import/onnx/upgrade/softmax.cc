#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 13 the input was seen as a matrix whose columns are all axes from `axis` on, and
// each whole row was normalised.
Result<std::vector<ValueId>> lift_softmax(Lift& lift) {
  if (lift.version >= 13) return lift.last(lift.op, lift.inputs, lift.attributes);
  TRY(lift.expect_inputs(1, 1));
  TRY_ASSIGN(const int64_t axis, lift.attributes.get_int("axis", 1));
  AttributeList last_axis;
  last_axis.set("axis", int64_t{-1});
  if (const SymbolicShape& shape = lift.type(0).shape) {
    const auto rank = static_cast<int64_t>(shape->size());
    if (axis < -rank || axis >= rank) {
      return InvalidModel(cat("axis ", axis, " of ", lift.type(0).to_string()));
    }
    if (axis == -1 || axis == rank - 1) return lift.last(lift.op, lift.inputs, last_axis);
  }
  const ValueId x = lift.inputs[0];
  AttributeList from;
  from.set("axis", axis);
  TRY_ASSIGN(const ValueId rows, lift.inner("Flatten", {x}, std::move(from)));
  TRY_ASSIGN(const ValueId made, lift.inner(lift.op, {rows}, std::move(last_axis)));
  TRY_ASSIGN(const ValueId sizes, lift.inner("Shape", {x}));
  AttributeList zero_is_zero;
  zero_is_zero.set("allowzero", int64_t{1});
  return lift.last("Reshape", {made, sizes}, std::move(zero_is_zero));
}

}  // namespace

std::span<const LiftRule> lift_rules_softmax() {
  static constexpr LiftRule kRules[] = {
      {"", "Hardmax", lift_softmax},
      {"", "LogSoftmax", lift_softmax},
      {"", "Softmax", lift_softmax},
  };
  return kRules;
}

}  // namespace tundish
