#include "ops/support/quantization.h"

#include <algorithm>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/move.h"

namespace tundish::ops {

IntegerBounds bounds_of(DType dtype) {
  const auto codes = static_cast<float>(1U << dtype_bits(dtype));
  const bool is_signed = dtype == DType::kInt8 || dtype == DType::kInt16 || dtype == DType::kInt4 ||
                         dtype == DType::kInt2;
  return is_signed ? IntegerBounds{-codes / 2, codes / 2 - 1} : IntegerBounds{0, codes - 1};
}

void quantize_to_integers(float* values, const float* zero_points, IntegerBounds bounds,
                          int64_t count) {
  // Adding 1.5 * 2^23 leaves no room for a fraction, so that the addition rounds, for numbers of up
  // to 22 bits. The first bounds keep to that, and leave out of range what is, zero point or not.
  constexpr float kFar = 262144;
  constexpr float kRounder = 12582912;
  for (int64_t i = 0; i < count; ++i) {
    float value = values[i] > -kFar ? values[i] : -kFar;  // NaN compares false
    value = value < kFar ? value : kFar;
    value = (value + kRounder) - kRounder + zero_points[i];
    value = value > bounds.least ? value : bounds.least;
    values[i] = value < bounds.most ? value : bounds.most;
  }
}

Result<Granularity> Granularity::make(const Shape& x, const Shape& scale, int64_t axis,
                                      int64_t block_size, ErrorCode code) {
  Granularity made;
  made.scale_count_ = scale.element_count();
  if (made.scale_count_ == 1) return made;
  if (block_size < 0) return Error(code, cat("attribute \"block_size\" is ", block_size));
  TRY_ASSIGN(const size_t at, checked_axis(axis, x.rank(), code));
  made.axis_ = x[at];
  for (size_t i = at + 1; i < x.rank(); ++i) made.inner_ *= x[i];
  Shape wanted = x;
  if (block_size > 0) {
    made.block_ = block_size;
    made.blocks_ = x[at] / block_size + (x[at] % block_size != 0 ? 1 : 0);
    wanted[at] = made.blocks_;
  } else {
    made.per_axis_ = true;
    wanted = Shape{x[at]};
  }
  if (!(scale == wanted)) {
    return Error(code, cat("a scale of shape ", scale.to_string(), " does not fit axis ", axis,
                           " of an input of shape ", x.to_string(),
                           block_size > 0 ? cat(" in blocks of ", block_size) : std::string(),
                           ": expected ", wanted.to_string()));
  }
  return made;
}

void Granularity::spread(const float* values, int64_t begin, int64_t count, float* out) const {
  if (is_per_tensor()) {
    std::fill_n(out, count, *values);
    return;
  }
  while (count > 0) {
    const int64_t row = begin / inner_;
    const int64_t index = row % axis_;
    const int64_t inside = begin % inner_;
    int64_t run = inner_ - inside;
    bool repeats = per_axis_;
    const float* from = values + index;
    if (per_axis_ && inner_ == 1) {
      run = axis_ - index;
      repeats = false;
    } else if (!per_axis_) {
      from = values + (row / axis_ * blocks_ + index / block_) * inner_ + inside;
      if (inner_ == 1) {
        run = std::min(block_ - index % block_, axis_ - index);
        repeats = true;
      }
    }
    run = std::min(run, count);
    if (repeats) {
      std::fill_n(out, run, *from);
    } else {
      std::copy_n(from, run, out);
    }
    out += run;
    begin += run;
    count -= run;
  }
}

Result<QuantizationAxis> quantization_axis(const Node& node) {
  QuantizationAxis made;
  TRY_ASSIGN(made.axis, node.attributes.get_int("axis", 1));
  TRY_ASSIGN(made.block_size, node.attributes.get_int("block_size", 0));
  return made;
}

namespace {

Status check_zero_points(const Shape& scale, const Shape& zero_point, ErrorCode code) {
  const bool both_single = scale.element_count() == 1 && zero_point.element_count() == 1;
  if (scale == zero_point || both_single) return ok();
  return Error(code, cat("the zero point has shape ", zero_point.to_string(), ", the scale ",
                         scale.to_string()));
}

std::optional<Shape> known_shape(const InferContext& context, size_t i) {
  return context.has_input(i) ? concrete(context.input(i).shape) : std::nullopt;
}

}  // namespace

Status infer_granularity(const InferContext& context) {
  TRY_ASSIGN(const QuantizationAxis axis, quantization_axis(context.node()));
  const std::optional<Shape> x = known_shape(context, 0);
  const std::optional<Shape> scale = known_shape(context, 1);
  const std::optional<Shape> zero_point = known_shape(context, 2);
  if (scale && zero_point) {
    TRY(check_zero_points(*scale, *zero_point, ErrorCode::kInvalidModel));
  }
  if (x && scale) {
    TRY(Granularity::make(*x, *scale, axis.axis, axis.block_size, ErrorCode::kInvalidModel));
  }
  return ok();
}

Result<Granularity> granularity_of(const ExecContext& context) {
  TRY_ASSIGN(const QuantizationAxis axis, quantization_axis(context.node()));
  const Shape& scale = context.input(1).shape;
  if (context.input_count() > 2 && context.has_input(2)) {
    TRY(check_zero_points(scale, context.input(2).shape, ErrorCode::kInvalidArgument));
  }
  return Granularity::make(context.input(0).shape, scale, axis.axis, axis.block_size,
                           ErrorCode::kInvalidArgument);
}

Result<const float*> load_floats(ExecContext& context, const TensorView& view) {
  const int64_t count = view.shape.element_count();
  if (view.dtype == DType::kFloat32) return static_cast<const float*>(view.data);
  TRY_ASSIGN(void* memory, context.scratch(static_cast<size_t>(count) * sizeof(float)));
  auto* values = static_cast<float*>(memory);
  for (int64_t begin = 0; begin < count; begin += kBlockElements) {
    load_block(view.dtype, view.data, begin, std::min(kBlockElements, count - begin),
               values + begin);
  }
  return static_cast<const float*>(values);
}

}  // namespace tundish::ops
