// Operators that infer types and compute nothing: what importer tests build graphs with.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_FAKE_OPS_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_FAKE_OPS_H_

#include <array>

#include "ir/op_def.h"

namespace tundish::sklearn {

// The shape of the input of highest rank: enough for a column against a row or a scalar.
inline SymbolicShape widest_shape(const InferContext& context) {
  SymbolicShape widest = context.input(0).shape;
  for (size_t i = 1; i < context.input_count(); ++i) {
    const SymbolicShape& shape = context.input(i).shape;
    if (shape && (!widest || shape->size() > widest->size())) widest = shape;
  }
  return widest;
}
inline Status fake_same_type(InferContext& context) {
  const DType dtype = context.input(0).dtype;
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (context.input(i).dtype != dtype) return InvalidModel("operands differ in type");
  }
  context.set_output(0, ValueType::tensor(dtype, widest_shape(context)));
  return ok();
}
inline Status fake_less(InferContext& context) {
  TRY(fake_same_type(context));
  context.set_output(0, ValueType::tensor(DType::kBool, widest_shape(context)));
  return ok();
}
inline Status fake_where(InferContext& context) {
  context.set_output(0, ValueType::tensor(context.input(1).dtype, widest_shape(context)));
  return ok();
}
inline Status fake_cast(InferContext& context) {
  TRY_ASSIGN(const int64_t to, context.node().attributes.require_int("to"));
  context.set_output(0, ValueType::tensor(static_cast<DType>(to), context.input(0).shape));
  return ok();
}
inline Status fake_trees(InferContext& context) {
  const SymbolicShape& rows = context.input(0).shape;
  context.set_output(
      0, ValueType::tensor(DType::kFloat64, std::vector<Dim>{rows->front(), Dim(int64_t{1})}));
  return ok();
}

inline const OpTable& fake_ops() {
  static constexpr std::array<OpDef, 12> kRows = {{
      {.name = "Identity", .inputs = {1, 1}, .infer = fake_same_type},
      {.name = "Add", .inputs = {2, 2}, .infer = fake_same_type},
      {.name = "Sub", .inputs = {2, 2}, .infer = fake_same_type},
      {.name = "Mul", .inputs = {2, 2}, .infer = fake_same_type},
      {.name = "Div", .inputs = {2, 2}, .infer = fake_same_type},
      {.name = "Pow", .inputs = {2, 2}, .infer = fake_same_type},
      {.name = "Neg", .inputs = {1, 1}, .infer = fake_same_type},
      {.name = "Or", .inputs = {2, 2}, .infer = fake_same_type},
      {.name = "Less", .inputs = {2, 2}, .infer = fake_less},
      {.name = "Where", .inputs = {3, 3}, .infer = fake_where},
      {.name = "Cast", .inputs = {1, 1}, .infer = fake_cast},
      {.name = "TreeEnsemble", .domain = kDomainTundish, .inputs = {8, 10}, .infer = fake_trees},
  }};
  static const std::array<std::span<const OpDef>, 1> kGroups = {std::span<const OpDef>(kRows)};
  static const ListedOps kOps(kGroups);
  return kOps;
}

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_FAKE_OPS_H_
