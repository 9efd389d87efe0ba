// CenterCropPad: axes cut to a size, or padded with zeros, evenly on both sides.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Wanted sizes per axis; -1 where the axis stays.
using Wanted = std::array<int64_t, Shape::kMaxRank>;

Result<Wanted> wanted_sizes(const Node& node, const TensorView& sizes, size_t rank,
                            ErrorCode code) {
  const bool named = node.attributes.has("axes");
  TRY_ASSIGN(const std::vector<int64_t> axes, node.attributes.get_ints("axes"));
  const auto count = named ? static_cast<int64_t>(axes.size()) : static_cast<int64_t>(rank);
  if (sizes.shape.element_count() != count) {
    return Error(code,
                 cat("input 1 has ", sizes.shape.element_count(), " sizes for ", count, " axes"));
  }
  Wanted wanted;
  wanted.fill(-1);
  for (int64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(named ? axes[static_cast<size_t>(i)] : i, rank, code));
    if (wanted[axis] >= 0)
      return Error(code, cat("attribute \"axes\" names axis ", axis, " twice"));
    wanted[axis] = integer_at(sizes, i);
    if (wanted[axis] < 0) return Error(code, cat("input 1: a size of ", wanted[axis]));
  }
  return wanted;
}

Status infer_center_crop_pad(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, {DType::kInt64, DType::kInt32}, {}));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    out.emplace(dims->size());
    if (const Tensor* sizes = context.constant(1)) {
      TRY_ASSIGN(const Wanted wanted, wanted_sizes(context.node(), sizes->view(), dims->size(),
                                                   ErrorCode::kInvalidModel));
      for (size_t axis = 0; axis < dims->size(); ++axis) {
        (*out)[axis] = wanted[axis] < 0 ? (*dims)[axis] : Dim(wanted[axis]);
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_center_crop_pad(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t rank = x.shape.rank();
  TRY_ASSIGN(const Wanted wanted,
             wanted_sizes(context.node(), context.input(1), rank, ErrorCode::kInvalidArgument));
  Shape shape = x.shape;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (wanted[axis] >= 0) shape[axis] = wanted[axis];
  }
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, x.dtype, shape));
  const int64_t count = shape.element_count();
  if (count == 0) return ok();
  const auto from_steps = row_major_steps(x.shape);
  const auto to_steps = row_major_steps(shape);
  int64_t from = 0;
  int64_t to = 0;
  bool padded = false;
  Box box;
  for (size_t axis = 0; axis < rank; ++axis) {
    // Odd differences: the window, or the input, lies half a place to the left.
    from += std::max<int64_t>(0, x.shape[axis] - shape[axis]) / 2 * from_steps[axis];
    to += std::max<int64_t>(0, shape[axis] - x.shape[axis]) / 2 * to_steps[axis];
    padded |= shape[axis] > x.shape[axis];
    box.add({std::min(shape[axis], x.shape[axis]), from_steps[axis], to_steps[axis]});
  }
  if (padded) clear_elements(x.dtype, y.data, count);
  copy_box(context, x.dtype, element_at(y.data, x.dtype, to), element_at(x.data, x.dtype, from),
           box);
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "CenterCropPad",
     .since = 18,
     .inputs = {2, 2},
     .infer = infer_center_crop_pad,
     .run = run_center_crop_pad},
};

}  // namespace

std::span<const OpDef> ops_center_crop_pad() { return kOps; }

}  // namespace tundish
