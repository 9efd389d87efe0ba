#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// The axes became an input at opset 13 (ReduceSum) and 18 (all others).
Result<std::vector<ValueId>> lift_reduction(Lift& lift) {
  const int moved = lift.op == "ReduceSum" ? 13 : 18;
  if (lift.version < moved) {
    TRY(lift.expect_inputs(1, 1));
    if (lift.attributes.has("axes")) {
      TRY_ASSIGN(const std::vector<int64_t> axes, lift.attributes.get_ints("axes"));
      lift.attributes.erase("axes");
      lift.inputs.push_back(lift.builder.constant(Tensor::of(std::span<const int64_t>(axes))));
    }
  }
  return lift.last(lift.op, lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_reduction() {
  static constexpr LiftRule kRules[] = {
      {"", "ReduceL1", lift_reduction},     {"", "ReduceL2", lift_reduction},
      {"", "ReduceLogSum", lift_reduction}, {"", "ReduceLogSumExp", lift_reduction},
      {"", "ReduceMax", lift_reduction},    {"", "ReduceMean", lift_reduction},
      {"", "ReduceMin", lift_reduction},    {"", "ReduceProd", lift_reduction},
      {"", "ReduceSum", lift_reduction},    {"", "ReduceSumSquare", lift_reduction},
  };
  return kRules;
}

}  // namespace tundish
