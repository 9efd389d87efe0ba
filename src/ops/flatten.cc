// Flatten: a matrix of the axes before and after one; Size: the number of elements.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// ---- Flatten

// The axis may also be one beyond the last.
Result<size_t> flatten_axis(const Node& node, size_t rank, ErrorCode code) {
  TRY_ASSIGN(const int64_t axis, node.attributes.get_int("axis", 1));
  const auto most = static_cast<int64_t>(rank);
  if (axis < -most || axis > most) {
    return Error(code, cat("axis ", axis, " outside [", -most, ", ", most, "]"));
  }
  return static_cast<size_t>(axis < 0 ? axis + most : axis);
}

// Product of sizes: known, or the one symbol among ones.
Dim product(std::span<const Dim> dims) {
  Dim out(1);
  for (const Dim& dim : dims) {
    if (dim == Dim(0)) return dim;
  }
  for (const Dim& dim : dims) {
    if (dim == Dim(1)) continue;
    if (out == Dim(1)) {
      out = dim;
    } else if (out.is_known() && dim.is_known()) {
      const std::optional<int64_t> size = checked_mul(out.size(), dim.size());
      if (!size) return Dim();
      out = Dim(*size);
    } else {
      return Dim();
    }
  }
  return out;
}

Status infer_flatten(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  SymbolicShape out = std::vector<Dim>(2);
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const size_t axis,
               flatten_axis(context.node(), dims->size(), ErrorCode::kInvalidModel));
    const std::span<const Dim> all(*dims);
    out = std::vector<Dim>{product(all.first(axis)), product(all.subspan(axis))};
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_flatten(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const size_t axis,
             flatten_axis(context.node(), x.shape.rank(), ErrorCode::kInvalidArgument));
  Shape shape{1, 1};
  for (size_t i = 0; i < x.shape.rank(); ++i) shape[i < axis ? 0 : 1] *= x.shape[i];
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  copy_elements(x.dtype, y.data, x.data, x.shape.element_count());
  return ok();
}

// ---- Size

Status infer_size(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  context.set_output(0, ValueType::tensor(DType::kInt64, std::vector<Dim>()));
  return ok();
}

Status run_size(ExecContext& context) {
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, Shape{}));
  *static_cast<int64_t*>(y.data) = context.input(0).shape.element_count();
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Flatten",
     .since = 1,
     .inputs = {1, 1},
     .traits = {.in_place = true},
     .infer = infer_flatten,
     .run = run_flatten},
    {.name = "Size", .since = 1, .inputs = {1, 1}, .infer = infer_size, .run = run_size},
};

}  // namespace

std::span<const OpDef> ops_flatten() { return kOps; }

}  // namespace tundish
