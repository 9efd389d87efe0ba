#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 16 regions were not shifted by half a pixel, which then became the default.
Result<std::vector<ValueId>> lift_roi_align(Lift& lift) {
  if (lift.version < 16) {
    lift.attributes.set("coordinate_transformation_mode", std::string("output_half_pixel"));
  }
  return lift.last("RoiAlign", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_roi_align() {
  static constexpr LiftRule kRules[] = {
      {"", "RoiAlign", lift_roi_align},
  };
  return kRules;
}

}  // namespace tundish
