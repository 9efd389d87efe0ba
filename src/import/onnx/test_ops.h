// Operators that infer types and compute nothing: what the lifted graphs of tests are made of.
#ifndef TUNDISH_IMPORT_ONNX_TEST_OPS_H_
#define TUNDISH_IMPORT_ONNX_TEST_OPS_H_

#include <array>

#include "ir/op_def.h"

namespace tundish::test_models {

/// Type of input 0, its shape unknown unless all inputs have it.
inline Status infer_first(InferContext& context) {
  ValueType type = context.input(0);
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (context.has_input(i) && context.input(i).shape != type.shape) type.shape.reset();
  }
  context.set_output(0, std::move(type));
  return ok();
}
/// Every output like that.
inline Status infer_all_first(InferContext& context) {
  TRY(infer_first(context));
  for (size_t i = 1; i < context.node().outputs.size(); ++i) {
    context.set_output(i, ValueType::tensor(context.input(0).dtype, {}));
  }
  return ok();
}
template <DType kType> Status infer_as(InferContext& context) {
  TRY(infer_first(context));
  context.set_output(0, ValueType::tensor(kType, {}));
  return ok();
}
inline Status infer_cast(InferContext& context) {
  TRY_ASSIGN(const int64_t to, context.node().attributes.require_int("to"));
  context.set_output(0, ValueType::tensor(static_cast<DType>(to), context.input(0).shape));
  return ok();
}
inline Status infer_second(InferContext& context) {
  context.set_output(0, ValueType::tensor(context.input(1).dtype, {}));
  return ok();
}
inline Status infer_filled(InferContext& context) {
  context.set_output(0, ValueType::tensor(DType::kFloat32, {}));
  return ok();
}
inline Status infer_label(InferContext& context) {
  const bool to_text = context.node().attributes.has("values_strings");
  context.set_output(0, ValueType::tensor(to_text ? DType::kString : DType::kInt64, {}));
  return ok();
}
inline Status infer_trees(InferContext& context) {
  TRY_ASSIGN(const int64_t targets, context.node().attributes.get_int("n_targets", 1));
  context.set_output(0,
                     ValueType::tensor(context.input(7).dtype,
                                       std::vector<Dim>{context.input(0).shape->front(), targets}));
  return ok();
}

/// The operators that upgrades make, from the opsets from which they have their present form.
inline constexpr std::array kLiftRows = {
    OpDef{.name = "Abs", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Add", .since = 7, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "ArgMax", .inputs = {1, 1}, .infer = infer_as<DType::kInt64>},
    OpDef{.name = "Cast", .since = 6, .inputs = {1, 1}, .infer = infer_cast},
    OpDef{.name = "Clip", .since = 11, .inputs = {1, 3}, .infer = infer_first},
    OpDef{.name = "Concat", .since = 4, .inputs = {1, kAnyCount}, .infer = infer_first},
    OpDef{.name = "ConstantOfShape", .since = 9, .inputs = {1, 1}, .infer = infer_filled},
    OpDef{.name = "DFT", .since = 20, .inputs = {1, 3}, .infer = infer_first},
    OpDef{.name = "Div", .since = 7, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Dropout",
          .since = 12,
          .inputs = {1, 3},
          .outputs = {1, 2},
          .infer = infer_all_first},
    OpDef{.name = "Exp", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Gather", .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Greater", .since = 7, .inputs = {2, 2}, .infer = infer_as<DType::kBool>},
    OpDef{.name = "GridSample", .since = 20, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Identity", .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "LeakyRelu", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Less", .since = 7, .inputs = {2, 2}, .infer = infer_as<DType::kBool>},
    OpDef{.name = "Log", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Max", .since = 8, .inputs = {1, kAnyCount}, .infer = infer_first},
    OpDef{.name = "Mul", .since = 7, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Neg", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Pad", .since = 11, .inputs = {2, 4}, .infer = infer_first},
    OpDef{.name = "PRelu", .since = 7, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Pow", .since = 7, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "ReduceLogSumExp", .since = 18, .inputs = {1, 2}, .infer = infer_first},
    OpDef{.name = "ReduceMax", .since = 18, .inputs = {1, 2}, .infer = infer_first},
    OpDef{.name = "ReduceSum", .since = 13, .inputs = {1, 2}, .infer = infer_first},
    OpDef{.name = "Reshape", .since = 5, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Resize", .since = 11, .inputs = {1, 4}, .infer = infer_first},
    OpDef{.name = "RoiAlign", .since = 16, .inputs = {3, 3}, .infer = infer_first},
    OpDef{.name = "ScatterElements", .since = 11, .inputs = {3, 3}, .infer = infer_first},
    OpDef{.name = "Selu", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Slice", .since = 10, .inputs = {3, 5}, .infer = infer_first},
    OpDef{.name = "Split",
          .since = 13,
          .inputs = {1, 2},
          .outputs = {1, kAnyCount},
          .infer = infer_all_first},
    OpDef{.name = "Sqrt", .since = 6, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Squeeze", .since = 13, .inputs = {1, 2}, .infer = infer_first},
    OpDef{.name = "Sub", .since = 7, .inputs = {2, 2}, .infer = infer_first},
    OpDef{
        .name = "TopK", .since = 10, .inputs = {2, 2}, .outputs = {1, 2}, .infer = infer_all_first},
    // A form that changed at 20 and that nothing lifts.
    OpDef{.name = "Turn", .since = 9, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Turn", .since = 20, .inputs = {1, 1}, .infer = infer_first},
    OpDef{.name = "Unsqueeze", .since = 13, .inputs = {2, 2}, .infer = infer_first},
    OpDef{.name = "Where", .since = 9, .inputs = {3, 3}, .infer = infer_second},
    OpDef{.name = "LabelEncoder",
          .domain = kDomainMl,
          .since = 2,
          .inputs = {1, 1},
          .infer = infer_label},
    OpDef{
        .name = "TreeEnsemble", .domain = kDomainTundish, .inputs = {8, 10}, .infer = infer_trees},
};
inline const OpTable& lift_ops() {
  static const std::array<std::span<const OpDef>, 1> kGroups = {std::span<const OpDef>(kLiftRows)};
  static const ListedOps kOps(kGroups);
  return kOps;
}

}  // namespace tundish::test_models

#endif  // TUNDISH_IMPORT_ONNX_TEST_OPS_H_
