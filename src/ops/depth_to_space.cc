// DepthToSpace, SpaceToDepth: square blocks of a picture to channels and back.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Result<int64_t> block_size(const Node& node) {
  TRY_ASSIGN(const int64_t block, node.attributes.require_int("blocksize"));
  // The square of more would not fit.
  if (block < 1 || block > INT32_MAX) {
    return InvalidModel(cat("attribute \"blocksize\" is ", block));
  }
  return block;
}

Result<Shape> deep_to_wide(const Shape& x, int64_t block, ErrorCode code) {
  if (x[1] % (block * block) != 0) {
    return Error(code, cat(x[1], " channels are not a multiple of ", block, " x ", block));
  }
  const std::optional<int64_t> height = checked_mul(x[2], block);
  const std::optional<int64_t> width = checked_mul(x[3], block);
  if (!height || !width) return Error(code, "the sizes of the result overflow");
  return Shape{x[0], x[1] / (block * block), *height, *width};
}

Result<Shape> wide_to_deep(const Shape& x, int64_t block, ErrorCode code) {
  if (x[2] % block != 0 || x[3] % block != 0) {
    return Error(code, cat("height ", x[2], " or width ", x[3], " is not a multiple of ", block));
  }
  const std::optional<int64_t> channels = checked_mul(x[1], block * block);
  if (!channels) return Error(code, "the sizes of the result overflow");
  return Shape{x[0], *channels, x[2] / block, x[3] / block};
}

using ShapeOf = Result<Shape> (*)(const Shape& x, int64_t block, ErrorCode code);

Status infer_blocks(InferContext& context, ShapeOf shape_of) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY_ASSIGN(const int64_t block, block_size(context.node()));
  SymbolicShape out = std::vector<Dim>(4);
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    if (dims->size() != 4) {
      return InvalidModel(cat("input 0: expected 4 axes, got ", dims->size()));
    }
    (*out)[0] = (*dims)[0];
    if (const std::optional<Shape> x = concrete(*dims)) {
      TRY_ASSIGN(const Shape shape, shape_of(*x, block, ErrorCode::kInvalidModel));
      out = symbolic(shape);
    } else {
      // What is known of each axis alone.
      for (size_t axis = 1; axis < 4; ++axis) {
        if (!(*dims)[axis].is_known()) continue;
        Shape alone{0, 0, 0, 0};
        alone[axis] = (*dims)[axis].size();
        TRY_ASSIGN(const Shape shape, shape_of(alone, block, ErrorCode::kInvalidModel));
        (*out)[axis] = Dim(shape[axis]);
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status expect_picture(const Shape& shape) {
  if (shape.rank() == 4) return ok();
  return InvalidArgument(cat("input 0: expected 4 axes, got ", shape.rank()));
}

// ---- DepthToSpace

// Whether the mode is CRD: the block's place counts less than the channel.
Result<bool> channels_first(const Node& node) {
  TRY_ASSIGN(const std::string mode, node.attributes.get_string("mode", "DCR"));
  if (mode == "CRD") return true;
  if (mode == "DCR") return false;
  return InvalidModel(cat("attribute \"mode\": ", quoted(mode), " is not known"));
}

Status infer_depth_to_space(InferContext& context) {
  TRY(channels_first(context.node()));
  return infer_blocks(context, deep_to_wide);
}

Status run_depth_to_space(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY(expect_picture(x.shape));
  TRY_ASSIGN(const int64_t block, block_size(context.node()));
  TRY_ASSIGN(const bool crd, channels_first(context.node()));
  TRY_ASSIGN(const Shape shape, deep_to_wide(x.shape, block, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  if (shape.element_count() == 0) return ok();
  const int64_t channels = shape[1];
  const int64_t plane = x.shape[2] * x.shape[3];
  const int64_t channel_step = crd ? block * block * plane : plane;
  const int64_t place_step = crd ? plane : channels * plane;
  const int64_t image = x.shape[1] * plane;
  Box box;  // picture, channel, row, row of the block, column, column of the block
  box.add({x.shape[0], image, image});
  box.add({channels, channel_step, plane * block * block});
  box.add({x.shape[2], x.shape[3], block * shape[3]});
  box.add({block, block * place_step, shape[3]});
  box.add({x.shape[3], 1, block});
  box.add({block, place_step, 1});
  copy_box(context, x.dtype, y.data, x.data, box);
  return ok();
}

// ---- SpaceToDepth

Status infer_space_to_depth(InferContext& context) { return infer_blocks(context, wide_to_deep); }

Status run_space_to_depth(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY(expect_picture(x.shape));
  TRY_ASSIGN(const int64_t block, block_size(context.node()));
  TRY_ASSIGN(const Shape shape, wide_to_deep(x.shape, block, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  if (shape.element_count() == 0) return ok();
  const int64_t channels = x.shape[1];
  const int64_t plane = shape[2] * shape[3];
  const int64_t place_step = channels * plane;
  const int64_t image = x.shape[1] * x.shape[2] * x.shape[3];
  Box box;  // picture, row of the block, column of the block, channel, row, column
  box.add({x.shape[0], image, image});
  box.add({block, x.shape[3], block * place_step});
  box.add({block, 1, place_step});
  box.add({channels, x.shape[2] * x.shape[3], plane});
  box.add({shape[2], block * x.shape[3], shape[3]});
  box.add({shape[3], block, 1});
  copy_box(context, x.dtype, y.data, x.data, box);
  return ok();
}

// DepthToSpace: version 11 adds mode CRD.
constexpr OpDef kOps[] = {
    {.name = "DepthToSpace",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_depth_to_space,
     .run = run_depth_to_space},
    {.name = "SpaceToDepth",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_space_to_depth,
     .run = run_space_to_depth},
};

}  // namespace

std::span<const OpDef> ops_depth_to_space() { return kOps; }

}  // namespace tundish
