#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 7 an attribute said whether all outputs were wanted; being listed says so now.
Result<std::vector<ValueId>> lift_recurrent(Lift& lift) {
  lift.attributes.erase("output_sequence");
  return lift.last(lift.op, lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_recurrent() {
  static constexpr LiftRule kRules[] = {
      {"", "GRU", lift_recurrent},
      {"", "LSTM", lift_recurrent},
      {"", "RNN", lift_recurrent},
  };
  return kRules;
}

}  // namespace tundish
