#include "base/strings.h"
#include "import/onnx/lift.h"
#include "ir/type_match.h"

namespace tundish {

namespace {

// Before opset 7 binary operators broadcast only when asked: the second operand is laid along the
// first one's axes from `axis` on (default: along its last ones, which is today's rule).
Status lift_old_broadcast(Lift& lift) {
  TRY_ASSIGN(const int64_t broadcast, lift.attributes.get_int("broadcast", 0));
  TRY_ASSIGN(const int64_t axis, lift.attributes.get_int("axis", -1));
  const bool has_axis = lift.attributes.has("axis");
  lift.attributes.erase("broadcast");
  lift.attributes.erase("axis");
  TRY(lift.expect_inputs(2, 2));
  const SymbolicShape& a = lift.type(0).shape;
  const SymbolicShape& b = lift.type(1).shape;
  if (broadcast == 0) {
    // Today's operator would broadcast them all the same.
    if (!a || !b || !contradicts(lift.type(0), lift.type(1))) return ok();
    return InvalidModel(cat("operands of ", lift.type(0).to_string(), " and ",
                            lift.type(1).to_string(), " without broadcast"));
  }
  if (!has_axis) return ok();
  if (!a || !b) return Unsupported("broadcast along an axis of a value whose rank is unknown");
  const auto rank = static_cast<int64_t>(a->size());
  const auto width = static_cast<int64_t>(b->size());
  const int64_t first = axis < 0 ? axis + rank : axis;
  if (first < 0 || first + width > rank) {
    return InvalidModel(cat("axis ", axis, " with ranks ", rank, " and ", width));
  }
  std::vector<int64_t> added;
  for (int64_t at = width; at < rank - first; ++at) added.push_back(at);
  if (added.empty()) return ok();
  const ValueId axes = lift.builder.constant(Tensor::of(std::span<const int64_t>(added)));
  TRY_ASSIGN(lift.inputs[1], lift.inner("Unsqueeze", {lift.inputs[1], axes}));
  return ok();
}

bool is_binary(std::string_view op) {
  for (const std::string_view one :
       {"Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Less", "Greater", "Equal"}) {
    if (op == one) return true;
  }
  return false;
}

// Before opset 8 Max and Min took inputs of one shape only.
Status expect_one_shape(const Lift& lift) {
  for (size_t i = 1; i < lift.inputs.size(); ++i) {
    if (!lift.has_input(0) || !lift.has_input(i)) continue;
    if (!lift.type(0).shape || !lift.type(i).shape) continue;
    if (contradicts(lift.type(0), lift.type(i))) {
      return InvalidModel(cat("inputs of ", lift.type(0).to_string(), " and ",
                              lift.type(i).to_string(), " before opset 8"));
    }
  }
  return ok();
}

// Operators whose meaning has been the same in every version, up to the types they take and the
// attributes dropped here. Concat's axis, required from 4 on, was 1 before; Selu's defaults had
// fewer digits before 6.
Result<std::vector<ValueId>> lift_elementwise(Lift& lift) {
  lift.attributes.erase("consumed_inputs");  // a hint to reuse storage, opset 1
  if (lift.version < 7 && is_binary(lift.op)) TRY(lift_old_broadcast(lift));
  if (lift.op == "Concat" && lift.version < 4 && !lift.attributes.has("axis")) {
    lift.attributes.set("axis", int64_t{1});
  }
  if (lift.version < 8 && (lift.op == "Max" || lift.op == "Min")) TRY(expect_one_shape(lift));
  if (lift.op == "Selu" && lift.version < 6) {
    if (!lift.attributes.has("alpha")) lift.attributes.set("alpha", 1.6732F);
    if (!lift.attributes.has("gamma")) lift.attributes.set("gamma", 1.0507F);
  }
  return lift.last(lift.op, lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_elementwise() {
  static constexpr LiftRule kRules[] = {
      {"", "Add", lift_elementwise},         {"", "And", lift_elementwise},
      {"", "ArgMax", lift_elementwise},      {"", "ArgMin", lift_elementwise},
      {"", "Abs", lift_elementwise},         {"", "Ceil", lift_elementwise},
      {"", "Concat", lift_elementwise},      {"", "Div", lift_elementwise},
      {"", "Equal", lift_elementwise},       {"", "Exp", lift_elementwise},
      {"", "Floor", lift_elementwise},       {"", "Gather", lift_elementwise},
      {"", "Greater", lift_elementwise},     {"", "GreaterOrEqual", lift_elementwise},
      {"", "Identity", lift_elementwise},    {"", "Less", lift_elementwise},
      {"", "LessOrEqual", lift_elementwise}, {"", "Log", lift_elementwise},
      {"", "Max", lift_elementwise},         {"", "Min", lift_elementwise},
      {"", "Mul", lift_elementwise},         {"", "Neg", lift_elementwise},
      {"", "Not", lift_elementwise},         {"", "Or", lift_elementwise},
      {"", "Pow", lift_elementwise},         {"", "Shape", lift_elementwise},
      {"", "Sigmoid", lift_elementwise},     {"", "Sign", lift_elementwise},
      {"", "Sqrt", lift_elementwise},        {"", "Sub", lift_elementwise},
      {"", "Transpose", lift_elementwise},   {"", "Where", lift_elementwise},
      {"", "Xor", lift_elementwise},         {"", "Elu", lift_elementwise},
      {"", "HardSigmoid", lift_elementwise}, {"", "LeakyRelu", lift_elementwise},
      {"", "Reciprocal", lift_elementwise},  {"", "Relu", lift_elementwise},
      {"", "Selu", lift_elementwise},        {"", "Tanh", lift_elementwise},
  };
  return kRules;
}

}  // namespace tundish
