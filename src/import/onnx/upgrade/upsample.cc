#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

constexpr int kScalesAreAttribute = 7;
constexpr int kScalesAreInput = 9;

// Scales as a constant: one attribute for all axes, or before version 7 one for each of the last
// two of four.
Result<ValueId> scales(Lift& lift) {
  std::vector<float> values{1, 1};
  if (lift.version >= kScalesAreAttribute) {
    if (!lift.attributes.has("scales")) return InvalidModel("attribute \"scales\" is missing");
    TRY_ASSIGN(values, lift.attributes.get_floats("scales"));
  } else {
    for (const std::string_view name : {"height_scale", "width_scale"}) {
      if (!lift.attributes.has(name)) {
        return InvalidModel(cat("attribute ", quoted(name), " is missing"));
      }
      TRY_ASSIGN(const float scale, lift.attributes.get_float(name, 1));
      values.push_back(scale);
    }
  }
  return lift.builder.constant(Tensor::of(std::span<const float>(values)));
}

// Upsample is a Resize whose element x comes from x / scale, rounded down by "nearest".
Result<std::vector<ValueId>> lift_upsample(Lift& lift) {
  const size_t count = lift.version >= kScalesAreInput ? 2 : 1;
  TRY(lift.expect_inputs(count, count));
  std::vector<ValueId> inputs{lift.inputs[0], kNoValue, kNoValue};
  if (count == 2) {
    inputs[2] = lift.inputs[1];
  } else {
    TRY_ASSIGN(inputs[2], scales(lift));
  }
  TRY_ASSIGN(std::string mode, lift.attributes.get_string("mode", "nearest"));
  if (mode == "bilinear") mode = "linear";  // its name before version 7
  AttributeList attributes;
  attributes.set("mode", mode);
  attributes.set("coordinate_transformation_mode", std::string("asymmetric"));
  attributes.set("nearest_mode", std::string("floor"));
  return lift.last("Resize", std::move(inputs), std::move(attributes));
}

}  // namespace

std::span<const LiftRule> lift_rules_upsample() {
  static constexpr LiftRule kRules[] = {
      {"", "Upsample", lift_upsample},
  };
  return kRules;
}

}  // namespace tundish
