#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 13 the sizes were an attribute (in version 1 also an input, of the data's type).
// Before 18 a node without sizes split into as many parts as it has outputs.
Result<std::vector<ValueId>> lift_split(Lift& lift) {
  if (lift.version < 13) {
    TRY(lift.expect_inputs(1, lift.version < 2 ? 2 : 1));
    if (lift.has_input(1)) {
      if (lift.attributes.has("split")) {
        return InvalidModel("the sizes are given both as an input and as an attribute");
      }
      TRY_ASSIGN(lift.inputs[1], lift.cast(lift.inputs[1], DType::kInt64));
    } else if (lift.attributes.has("split")) {
      TRY_ASSIGN(const std::vector<int64_t> sizes, lift.take_ints("split"));
      lift.inputs.resize(1);
      lift.inputs.push_back(lift.builder.constant(Tensor::of(std::span<const int64_t>(sizes))));
    }
  }
  if (lift.version < 18 && !lift.has_input(1)) {
    lift.inputs.resize(1);
    lift.attributes.set("num_outputs", static_cast<int64_t>(lift.output_names.size()));
  }
  return lift.last("Split", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_split() {
  static constexpr LiftRule kRules[] = {
      {"", "Split", lift_split},
  };
  return kRules;
}

}  // namespace tundish
