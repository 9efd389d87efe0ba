#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Before opset 6 the target type was written as its name in capitals ("FLOAT").
Result<std::vector<ValueId>> lift_cast(Lift& lift) {
  const Attribute* to = lift.attributes.find("to");
  const auto* text = to == nullptr ? nullptr : std::get_if<std::string>(to);
  if (lift.version < 6 && text != nullptr) {
    std::string lower;
    for (const char c : *text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (lower == "float") lower = "float32";
    if (lower == "double") lower = "float64";
    const DType dtype = dtype_from_name(lower);
    if (dtype == DType::kUndefined) {
      return InvalidModel(cat("attribute \"to\": unknown type ", quoted(*text)));
    }
    lift.attributes.set("to", static_cast<int64_t>(dtype));
  }
  return lift.last("Cast", lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_cast() {
  static constexpr LiftRule kRules[] = {
      {"", "Cast", lift_cast},
  };
  return kRules;
}

}  // namespace tundish
