// What the files of conv.h share.
#pragma once

#include "kernels/conv.h"

namespace tundish::kernels {

// Multiply-adds that are worth a thread's while: about 10 us.
inline constexpr double kGrainProducts = 1 << 19;
// Depth of a part of a product whose sums wait in the answer.
inline constexpr size_t kDeepest = 1024;

inline size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }
inline size_t round_up(size_t a, size_t b) { return divide_up(a, b) * b; }

inline size_t depth_of(const ConvPlan& plan) { return plan.shape.group_inputs * plan.shape.taps(); }

// What all methods have in common: layout, shared memory. False: the image cannot be laid out.
bool start_plan(const ConvGeometry& shape, ConvPlan* plan);

// Columns that are computed for so many.
inline size_t padded_columns(size_t columns, size_t panel_width) {
  const size_t rest = columns % panel_width;
  if (rest == 0) return columns;
  return columns - rest + (rest <= panel_width / 2 ? panel_width / 2 : panel_width);
}

void pack_pixel_rows(const ConvWorkers& kernels, const ConvPlan& plan, const float* weights,
                     float* packed);
void run_pixel_rows(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
                    const float* image, const size_t* offsets, float* own, size_t begin,
                    size_t end);

}  // namespace tundish::kernels
