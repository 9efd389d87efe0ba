// Concat along one axis.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_concat(InferContext& context) {
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.require_int("axis"));
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY(expect_tensor(context, i, kMovable));
    TRY(expect_same_dtype(context, 0, i));
  }
  SymbolicShape out;
  for (size_t i = 0; i < context.input_count(); ++i) {
    const std::vector<Dim>* dims = known_dims(context, i);
    if (dims == nullptr) {
      out.reset();
      break;
    }
    TRY_ASSIGN(const size_t axis,
               checked_axis(wanted_axis, dims->size(), ErrorCode::kInvalidModel));
    if (i == 0) {
      out = *dims;
      continue;
    }
    if (dims->size() != out->size()) {
      return InvalidModel(
          cat("input ", i, " has ", dims->size(), " axes, input 0 has ", out->size()));
    }
    for (size_t k = 0; k < dims->size(); ++k) {
      Dim& sum = (*out)[k];
      const Dim& part = (*dims)[k];
      if (k == axis) {
        const bool known = sum.is_known() && part.is_known();
        const std::optional<int64_t> size = checked_add(sum.size(), part.size());
        if (known && !size) return InvalidModel(cat("the sizes of axis ", k, " overflow"));
        sum = known ? Dim(*size) : Dim();
      } else if (!sum.is_known()) {
        if (part.is_known() || !sum.is_symbol()) sum = part;
      } else if (part.is_known() && part != sum) {
        return InvalidModel(
            cat("input ", i, ": axis ", k, " has size ", part.size(), ", expected ", sum.size()));
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Result<Shape> joined_shape(const ExecContext& context, size_t axis) {
  Shape out = context.input(0).shape;
  for (size_t i = 1; i < context.input_count(); ++i) {
    const Shape& part = context.input(i).shape;
    bool fits = part.rank() == out.rank();
    for (size_t k = 0; fits && k < out.rank(); ++k) fits = k == axis || part[k] == out[k];
    if (!fits) {
      return InvalidArgument(cat("input ", i, " of shape ", part.to_string(),
                                 " does not fit input 0 of shape ",
                                 context.input(0).shape.to_string(), " along axis ", axis));
    }
    const std::optional<int64_t> sum = checked_add(out[axis], part[axis]);
    if (!sum) return Limit(cat("the sizes of axis ", axis, " overflow"));
    out[axis] = *sum;
  }
  return out;
}

Status run_concat(ExecContext& context) {
  const TensorView& first = context.input(0);
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.require_int("axis"));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, first.shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const Shape shape, joined_shape(context, axis));
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, first.dtype, shape));
  const AroundAxis all(shape, axis);
  const int64_t row = all.size * all.inner;
  int64_t at = 0;
  for (size_t i = 0; i < context.input_count(); ++i) {
    const TensorView& part = context.input(i);
    const int64_t chunk = part.shape[axis] * all.inner;
    Box box;
    box.add({all.outer, chunk, row});
    box.add({chunk, 1, 1});
    copy_box(context, y.dtype, element_at(y.data, y.dtype, at), part.data, box);
    at += chunk;
  }
  return ok();
}

// Version 4: the axis must be named; 11 allows negative ones.
constexpr OpDef kOps[] = {
    {.name = "Concat",
     .since = 4,
     .inputs = {1, kAnyCount},
     .infer = infer_concat,
     .run = run_concat},
};

}  // namespace

std::span<const OpDef> ops_concat() { return kOps; }

}  // namespace tundish
