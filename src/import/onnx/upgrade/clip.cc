#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// The bound as a constant of the data's type.
Result<ValueId> bound(Lift& lift, std::string_view name) {
  TRY_ASSIGN(const float value, lift.attributes.get_float(name, 0));
  lift.attributes.erase(name);
  const ValueId constant = lift.builder.scalar(value);
  return lift.cast(constant, lift.type(0).dtype);
}

}  // namespace

// Before opset 11 the bounds were attributes.
Result<std::vector<ValueId>> lift_clip(Lift& lift) {
  lift.attributes.erase("consumed_inputs");
  if (lift.version < 11) {
    TRY(lift.expect_inputs(1, 1));
    lift.inputs.resize(3, kNoValue);
    if (lift.attributes.has("min")) {
      TRY_ASSIGN(lift.inputs[1], bound(lift, "min"));
    }
    if (lift.attributes.has("max")) {
      TRY_ASSIGN(lift.inputs[2], bound(lift, "max"));
    }
  }
  return lift.last("Clip", lift.inputs, lift.attributes);
}

}  // namespace tundish
