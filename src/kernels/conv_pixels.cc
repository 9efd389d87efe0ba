// Products whose rows are the pixels of a small image and whose columns are outputs.
#include <algorithm>

#include "kernels/conv_plan.h"
#include "kernels/gemm.h"

namespace tundish::kernels {
namespace {

// Pixels of one product; tiles of a few rows each.
constexpr size_t kMostPixels = 96;
// How many times more columns than pixels make this the faster way: what the transposition of the
// answer costs, measured.
constexpr double kWaste = 1.12;
constexpr size_t kFewestOutputs = 64;

size_t patch_count(const ConvPlan& plan) { return plan.shape.out_plane() * plan.depth_block; }

// Runs for tiles in place of panels.
size_t tile_runs(const ConvWorkers& kernels, const ConvPlan& plan, size_t depth, PatchRun* runs) {
  const size_t pixels = plan.shape.out_plane();
  size_t count = 0;
  for (size_t first = 0; first < pixels;) {
    const RowTile tile = row_tile(*kernels.gemm, pixels, first);
    PatchRun* own = runs + count;
    const size_t found =
        patch_runs(plan.shape, plan.layout, first, tile.rows, tile.rows, depth, own);
    for (size_t i = 0; i < found; ++i) {
      own[i].to += first * depth;
      own[i].width = tile.rows;
    }
    count += found;
    first += tile.rows;
  }
  return count;
}

// sums [pixels][outputs] to y [outputs][pixels].
void transpose(const float* sums, size_t pixels, size_t outputs, size_t stride, float* y) {
  constexpr size_t kStep = 16;
  for (size_t first = 0; first < outputs; first += kStep) {
    const size_t last = std::min(outputs, first + kStep);
    for (size_t pixel = 0; pixel < pixels; ++pixel) {
      const float* from = sums + pixel * stride;
      for (size_t i = first; i < last; ++i) y[i * pixels + pixel] = from[i];
    }
  }
}

void run_unit(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
              const float* image, const size_t* offsets, float* own, size_t group, size_t first) {
  const ConvGeometry& shape = plan.shape;
  const size_t pixels = shape.out_plane();
  const size_t depth = depth_of(plan);
  const size_t width = kernels.gemm->panel_width;
  const size_t columns = padded_columns(shape.group_outputs, width);
  const size_t outputs = std::min(plan.outputs_each, shape.group_outputs - first);
  const GemmEpilogue nothing;
  PatchRun runs[kMostPixels + 1];
  size_t run_count = 0;
  GemmBlock block{};
  block.rows = pixels;
  block.columns = padded_columns(outputs, width);
  block.a = own;
  block.b_depth_stride = width;
  block.c = own + patch_count(plan);
  block.c_row_stride = round_up(plan.outputs_each, width);
  block.epilogue = &nothing;
  const float* packed = tensors.packed + group * columns * depth;
  image += group * shape.group_inputs * plan.layout.channel_stride;
  for (size_t at = 0; at < depth; at += plan.depth_block) {
    const size_t count = std::min(plan.depth_block, depth - at);
    if (block.depth != count) run_count = tile_runs(kernels, plan, count, runs);
    kernels.conv->pack_patches(image, offsets + at, count, runs, run_count, own);
    block.depth = count;
    block.b = packed + columns * at + first * count;
    block.b_panel_stride = width * count;
    block.starts = at == 0;
    block.ends = at + count == depth;
    kernels.gemm->run_block(block);
  }
  GemmBlock answer{};
  answer.first_row = group * shape.group_outputs + first;
  answer.rows = outputs;
  answer.columns = pixels;
  answer.c = tensors.y + answer.first_row * pixels;
  answer.c_row_stride = pixels;
  answer.epilogue = &tensors.epilogue;
  transpose(block.c, pixels, outputs, block.c_row_stride, answer.c);
  kernels.gemm->finish(answer);
}

}  // namespace

bool plan_pixel_rows(const ConvWorkers& kernels, const ConvGeometry& shape, size_t threads,
                     ConvPlan* plan) {
  const size_t pixels = shape.out_plane();
  const size_t width = kernels.gemm->panel_width;
  if (pixels > kMostPixels || shape.group_outputs < kFewestOutputs) return false;
  const double waste =
      static_cast<double>(padded_columns(pixels, width)) / static_cast<double>(pixels);
  if (waste < kWaste || !start_plan(shape, plan)) return false;
  plan->method = ConvMethod::kPixelRows;
  const size_t depth = depth_of(*plan);
  plan->depth_block = divide_up(depth, divide_up(depth, kDeepest));
  plan->block_pixels = pixels;
  const double work = static_cast<double>(pixels) * static_cast<double>(depth) *
                      static_cast<double>(shape.group_outputs);
  size_t parts = 1;
  if (threads > 1 && work * static_cast<double>(shape.groups) > 2 * kGrainProducts) {
    parts =
        std::min(divide_up(2 * threads, shape.groups), divide_up(shape.group_outputs, 2 * width));
  }
  plan->outputs_each = round_up(divide_up(shape.group_outputs, parts), width);
  plan->units = shape.groups * divide_up(shape.group_outputs, plan->outputs_each);
  const double each = work * static_cast<double>(shape.groups) / static_cast<double>(plan->units);
  plan->grain = static_cast<size_t>(kGrainProducts / (each + 1)) + 1;
  plan->unit_bytes =
      round_up((patch_count(*plan) + pixels * plan->outputs_each) * sizeof(float), 64);
  return true;
}

void pack_pixel_rows(const ConvWorkers& kernels, const ConvPlan& plan, const float* weights,
                     float* packed) {
  const size_t outputs = plan.shape.group_outputs;
  const size_t depth = depth_of(plan);
  const size_t columns = padded_columns(outputs, kernels.gemm->panel_width);
  for (size_t group = 0; group < plan.shape.groups; ++group) {
    for (size_t first = 0; first < depth; first += plan.depth_block) {
      const size_t count = std::min(plan.depth_block, depth - first);
      const GemmMatrix part{weights + group * outputs * depth + first, 1, depth};
      pack_weights(*kernels.gemm, part, count, outputs, 0, outputs, packed);
      packed += columns * count;
    }
  }
}

void run_pixel_rows(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
                    const float* image, const size_t* offsets, float* own, size_t begin,
                    size_t end) {
  const size_t parts = divide_up(plan.shape.group_outputs, plan.outputs_each);
  for (size_t i = begin; i < end; ++i) {
    run_unit(kernels, plan, tensors, image, offsets, own, i / parts, i % parts * plan.outputs_each);
  }
}

}  // namespace tundish::kernels
