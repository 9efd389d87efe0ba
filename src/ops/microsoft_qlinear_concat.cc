// QLinearConcat of com.microsoft: quantized tensors brought to one scale and joined along an axis.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/byte_table.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Inputs: the scale and zero point of Y, then each tensor with its own.
constexpr size_t kFirst = 2;

Status infer_concat(InferContext& context) {
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.require_int("axis"));
  const size_t count = context.input_count();
  if (count < kFirst + 3 || (count - kFirst) % 3 != 0) {
    return InvalidModel(cat(count, " inputs: expected 2, and 3 for each tensor"));
  }
  TRY(infer_byte_scale(context, 1, 0, 1));
  SymbolicShape out;
  for (size_t i = kFirst; i < count; i += 3) {
    TRY(infer_byte_scale(context, i, i + 1, i + 2));
    TRY(expect_same_dtype(context, 1, i));
    const std::vector<Dim>* dims = known_dims(context, i);
    if (dims == nullptr || (i > kFirst && !out)) {
      out.reset();
      continue;
    }
    TRY_ASSIGN(const size_t axis, checked_axis(wanted, dims->size(), ErrorCode::kInvalidModel));
    if (i == kFirst) {
      out = *dims;
      continue;
    }
    if (dims->size() != out->size()) {
      return InvalidModel(cat("input ", i, " has ", dims->size(), " axes, not ", out->size()));
    }
    for (size_t k = 0; k < dims->size(); ++k) {
      Dim& whole = (*out)[k];
      const Dim& part = (*dims)[k];
      const bool both = whole.is_known() && part.is_known();
      if (k == axis) {
        const std::optional<int64_t> sum =
            both ? checked_add(whole.size(), part.size()) : std::nullopt;
        whole = sum ? Dim(*sum) : Dim();
      } else if (both && whole != part) {
        return InvalidModel(
            cat("input ", i, ": axis ", k, " has size ", part.size(), ", expected ", whole.size()));
      } else if (!whole.is_known()) {
        whole = part;
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(1).dtype, std::move(out)));
  return ok();
}

Result<Shape> joined_shape(const ExecContext& context, size_t axis) {
  Shape out = context.input(kFirst).shape;
  for (size_t i = kFirst + 3; i < context.input_count(); i += 3) {
    const Shape& part = context.input(i).shape;
    bool fits = part.rank() == out.rank();
    for (size_t k = 0; fits && k < out.rank(); ++k) fits = k == axis || part[k] == out[k];
    const std::optional<int64_t> sum = fits ? checked_add(out[axis], part[axis]) : std::nullopt;
    if (!sum) {
      return InvalidArgument(cat("input ", i, " of shape ", part.to_string(),
                                 " does not fit what is before it, of shape ", out.to_string(),
                                 ", along axis ", axis));
    }
    out[axis] = *sum;
  }
  return out;
}

Status run_concat(ExecContext& context) {
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.require_int("axis"));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted, context.input(kFirst).shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const Shape shape, joined_shape(context, axis));
  const DType dtype = context.input(1).dtype;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, shape));
  TRY_ASSIGN(const ByteScale y_scale, read_byte_scale(context, 0, 1));
  const AroundAxis all(shape, axis);
  int64_t at = 0;
  for (size_t i = kFirst; i < context.input_count(); i += 3) {
    const TensorView& part = context.input(i);
    TRY_ASSIGN(const ByteScale scale, read_byte_scale(context, i + 1, i + 2));
    const ByteTable table = byte_table(byte_numbers(dtype, scale), dtype, y_scale);
    const int64_t chunk = part.shape[axis] * all.inner;
    for (int64_t outer = 0; outer < all.outer; ++outer) {
      const uint8_t* from = static_cast<const uint8_t*>(part.data) + outer * chunk;
      uint8_t* to = static_cast<uint8_t*>(y.data) + outer * all.size * all.inner + at;
      for (int64_t k = 0; k < chunk; ++k) to[k] = table[from[k]];
    }
    at += chunk;
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "QLinearConcat",
     .domain = kDomainMicrosoft,
     .inputs = {5, kAnyCount},
     .infer = infer_concat,
     .run = run_concat},
};

}  // namespace

std::span<const OpDef> ops_microsoft_qlinear_concat() { return kOps; }

}  // namespace tundish
