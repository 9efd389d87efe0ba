// What products of quantized numbers have in common: elements less their zero points, and sums
// brought to the scale of the answer.
#ifndef TUNDISH_OPS_SUPPORT_INTEGER_PRODUCT_H_
#define TUNDISH_OPS_SUPPORT_INTEGER_PRODUCT_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// A zero point or scale as float32 numbers that are broadcast to a tensor.
struct Parameter {
  const float* values = nullptr;
  Shape shape;
};
/// No zero point: one of 0.
Parameter no_zero_point();
/// Input i, as it is.
Result<Parameter> load_parameter(ExecContext& context, size_t i);

/// A zero point or scale of a matrix: one, one per row (of A) or one per column (of B).
enum class ParameterSide : uint8_t { kRows, kColumns };
/// Inference: the shape of input `input` is one that read_parameter() takes for matrix `matrix`.
Status infer_parameter(const InferContext& context, size_t input, size_t matrix,
                       ParameterSide side);
/// Input `input` in a shape that is broadcast to the matrix; no_zero_point() where it is left out.
Result<Parameter> read_parameter(ExecContext& context, size_t input, size_t matrix,
                                 ParameterSide side);
/// The one number of input `input`.
Result<float> read_number(ExecContext& context, size_t input);

/// Elements less their zero points, as T (int32_t for types of up to 16 bits, or float), in memory
/// of the context. The zero points are broadcast to the elements.
template <class T>
Result<T*> shifted(ExecContext& context, const TensorView& x, const Parameter& zero_point);

/// y = saturate(round(sum * scale) + zero_point), where scale = left * right / scale of y, in
/// float32; sums are not rounded before. `left` and `right` are broadcast to y. y has an integer
/// type of 8 bits, or a narrow floating-point type, which is not rounded before the zero point.
struct Requantization {
  Parameter left, right;
  float scale = 1;
  float zero_point = 0;
};
template <class T>
void requantize(ExecContext& context, const T* sums, const Requantization& how,
                const MutableTensorView& y);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_INTEGER_PRODUCT_H_
