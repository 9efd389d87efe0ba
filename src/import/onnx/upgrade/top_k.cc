#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 10 k was an attribute; `largest` and `sorted` came with 11 and default to what was.
Result<std::vector<ValueId>> lift_top_k(Lift& lift) {
  if (lift.version < 10) {
    TRY(lift.expect_inputs(1, 1));
    TRY_ASSIGN(const int64_t k, lift.attributes.require_int("k"));
    lift.attributes.erase("k");
    const int64_t list[] = {k};
    lift.inputs.push_back(lift.builder.constant(Tensor::of(std::span<const int64_t>(list))));
  }
  return lift.last("TopK", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_top_k() {
  static constexpr LiftRule kRules[] = {
      {"", "TopK", lift_top_k},
  };
  return kRules;
}

}  // namespace tundish
