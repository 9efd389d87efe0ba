#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 7 the addend was broadcast only when asked.
Result<std::vector<ValueId>> lift_gemm(Lift& lift) {
  if (lift.version < 7) {
    TRY(lift.expect_inputs(3, 3));
    TRY_ASSIGN(const int64_t broadcast, lift.attributes.get_int("broadcast", 0));
    lift.attributes.erase("broadcast");
    const SymbolicShape& addend = lift.type(2).shape;
    if (broadcast == 0 && addend && addend->size() != 2) {
      return InvalidModel(cat("an addend of ", lift.type(2).to_string(), " without broadcast"));
    }
  }
  return lift.last("Gemm", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_gemm() {
  static constexpr LiftRule kRules[] = {
      {"", "Gemm", lift_gemm},
  };
  return kRules;
}

}  // namespace tundish
