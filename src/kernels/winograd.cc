#include "kernels/winograd.h"

#include <algorithm>

#include "kernels/gemm.h"

namespace tundish::kernels {
namespace {

constexpr size_t kTile = 4;       // pixels of the answer
constexpr size_t kPatch = 6;      // pixels that they see
constexpr size_t kProducts = 36;  // of the patch's size
constexpr size_t kLine = 64;
// Transformed tiles and products that stay in the second cache, and where the weights do not fit
// the third beside them: more tiles for each reading of the weights.
constexpr size_t kUnitBytes = size_t{768} << 10;
constexpr size_t kLargeUnitBytes = size_t{8} << 20;
constexpr size_t kLargeWeights = size_t{4} << 20;
// Keeps vectors that are used together out of one set of the caches.
constexpr size_t kSkew = 48;
// Work of a transform for each tile and channel, in multiply-adds.
constexpr double kTransformWork = 600;
// What must be gained.
constexpr double kGain = 0.8;
constexpr size_t kGrainElements = size_t{1} << 15;

size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }
size_t round_up(size_t a, size_t b) { return divide_up(a, b) * b; }

// Columns that are computed for so many.
size_t padded(size_t columns, size_t panel_width) {
  const size_t rest = columns % panel_width;
  if (rest == 0) return columns;
  return columns - rest + (rest <= panel_width / 2 ? panel_width / 2 : panel_width);
}

// One filter: G g G^T, in double.
void transform_filter(const float* g, double (&u)[kPatch][kPatch]) {
  static constexpr double kG[kPatch][3] = {{1.0 / 4, 0, 0},
                                           {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                           {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                           {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                           {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                           {0, 0, 1}};
  double half[kPatch][3];
  for (size_t i = 0; i < kPatch; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      half[i][j] = 0;
      for (size_t k = 0; k < 3; ++k) half[i][j] += kG[i][k] * static_cast<double>(g[k * 3 + j]);
    }
  }
  for (size_t i = 0; i < kPatch; ++i) {
    for (size_t j = 0; j < kPatch; ++j) {
      u[i][j] = 0;
      for (size_t k = 0; k < 3; ++k) u[i][j] += half[i][k] * kG[j][k];
    }
  }
}

size_t image_bytes(const WinogradPlan& plan) {
  if (plan.layout.direct) return 0;
  return round_up(plan.shape.inputs() * plan.layout.channel_stride * sizeof(float), kLine);
}

const size_t* offsets_of(const WinogradPlan& plan, const void* shared) {
  return reinterpret_cast<const size_t*>(static_cast<const char*>(shared) + image_bytes(plan));
}

size_t input_stride(const WinogradPlan& plan) {
  return plan.shape.group_inputs * plan.block_tiles + kSkew;
}
size_t product_stride(const WinogradPlan& plan) {
  return plan.shape.group_outputs * plan.block_tiles + kSkew;
}

// One unit: tiles [first, first + count) of a group.
struct Block {
  const WinogradPlan* plan;
  size_t group;
  size_t first;
  size_t count;
  float* inputs;    // [36][panel][input][width]
  float* products;  // [36][output][block_tiles]
};

Block block_of(const WinogradPlan& plan, void* own, size_t unit) {
  const size_t all = plan.tiles.out_plane();
  const size_t blocks = divide_up(all, plan.block_tiles);
  Block block{&plan,  unit / blocks, unit % blocks * plan.block_tiles, 0, static_cast<float*>(own),
              nullptr};
  block.count = std::min(plan.block_tiles, all - block.first);
  block.products = block.inputs + kProducts * input_stride(plan);
  return block;
}

void transform_inputs(const ConvWorkers& kernels, const Block& block, const float* image,
                      const size_t* offsets, size_t begin, size_t end) {
  constexpr size_t kWidest = 64;
  alignas(64) float patches[kProducts * kWidest];
  PatchRun runs[kWidest + 1];
  const WinogradPlan& plan = *block.plan;
  const size_t width = kernels.gemm->panel_width;
  const size_t inputs = plan.shape.group_inputs;
  image += block.group * inputs * plan.layout.channel_stride;
  for (size_t tile = 0; tile < block.count; tile += width) {
    const size_t count = std::min(width, block.count - tile);
    const size_t own_width = count <= width / 2 ? width / 2 : width;
    const size_t run_count =
        patch_runs(plan.tiles, plan.layout, block.first + tile, count, width, kProducts, runs);
    if (count < own_width) std::fill_n(patches, kProducts * own_width, 0.0f);
    for (size_t channel = begin; channel < end; ++channel) {
      kernels.conv->pack_patches(image + channel * plan.layout.channel_stride, offsets, kProducts,
                                 runs, run_count, patches);
      kernels.conv->winograd_input(patches, own_width,
                                   block.inputs + tile * inputs + channel * own_width,
                                   input_stride(plan));
    }
  }
}

// Items are parts of the outputs of one product after the other.
void multiply(const ConvWorkers& kernels, const Block& block, const float* weights, size_t begin,
              size_t end) {
  const WinogradPlan& plan = *block.plan;
  const size_t inputs = plan.shape.group_inputs;
  const size_t outputs = plan.shape.group_outputs;
  const size_t each = round_up(divide_up(outputs, plan.output_parts), kernels.gemm->row_block);
  weights += block.group * kProducts * outputs * inputs;
  const GemmEpilogue epilogue;
  for (size_t i = begin; i < end; ++i) {
    const size_t product = i / plan.output_parts;
    const size_t first = std::min(outputs, i % plan.output_parts * each);
    GemmBlock part{};
    part.rows = std::min(each, outputs - first);
    if (part.rows == 0) continue;
    // Those that there are not hold zeros.
    part.columns = padded(block.count, kernels.gemm->panel_width);
    part.depth = inputs;
    part.a = weights + (product * outputs + first) * inputs;
    part.a_row_stride = 0;
    part.b = block.inputs + product * input_stride(plan);
    part.b_depth_stride = kernels.gemm->panel_width;
    part.b_panel_stride = kernels.gemm->panel_width * inputs;
    part.c = block.products + product * product_stride(plan) + first * plan.block_tiles;
    part.c_row_stride = plan.block_tiles;
    part.starts = true;
    part.ends = true;
    part.epilogue = &epilogue;
    kernels.gemm->run_block(part);
  }
}

bool transform_outputs(const ConvWorkers& kernels, const Block& block, const ConvTensors& tensors,
                       size_t begin, size_t end) {
  constexpr float kInfinity = __builtin_inff();
  constexpr size_t kMostLanes = 32;
  const WinogradPlan& plan = *block.plan;
  const size_t rows = plan.shape.axes[0].out;
  const size_t columns = plan.shape.axes[1].out;
  const GemmEpilogue& e = tensors.epilogue;
  const bool finishes = winograd_finishes(e);
  WinogradTile tiles[kMostLanes];
  WinogradOutput output{};
  output.product_stride = product_stride(plan);
  output.tiles = tiles;
  output.row_stride = columns;
  const bool clips = finishes && e.activation == Activation::kClip;
  output.low = finishes && e.activation == Activation::kRelu ? 0 : clips ? e.low : -kInfinity;
  output.high = clips ? e.high : kInfinity;
  bool finite = true;
  for (size_t tile = 0; tile < block.count; tile += kernels.conv->lanes) {
    output.count = std::min(kernels.conv->lanes, block.count - tile);
    for (size_t i = 0; i < output.count; ++i) {
      const size_t index = block.first + tile + i;
      const size_t row = index / plan.tiles.axes[1].out * kTile;
      const size_t column = index % plan.tiles.axes[1].out * kTile;
      tiles[i] = {row * columns + column, static_cast<uint32_t>(std::min(kTile, rows - row)),
                  static_cast<uint32_t>(std::min(kTile, columns - column))};
    }
    for (size_t i = begin; i < end; ++i) {
      const size_t channel = block.group * plan.shape.group_outputs + i;
      output.products = block.products + i * plan.block_tiles + tile;
      output.out = tensors.y + channel * rows * columns;
      output.bias = e.row_bias != nullptr ? e.row_bias[channel] : 0;
      if (!kernels.conv->winograd_output(output)) finite = false;
    }
  }
  return finite;
}

// Multiply-adds of both ways, with what is computed for nothing. Fewer tiles read their weights,
// four times as many, faster than they use them.
bool pays(const ConvGeometry& shape, size_t tiles, size_t panel_width) {
  constexpr size_t kFewestTiles = 12;
  if (tiles < kFewestTiles) return false;
  const double inputs = static_cast<double>(shape.group_inputs);
  const double outputs = static_cast<double>(shape.group_outputs);
  const double direct =
      static_cast<double>(padded(shape.out_plane(), panel_width)) * 9 * inputs * outputs;
  const double own = static_cast<double>(padded(tiles, panel_width)) *
                     (kProducts * inputs * outputs + kTransformWork * (inputs + outputs));
  return own < kGain * direct;
}

}  // namespace

bool winograd_applies(const ConvGeometry& shape) {
  if (shape.rank != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    const ConvAxis& axis = shape.axes[i];
    if (axis.kernel != 3 || axis.stride != 1 || axis.dilation != 1) return false;
  }
  return true;
}

size_t winograd_weight_count(const ConvGeometry& shape) {
  return kProducts * shape.outputs() * shape.group_inputs;
}

void winograd_weights(const ConvWorkers& kernels, const ConvGeometry& shape, const float* weights,
                      float* transformed) {
  const size_t inputs = shape.group_inputs;
  const size_t outputs = shape.group_outputs;
  for (size_t group = 0; group < shape.groups; ++group) {
    for (size_t output = 0; output < outputs; ++output) {
      const RowTile tile = row_tile(*kernels.gemm, outputs, output);
      float* to = transformed + tile.begin * inputs + output - tile.begin;
      for (size_t input = 0; input < inputs; ++input, weights += 9, to += tile.rows) {
        double u[kPatch][kPatch];
        transform_filter(weights, u);
        for (size_t i = 0; i < kProducts; ++i) {
          to[i * outputs * inputs] = static_cast<float>(u[i / kPatch][i % kPatch]);
        }
      }
    }
    transformed += kProducts * outputs * inputs;
  }
}

bool plan_winograd(const ConvWorkers& kernels, const ConvGeometry& shape, size_t threads,
                   WinogradPlan* plan) {
  *plan = WinogradPlan();
  if (!winograd_applies(shape)) return false;
  plan->shape = plan->tiles = shape;
  for (size_t i = 0; i < 2; ++i) {
    ConvAxis& axis = plan->tiles.axes[i];
    axis.kernel = kPatch;
    axis.stride = kTile;
    axis.out = divide_up(shape.axes[i].out, kTile);
  }
  const size_t width = kernels.gemm->panel_width;
  const size_t tiles = plan->tiles.out_plane();
  if (!pays(shape, tiles, width) || !plan_patches(plan->tiles, &plan->layout)) return false;
  const size_t channels = shape.group_inputs + shape.group_outputs;
  const size_t weights = winograd_weight_count(shape) / shape.groups * sizeof(float);
  const size_t budget = weights > kLargeWeights ? kLargeUnitBytes : kUnitBytes;
  const size_t panels = divide_up(tiles, width);
  size_t each = std::max<size_t>(1, budget / (kProducts * channels * width * sizeof(float)));
  each = divide_up(panels, divide_up(panels, std::min(each, panels)));
  const size_t blocks = divide_up(panels, each);
  // Each thread a few blocks of its own, or all of them the parts of one.
  plan->shares_units = threads > 1 && blocks * shape.groups < 4 * threads;
  if (plan->shares_units) {
    const size_t most =
        std::max<size_t>(1, kLargeUnitBytes / (kProducts * channels * width * sizeof(float)));
    each = divide_up(panels, divide_up(panels, std::min(most, panels)));
    plan->output_parts = shape.group_outputs > kernels.gemm->row_block ? 2 : 1;
  }
  plan->block_tiles = each * width;
  plan->units = shape.groups * divide_up(panels, each);
  plan->channel_grain = kGrainElements / (plan->layout.channel_stride + 1) + 1;
  plan->shared_bytes = image_bytes(*plan) + kProducts * sizeof(size_t);
  plan->unit_bytes = kProducts * (input_stride(*plan) + product_stride(*plan)) * sizeof(float);
  return true;
}

void begin_winograd(const WinogradPlan& plan, void* shared) {
  tap_offsets(plan.tiles, plan.layout, const_cast<size_t*>(offsets_of(plan, shared)));
}

void lay_out_winograd(const ConvWorkers& kernels, const WinogradPlan& plan, const float* x,
                      void* shared, size_t begin, size_t end) {
  for (size_t channel = begin; channel < end; ++channel) {
    lay_out_channel(*kernels.conv, plan.tiles, plan.layout, x + channel * plan.shape.in_plane(),
                    static_cast<float*>(shared) + channel * plan.layout.channel_stride);
  }
}

size_t winograd_items(const WinogradPlan& plan, WinogradStage stage) {
  switch (stage) {
    case WinogradStage::kInput: return plan.shape.group_inputs;
    case WinogradStage::kProducts: return kProducts * plan.output_parts;
    case WinogradStage::kOutput: return plan.shape.group_outputs;
  }
  return 0;
}

bool run_winograd(const ConvWorkers& kernels, const WinogradPlan& plan, const ConvTensors& tensors,
                  const void* shared, void* own, size_t unit, WinogradStage stage, size_t begin,
                  size_t end) {
  const Block block = block_of(plan, own, unit);
  const float* image = plan.layout.direct ? tensors.x : static_cast<const float*>(shared);
  switch (stage) {
    case WinogradStage::kInput:
      transform_inputs(kernels, block, image, offsets_of(plan, shared), begin, end);
      return true;
    case WinogradStage::kProducts:
      multiply(kernels, block, tensors.packed, begin, end);
      return true;
    case WinogradStage::kOutput: return transform_outputs(kernels, block, tensors, begin, end);
  }
  return true;
}

bool winograd_finishes(const GemmEpilogue& epilogue) {
  return epilogue.residual == nullptr &&
         (epilogue.activation == Activation::kNone || epilogue.activation == Activation::kRelu ||
          epilogue.activation == Activation::kClip);
}

void finish_winograd(const ConvWorkers& kernels, const WinogradPlan& plan,
                     const ConvTensors& tensors, size_t begin, size_t end) {
  const size_t plane = plan.shape.out_plane();
  GemmEpilogue rest = tensors.epilogue;
  rest.row_bias = nullptr;
  GemmBlock block{};
  block.rows = end - begin;
  block.columns = plane;
  block.c = tensors.y + begin * plane;
  block.c_row_stride = plane;
  block.epilogue = &rest;
  block.first_row = begin;
  kernels.gemm->finish(block);
}

}  // namespace tundish::kernels
