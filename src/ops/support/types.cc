#include "ops/support/types.h"

#include "base/strings.h"

namespace tundish::ops {

Status unexpected_type(DType dtype) {
  return Internal(cat("element type ", dtype_name(dtype), " got past inference"));
}

Status expect_tensor(const InferContext& context, size_t i, DTypeSet held,
                     DTypeSet allowed_by_onnx) {
  if (!context.has_input(i)) return InvalidModel(cat("input ", i, " is missing"));
  const ValueType& type = context.input(i);
  if (type.kind != ValueKind::kTensor) {
    return InvalidModel(cat("input ", i, ": expected a tensor, got ", type.to_string()));
  }
  if (held.contains(type.dtype)) return ok();
  if (allowed_by_onnx.contains(type.dtype)) {
    return Unsupported(cat("input ", i, ": element type ", dtype_name(type.dtype)));
  }
  return InvalidModel(
      cat("input ", i, ": element type ", dtype_name(type.dtype), " is not allowed"));
}

Status expect_same_dtype(const InferContext& context, size_t i, size_t j) {
  if (context.input(i).dtype == context.input(j).dtype) return ok();
  return InvalidModel(cat("inputs ", i, " and ", j,
                          " differ in element type: ", dtype_name(context.input(i).dtype), " and ",
                          dtype_name(context.input(j).dtype)));
}

}  // namespace tundish::ops
