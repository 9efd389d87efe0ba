#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 20 the modes had the names that they have for two axes.
Result<std::vector<ValueId>> lift_grid_sample(Lift& lift) {
  if (lift.version < 20) {
    TRY_ASSIGN(std::string mode, lift.attributes.get_string("mode", "bilinear"));
    if (mode == "bilinear") mode = "linear";
    if (mode == "bicubic") mode = "cubic";
    lift.attributes.set("mode", mode);
  }
  return lift.last("GridSample", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_grid_sample() {
  static constexpr LiftRule kRules[] = {
      {"", "GridSample", lift_grid_sample},
  };
  return kRules;
}

}  // namespace tundish
