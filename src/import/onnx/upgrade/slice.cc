#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 10 starts, ends and axes were attributes.
Result<std::vector<ValueId>> lift_slice(Lift& lift) {
  if (lift.version < 10) {
    TRY(lift.expect_inputs(1, 1));
    for (const std::string_view name : {"starts", "ends", "axes"}) {
      if (!lift.attributes.has(name)) {
        if (name == "axes") continue;
        return InvalidModel(cat("attribute ", quoted(name), " is missing"));
      }
      TRY_ASSIGN(const std::vector<int64_t> values, lift.attributes.get_ints(name));
      lift.attributes.erase(name);
      lift.inputs.push_back(lift.builder.constant(Tensor::of(std::span<const int64_t>(values))));
    }
  }
  return lift.last("Slice", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_slice() {
  static constexpr LiftRule kRules[] = {
      {"", "Slice", lift_slice},
  };
  return kRules;
}

}  // namespace tundish
