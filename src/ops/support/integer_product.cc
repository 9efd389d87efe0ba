#include "ops/support/integer_product.h"

#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/broadcast.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/quantization.h"
#include "tensor/half.h"

namespace tundish::ops {
namespace {

/// The shape in which a parameter of this shape is broadcast to `matrix`: [M] becomes [M, 1] on the
/// side of rows.
Result<Shape> parameter_shape(const Shape& parameter, const Shape& matrix, ParameterSide side,
                              size_t input, ErrorCode code) {
  if (parameter.element_count() == 1) return Shape{};
  const size_t rank = matrix.rank();
  if (rank >= 2) {
    Shape wanted = matrix;
    wanted[side == ParameterSide::kRows ? rank - 1 : rank - 2] = 1;
    if (parameter == wanted) return parameter;
    const int64_t size = side == ParameterSide::kRows ? matrix[rank - 2] : matrix[rank - 1];
    if (parameter == Shape{size}) return side == ParameterSide::kRows ? Shape{size, 1} : parameter;
  }
  return Error(code, cat("input ", input, ": shape ", parameter.to_string(), " is neither one ",
                         "number nor one per ", side == ParameterSide::kRows ? "row" : "column",
                         " of a matrix of shape ", matrix.to_string()));
}

}  // namespace

Parameter no_zero_point() {
  static constexpr float kZero = 0;
  return {&kZero, Shape{}};
}

Result<Parameter> load_parameter(ExecContext& context, size_t i) {
  Parameter made;
  made.shape = context.input(i).shape;
  TRY_ASSIGN(made.values, load_floats(context, context.input(i)));
  return made;
}

Status infer_parameter(const InferContext& context, size_t input, size_t matrix,
                       ParameterSide side) {
  if (!context.has_input(input) || !context.input(input).shape) return ok();
  const std::optional<Shape> shape = concrete(context.input(input).shape);
  const std::optional<Shape> whole =
      context.input(matrix).shape ? concrete(context.input(matrix).shape) : std::nullopt;
  if (shape && whole) {
    TRY(parameter_shape(*shape, *whole, side, input, ErrorCode::kInvalidModel));
  }
  return ok();
}

Result<Parameter> read_parameter(ExecContext& context, size_t input, size_t matrix,
                                 ParameterSide side) {
  if (input >= context.input_count() || !context.has_input(input)) return no_zero_point();
  TRY_ASSIGN(Parameter made, load_parameter(context, input));
  TRY_ASSIGN(made.shape, parameter_shape(made.shape, context.input(matrix).shape, side, input,
                                         ErrorCode::kInvalidArgument));
  return made;
}

Result<float> read_number(ExecContext& context, size_t input) {
  TRY_ASSIGN(const Parameter made, load_parameter(context, input));
  if (made.shape.element_count() == 1) return made.values[0];
  return InvalidArgument(
      cat("input ", input, ": expected one number, got shape ", made.shape.to_string()));
}

template <class T>
Result<T*> shifted(ExecContext& context, const TensorView& x, const Parameter& zero_point) {
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(x.shape.dims(), sizeof(T)));
  TRY_ASSIGN(void* memory, context.scratch(bytes));
  auto* out = static_cast<T*>(memory);
  const auto loop = BroadcastLoop<2>::make(x.shape, {&x.shape, &zero_point.shape});
  run_loop(context, loop, kCheapGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t run) {
             float values[kBlockElements];
             const float* zeros = zero_point.values + offsets[1];
             for (int64_t begin = 0; begin < run; begin += kBlockElements) {
               const int64_t count = std::min(kBlockElements, run - begin);
               load_block(x.dtype, x.data, at + begin, count, values);
               for (int64_t i = 0; i < count; ++i) {
                 // Exact: both have at most 16 bits.
                 out[at + begin + i] = static_cast<T>(values[i] - zeros[i * strides[1]]);
               }
               zeros += count * strides[1];
             }
           });
  return out;
}

template <class T>
void requantize(ExecContext& context, const T* sums, const Requantization& how,
                const MutableTensorView& y) {
  const bool to_integer = kQuantizedIntegers.contains(y.dtype);
  const IntegerBounds bounds = to_integer ? bounds_of(y.dtype) : IntegerBounds{0, 0};
  const auto loop = BroadcastLoop<2>::make(y.shape, {&how.left.shape, &how.right.shape});
  run_loop(context, loop, kCheapGrain / 8,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t run) {
             float values[kBlockElements];
             float zero_points[kBlockElements];
             std::fill_n(zero_points, std::min(kBlockElements, run), how.zero_point);
             const float* left = how.left.values + offsets[0];
             const float* right = how.right.values + offsets[1];
             for (int64_t begin = 0; begin < run; begin += kBlockElements) {
               const int64_t count = std::min(kBlockElements, run - begin);
               for (int64_t i = 0; i < count; ++i) {
                 const int64_t place = begin + i;
                 const float scale =
                     left[place * strides[0]] * right[place * strides[1]] / how.scale;
                 // The product in double, as numpy has it; ties are seen after odd rounding too.
                 values[i] = rounded_to_odd(static_cast<double>(sums[at + place]) * double{scale});
               }
               if (to_integer) {
                 quantize_to_integers(values, zero_points, bounds, count);
               } else {
                 for (int64_t i = 0; i < count; ++i) values[i] += how.zero_point;
               }
               store_block(y.dtype, values, count, {}, y.data, at + begin);
             }
           });
}

template Result<int32_t*> shifted(ExecContext&, const TensorView&, const Parameter&);
template Result<float*> shifted(ExecContext&, const TensorView&, const Parameter&);
template void requantize(ExecContext&, const int32_t*, const Requantization&,
                         const MutableTensorView&);
template void requantize(ExecContext&, const float*, const Requantization&,
                         const MutableTensorView&);

}  // namespace tundish::ops
