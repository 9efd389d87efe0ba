// Expand: a tensor broadcast to a shape; Tile: repeated along its axes.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/broadcast.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// ---- Expand

Result<Shape> shape_of(const ShortList& sizes, ErrorCode code) {
  Shape shape;
  for (const int64_t size : sizes.span()) {
    if (size < 0) return Error(code, cat("input 1: the shape has size ", size));
    shape.append(size);
  }
  return shape;
}

// A list of known length whose contents are not known: that many unknown sizes.
Result<SymbolicShape> unknown_sizes(const InferContext& context, size_t input) {
  const std::vector<Dim>* dims = known_dims(context, input);
  if (dims == nullptr || dims->size() != 1 || !(*dims)[0].is_known()) return SymbolicShape();
  const int64_t rank = (*dims)[0].size();
  if (rank > static_cast<int64_t>(Shape::kMaxRank)) {
    return InvalidModel(cat("a shape of ", rank, " axes, at most ", Shape::kMaxRank));
  }
  return SymbolicShape(std::vector<Dim>(static_cast<size_t>(rank)));
}

Status infer_expand(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  SymbolicShape out;
  if (const Tensor* wanted = context.constant(1)) {
    TRY_ASSIGN(const ShortList sizes, read_short_list(wanted->view(), 1, ErrorCode::kInvalidModel));
    TRY_ASSIGN(const Shape shape, shape_of(sizes, ErrorCode::kInvalidModel));
    TRY_ASSIGN(out, broadcast_shapes(context.input(0).shape, symbolic(shape)));
  } else {
    TRY_ASSIGN(out, unknown_sizes(context, 1));
    TRY_ASSIGN(out, broadcast_shapes(context.input(0).shape, out));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_expand(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const ShortList sizes, read_short_list(context.input(1), 1));
  TRY_ASSIGN(const Shape wanted, shape_of(sizes, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const Shape shape, broadcast_shapes(x.shape, wanted));
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, x.dtype, shape));
  const auto from_steps = row_major_steps(x.shape);
  const auto to_steps = row_major_steps(shape);
  const size_t added = shape.rank() - x.shape.rank();
  Box box;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    const bool moves = axis >= added && x.shape[axis - added] != 1;
    box.add({shape[axis], moves ? from_steps[axis - added] : 0, to_steps[axis]});
  }
  copy_box(context, x.dtype, y.data, x.data, box);
  return ok();
}

// ---- Tile

Status check_repeats(std::span<const int64_t> repeats, size_t rank, ErrorCode code) {
  if (repeats.size() != rank) {
    return Error(code,
                 cat("input 1 has ", repeats.size(), " repeats, the input has ", rank, " axes"));
  }
  for (const int64_t count : repeats) {
    if (count < 0) return Error(code, cat("input 1: ", count, " repeats"));
  }
  return ok();
}

Status infer_tile(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    out.emplace(dims->size());
    if (const Tensor* constant = context.constant(1)) {
      TRY_ASSIGN(const ShortList repeats,
                 read_short_list(constant->view(), 1, ErrorCode::kInvalidModel));
      TRY(check_repeats(repeats.span(), dims->size(), ErrorCode::kInvalidModel));
      for (size_t axis = 0; axis < dims->size(); ++axis) {
        const Dim& dim = (*dims)[axis];
        const int64_t count = repeats.values[axis];
        if (count == 1) (*out)[axis] = dim;
        if (count == 0) (*out)[axis] = Dim(0);
        if (!dim.is_known()) continue;
        const std::optional<int64_t> size = checked_mul(dim.size(), count);
        if (!size) return InvalidModel(cat("the size of axis ", axis, " overflows"));
        (*out)[axis] = Dim(*size);
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status tile(ExecContext& context, const std::array<int64_t, Shape::kMaxRank>& repeats) {
  const TensorView& x = context.input(0);
  Shape shape;
  for (size_t axis = 0; axis < x.shape.rank(); ++axis) {
    const std::optional<int64_t> size = checked_mul(x.shape[axis], repeats[axis]);
    if (!size) return Limit(cat("the size of axis ", axis, " overflows"));
    shape.append(*size);
  }
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, x.dtype, shape));
  if (shape.element_count() == 0) return ok();
  const auto from_steps = row_major_steps(x.shape);
  const auto to_steps = row_major_steps(shape);
  Box box;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    box.add({repeats[axis], 0, to_steps[axis] * x.shape[axis]});
    box.add({x.shape[axis], from_steps[axis], to_steps[axis]});
  }
  copy_box(context, x.dtype, y.data, x.data, box);
  return ok();
}

Status run_tile(ExecContext& context) {
  TRY_ASSIGN(const ShortList repeats, read_short_list(context.input(1), 1));
  TRY(check_repeats(repeats.span(), context.input(0).shape.rank(), ErrorCode::kInvalidArgument));
  return tile(context, repeats.values);
}

// ---- Tile-1: one axis, which is an input as the number of repeats is; both have the data's type

using TileNumbers = Types<float, double, int64_t, int32_t, Float16>;

Status infer_tile_1(InferContext& context) {
  TRY(expect_tensor(context, 0, TileNumbers::kSet));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) out.emplace(dims->size());
  for (const size_t i : {1, 2}) {
    TRY(expect_tensor(context, i, TileNumbers::kSet, {}));
    TRY(expect_same_dtype(context, 0, i));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Result<int64_t> whole_number(const ExecContext& context, size_t input) {
  const TensorView& view = context.input(input);
  if (view.shape.element_count() != 1) {
    return InvalidArgument(
        cat("input ", input, ": expected one number, got shape ", view.shape.to_string()));
  }
  int64_t number = 0;
  TRY(dispatch(TileNumbers(), view.dtype, [&]<class T>() -> Status {
    const auto value = static_cast<double>(view.values<T>()[0]);
    if (!(value >= -0x1p53 && value <= 0x1p53)) {
      return InvalidArgument(cat("input ", input, ": ", value, " is no count"));
    }
    number = static_cast<int64_t>(value);
    return ok();
  }));
  return number;
}

Status run_tile_1(ExecContext& context) {
  TRY_ASSIGN(const int64_t count, whole_number(context, 1));
  TRY_ASSIGN(const int64_t wanted_axis, whole_number(context, 2));
  if (count < 0) return InvalidArgument(cat("input 1: ", count, " repeats"));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, context.input(0).shape.rank(), ErrorCode::kInvalidArgument));
  std::array<int64_t, Shape::kMaxRank> repeats;
  repeats.fill(1);
  repeats[axis] = count;
  return tile(context, repeats);
}

constexpr OpDef kOps[] = {
    {.name = "Expand", .since = 8, .inputs = {2, 2}, .infer = infer_expand, .run = run_expand},
    {.name = "Tile", .since = 1, .inputs = {3, 3}, .infer = infer_tile_1, .run = run_tile_1},
    {.name = "Tile", .since = 6, .inputs = {2, 2}, .infer = infer_tile, .run = run_tile},
};

}  // namespace

std::span<const OpDef> ops_expand() { return kOps; }

}  // namespace tundish
