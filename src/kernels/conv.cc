#include "kernels/conv.h"

#include <algorithm>

#include "kernels/conv_plan.h"
#include "kernels/gemm.h"

namespace tundish::kernels {
namespace {

// Panels of patches that stay in the second cache beside the weights that pass them.
constexpr size_t kPanelBytes = size_t{256} << 10;
// Runs of a block's pixels lie on the stack.
constexpr size_t kMostPixels = 512;
// Elements copied in the same time.
constexpr size_t kGrainElements = size_t{1} << 15;
constexpr size_t kUnitsPerThread = 4;
constexpr size_t kLine = 64;

size_t image_bytes(const ConvPlan& plan) {
  if (plan.layout.direct) return 0;
  const size_t elements = plan.shape.inputs() * plan.layout.channel_stride;
  return round_up(elements * sizeof(float), kLine);
}

const size_t* offsets_of(const ConvPlan& plan, const void* shared) {
  return reinterpret_cast<const size_t*>(static_cast<const char*>(shared) + image_bytes(plan));
}

void plan_depthwise(size_t threads, ConvPlan* plan) {
  plan->method = ConvMethod::kDepthwise;
  plan->units = plan->shape.outputs();
  plan->outputs_each = 1;
  const double work =
      static_cast<double>(plan->shape.taps()) * static_cast<double>(plan->shape.out_plane());
  plan->grain = static_cast<size_t>(kGrainProducts / 8 / (work + 16)) + 1;
  if (threads == 1) plan->grain = plan->units;
}

void plan_product(const ConvWorkers& kernels, size_t threads, ConvPlan* plan) {
  const ConvGeometry& shape = plan->shape;
  plan->method = ConvMethod::kProduct;
  const size_t width = kernels.gemm->panel_width;
  const size_t depth = depth_of(*plan);
  const size_t pixels = shape.out_plane();
  plan->depth_block = divide_up(depth, divide_up(depth, kDeepest));
  size_t panels = kPanelBytes / (width * sizeof(float)) / plan->depth_block;
  panels = std::clamp<size_t>(panels, 1, kMostPixels / width);
  const size_t all_panels = divide_up(pixels, width);
  panels = std::min(panels, all_panels);
  size_t blocks = divide_up(all_panels, panels);
  size_t parts = 1;
  const double work = static_cast<double>(depth) * static_cast<double>(pixels) *
                      static_cast<double>(shape.group_outputs);
  if (threads > 1 && work * static_cast<double>(shape.groups) > kGrainProducts) {
    // Smaller blocks first, then parts of the outputs: those pack the same patches again.
    const size_t wanted = divide_up(threads * kUnitsPerThread, shape.groups);
    if (blocks < wanted) {
      panels = std::max<size_t>(1, all_panels / std::min(wanted, all_panels));
      blocks = divide_up(all_panels, panels);
    }
    const size_t most_parts = divide_up(shape.group_outputs, kernels.gemm->row_block);
    parts = std::min(divide_up(wanted, blocks), most_parts);
  }
  plan->block_pixels = panels * width;
  plan->outputs_each = round_up(divide_up(shape.group_outputs, parts), kernels.gemm->row_block);
  parts = divide_up(shape.group_outputs, plan->outputs_each);
  plan->units = shape.groups * blocks * parts;
  const double each = work * static_cast<double>(shape.groups) / static_cast<double>(plan->units);
  plan->grain = static_cast<size_t>(kGrainProducts / (each + 1)) + 1;
  plan->unit_bytes = panels * width * plan->depth_block * sizeof(float);
}

// The pixels of one unit, for some outputs of one group.
struct Unit {
  size_t group;
  size_t first_pixel;
  size_t pixels;
  size_t first_output;  // of all
  size_t outputs;
};

GemmBlock block_of(const ConvPlan& plan, const ConvTensors& tensors, const Unit& unit) {
  const size_t depth = depth_of(plan);
  const size_t plane = plan.shape.out_plane();
  GemmBlock block{};
  block.rows = unit.outputs;
  block.columns = unit.pixels;
  block.depth = depth;
  block.a = tensors.weights + unit.first_output * depth;
  block.a_row_stride = depth;
  block.a_depth_stride = 1;
  block.c = tensors.y + unit.first_output * plane + unit.first_pixel;
  block.c_row_stride = plane;
  block.starts = true;
  block.ends = true;
  block.epilogue = &tensors.epilogue;
  block.first_row = unit.first_output;
  block.first_column = unit.first_pixel;
  return block;
}

void run_unit(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
              const float* image, const size_t* offsets, float* panels, const Unit& unit) {
  const ConvGeometry& shape = plan.shape;
  const size_t depth = depth_of(plan);
  const size_t width = kernels.gemm->panel_width;
  image += unit.group * shape.group_inputs * plan.layout.channel_stride;
  PatchRun runs[kMostPixels + 1];
  size_t run_count = 0;
  size_t run_depth = 0;
  GemmBlock block = block_of(plan, tensors, unit);
  const float* weights = block.a;
  const size_t first_row = unit.first_output - unit.group * shape.group_outputs;
  const size_t group_weights = unit.group * shape.group_outputs * depth;
  block.b = panels;
  block.b_depth_stride = width;
  for (size_t first = 0; first < depth; first += plan.depth_block) {
    block.depth = std::min(plan.depth_block, depth - first);
    if (run_depth != block.depth) {
      run_depth = block.depth;
      run_count =
          patch_runs(shape, plan.layout, unit.first_pixel, unit.pixels, width, run_depth, runs);
    }
    kernels.conv->pack_patches(image, offsets + first, block.depth, runs, run_count, panels);
    if (tensors.packed != nullptr) {
      block.a =
          tensors.packed + group_weights + shape.group_outputs * first + first_row * block.depth;
      block.a_row_stride = 0;
    } else {
      block.a = weights + first;
    }
    block.b_panel_stride = width * block.depth;
    block.starts = first == 0;
    block.ends = first + block.depth == depth;
    kernels.gemm->run_block(block);
  }
}

void run_products(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
                  const float* image, const size_t* offsets, float* panels, size_t begin,
                  size_t end) {
  const ConvGeometry& shape = plan.shape;
  const size_t pixels = shape.out_plane();
  const size_t blocks = divide_up(pixels, plan.block_pixels);
  const size_t parts = divide_up(shape.group_outputs, plan.outputs_each);
  for (size_t i = begin; i < end; ++i) {
    Unit unit;
    const size_t first = i % parts * plan.outputs_each;
    unit.outputs = std::min(plan.outputs_each, shape.group_outputs - first);
    unit.first_pixel = i / parts % blocks * plan.block_pixels;
    unit.pixels = std::min(plan.block_pixels, pixels - unit.first_pixel);
    unit.group = i / parts / blocks;
    unit.first_output = unit.group * shape.group_outputs + first;
    run_unit(kernels, plan, tensors, image, offsets, panels, unit);
  }
}

// Bias and clip are done on the way; the rest afterwards.
void run_depthwise(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
                   const float* image, const size_t* offsets, size_t begin, size_t end) {
  constexpr float kInfinity = __builtin_inff();
  const ConvGeometry& shape = plan.shape;
  const GemmEpilogue& e = tensors.epilogue;
  const bool relu = e.activation == Activation::kRelu;
  const bool clip = e.activation == Activation::kClip;
  const bool on_the_way =
      e.residual == nullptr && (relu || clip || e.activation == Activation::kNone);
  const size_t taps = shape.taps();
  DepthwiseRows rows{};
  rows.offsets = offsets;
  rows.taps = taps;
  rows.columns = shape.last().out;
  rows.low = on_the_way && relu ? 0 : on_the_way && clip ? e.low : -kInfinity;
  rows.high = on_the_way && clip ? e.high : kInfinity;
  rows.out_row_stride = shape.last().out;
  const bool two_axes = shape.rank == 2;
  rows.rows = two_axes ? shape.axes[0].out : 1;
  rows.image_row_step = two_axes ? plan.layout.row_steps[0] : 0;
  const size_t groups_of_rows = shape.out_rows() / rows.rows;
  for (size_t output = begin; output < end; ++output) {
    const size_t group = output / shape.group_outputs;
    rows.weights = tensors.weights + output * taps;
    rows.bias = e.row_bias != nullptr && on_the_way ? e.row_bias[output] : 0;
    float* y = tensors.y + output * shape.out_plane();
    for (size_t row = 0; row < groups_of_rows; ++row) {
      rows.image = image + group * plan.layout.channel_stride +
                   row_offset(shape, plan.layout, row * rows.rows);
      rows.out = y + row * rows.rows * rows.columns;
      kernels.conv->depthwise_rows(rows);
    }
    if (on_the_way) continue;
    GemmBlock block = block_of(plan, tensors, {group, 0, shape.out_plane(), output, 1});
    kernels.gemm->finish(block);
  }
}

}  // namespace

bool start_plan(const ConvGeometry& shape, ConvPlan* plan) {
  *plan = ConvPlan();
  plan->shape = shape;
  if (!plan_patches(shape, &plan->layout)) return false;
  plan->channel_grain = kGrainElements / (plan->layout.channel_stride + 1) + 1;
  plan->shared_bytes = image_bytes(*plan) + depth_of(*plan) * sizeof(size_t);
  return true;
}

bool plan_conv(const ConvWorkers& kernels, const ConvGeometry& shape, size_t threads,
               ConvPlan* plan) {
  if (!start_plan(shape, plan)) return false;
  // A product of so few rows reads its panels at the speed of the cache.
  constexpr size_t kFewOutputs = 4;
  if (shape.group_inputs == 1 && shape.group_outputs < kFewOutputs) {
    plan_depthwise(threads, plan);
  } else {
    plan_product(kernels, threads, plan);
  }
  return true;
}

size_t packed_conv_count(const ConvWorkers& kernels, const ConvPlan& plan) {
  const size_t rows = plan.shape.groups * depth_of(plan);
  switch (plan.method) {
    case ConvMethod::kDepthwise: return 0;
    case ConvMethod::kProduct: return rows * plan.shape.group_outputs;
    case ConvMethod::kPixelRows:
      return rows * padded_columns(plan.shape.group_outputs, kernels.gemm->panel_width);
  }
  return 0;
}

void pack_conv_weights(const ConvWorkers& kernels, const ConvPlan& plan, const float* weights,
                       float* packed) {
  if (plan.method == ConvMethod::kPixelRows) {
    return pack_pixel_rows(kernels, plan, weights, packed);
  }
  const size_t outputs = plan.shape.group_outputs;
  const size_t depth = depth_of(plan);
  for (size_t group = 0; group < plan.shape.groups; ++group) {
    for (size_t first = 0; first < depth; first += plan.depth_block) {
      const size_t count = std::min(plan.depth_block, depth - first);
      pack_rows(*kernels.gemm, {weights + group * outputs * depth + first, depth, 1}, outputs,
                count, packed);
      packed += outputs * count;
    }
  }
}

void begin_conv(const ConvPlan& plan, void* shared) {
  size_t* offsets = const_cast<size_t*>(offsets_of(plan, shared));
  const size_t taps = plan.shape.taps();
  tap_offsets(plan.shape, plan.layout, offsets);
  for (size_t i = taps; i < depth_of(plan); ++i) {
    offsets[i] = offsets[i - taps] + plan.layout.channel_stride;
  }
}

void lay_out_channels(const ConvWorkers& kernels, const ConvPlan& plan, const float* x,
                      void* shared, size_t begin, size_t end) {
  for (size_t channel = begin; channel < end; ++channel) {
    lay_out_channel(*kernels.conv, plan.shape, plan.layout, x + channel * plan.shape.in_plane(),
                    static_cast<float*>(shared) + channel * plan.layout.channel_stride);
  }
}

void run_conv(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
              const void* shared, void* own, size_t begin, size_t end) {
  const float* image = plan.layout.direct ? tensors.x : static_cast<const float*>(shared);
  const size_t* offsets = offsets_of(plan, shared);
  if (plan.method == ConvMethod::kDepthwise) {
    run_depthwise(kernels, plan, tensors, image, offsets, begin, end);
  } else if (plan.method == ConvMethod::kPixelRows) {
    run_pixel_rows(kernels, plan, tensors, image, offsets, static_cast<float*>(own), begin, end);
  } else {
    run_products(kernels, plan, tensors, image, offsets, static_cast<float*>(own), begin, end);
  }
}

}  // namespace tundish::kernels
