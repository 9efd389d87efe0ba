#include <limits>

#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// The bound as a constant of the data's type.
Result<ValueId> bound(Lift& lift, std::string_view name, float fallback) {
  TRY_ASSIGN(const float value, lift.attributes.get_float(name, fallback));
  lift.attributes.erase(name);
  const ValueId constant = lift.builder.scalar(value);
  return lift.cast(constant, lift.type(0).dtype);
}

// Before opset 11 the bounds were attributes; from 6 on, one that is left out was the last finite
// float32 (so that infinities are clipped), before that there was none.
Result<std::vector<ValueId>> lift_clip(Lift& lift) {
  lift.attributes.erase("consumed_inputs");
  if (lift.version < 11) {
    TRY(lift.expect_inputs(1, 1));
    const DType dtype = lift.type(0).dtype;
    if (!is_floating(dtype)) {
      return InvalidModel(cat("Clip (opset ", lift.version, ") of ", dtype_name(dtype)));
    }
    lift.inputs.resize(3, kNoValue);
    const bool has_defaults = lift.version >= 6;
    constexpr float kMost = std::numeric_limits<float>::max();
    if (has_defaults || lift.attributes.has("min")) {
      TRY_ASSIGN(lift.inputs[1], bound(lift, "min", -kMost));
    }
    if (has_defaults || lift.attributes.has("max")) {
      TRY_ASSIGN(lift.inputs[2], bound(lift, "max", kMost));
    }
  }
  return lift.last("Clip", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_clip() {
  static constexpr LiftRule kRules[] = {
      {"", "Clip", lift_clip},
  };
  return kRules;
}

}  // namespace tundish
