#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Version 9 has Erf of integers too, which is the number's, cut to an integer.
Result<std::vector<ValueId>> lift_erf(Lift& lift) {
  TRY(lift.expect_inputs(1, 1));
  const DType dtype = lift.type(0).dtype;
  if (lift.type(0).kind != ValueKind::kTensor || !is_integer(dtype)) {
    return lift.last("Erf", lift.inputs, lift.attributes);
  }
  TRY_ASSIGN(const ValueId wide, lift.cast(lift.inputs[0], DType::kFloat64));
  TRY_ASSIGN(const ValueId number, lift.inner("Erf", {wide}));
  AttributeList to;
  to.set("to", static_cast<int64_t>(dtype));
  return lift.last("Cast", {number}, std::move(to));
}

}  // namespace

std::span<const LiftRule> lift_rules_erf() {
  static constexpr LiftRule kRules[] = {
      {"", "Erf", lift_erf},
  };
  return kRules;
}

}  // namespace tundish
