// float32 convolutions of one image: as products of matrices whose right side, the patches of the
// image, is packed a few panels at a time; channel by channel where a group has one; or by
// Winograd's F(4 x 4, 3 x 3).
//
// Every output of the first two is one chain of multiply-adds over (input channel, tap), as in
// gemm.h: its bits depend on nothing but the shape. All three are cut into units of work whose
// results do not depend on how they are shared out.
//
//   ConvPlan plan; plan_conv(kernels, shape, threads, &plan) -- false: a case for other code
//   shared: plan.shared_bytes, 64-byte aligned
//   begin_conv(plan, shared), then lay_out_channels() for all channels unless plan.layout.direct,
//   then run_conv() for all units; each call with plan.unit_bytes of its own, 64-byte aligned.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/conv_block.h"
#include "kernels/gemm_block.h"

namespace tundish::kernels {

inline constexpr size_t kConvAxes = 10;

struct ConvAxis {
  size_t in = 1;
  size_t out = 1;
  size_t kernel = 1;
  size_t stride = 1;
  size_t dilation = 1;
  size_t pad_begin = 0;
};

// Nothing in it is 0 but pads.
struct ConvGeometry {
  size_t groups = 1;
  size_t group_inputs = 1;
  size_t group_outputs = 1;
  size_t rank = 1;
  ConvAxis axes[kConvAxes];

  size_t inputs() const { return groups * group_inputs; }
  size_t outputs() const { return groups * group_outputs; }
  size_t taps() const { return product(&ConvAxis::kernel, rank); }
  size_t in_rows() const { return product(&ConvAxis::in, rank - 1); }
  size_t out_rows() const { return product(&ConvAxis::out, rank - 1); }
  const ConvAxis& last() const { return axes[rank - 1]; }
  size_t in_plane() const { return in_rows() * last().in; }
  size_t out_plane() const { return out_rows() * last().out; }

 private:
  size_t product(size_t ConvAxis::*size, size_t axis_count) const {
    size_t count = 1;
    for (size_t i = 0; i < axis_count; ++i) count *= axes[i].*size;
    return count;
  }
};

// An image in which neighbouring windows of a row see every tap side by side, padding included.
// Element (tap, window) of a channel lies at tap offset + window offset.
struct PatchLayout {
  size_t rank = 1;
  size_t rows[kConvAxes];       // on each axis but the last
  size_t picks[kConvAxes];      // rows of the image from one to the next
  size_t row_steps[kConvAxes];  // elements from a window to the next on each axis but the last
  size_t tap_steps[kConvAxes];  // elements from a tap to the next
  size_t period = 1;            // taps of the last axis, a multiple of this apart, share a slot
  size_t slots = 1;
  size_t slot_length = 0;
  size_t channel_stride = 0;
  bool direct = false;  // the image serves as it is

  size_t row_length() const { return slots * slot_length; }
};

// False where padding would make it much larger than the image.
bool plan_patches(const ConvGeometry& shape, PatchLayout* layout);
// Offsets of all taps within a channel.
void tap_offsets(const ConvGeometry& shape, const PatchLayout& layout, size_t* offsets);
// Offset of the first window of an output row (all that differ on the last axis only).
size_t row_offset(const ConvGeometry& shape, const PatchLayout& layout, size_t row);
// One channel of the image.
void lay_out_channel(const ConvKernels& kernels, const ConvGeometry& shape,
                     const PatchLayout& layout, const float* x, float* to);
// Runs of the pixels [first, first + count) for panels of `depth`; at most `count` + 1. Returns how
// many.
size_t patch_runs(const ConvGeometry& shape, const PatchLayout& layout, size_t first, size_t count,
                  size_t panel_width, size_t depth, PatchRun* runs);

struct ConvTensors {
  const float* x = nullptr;
  const float* weights = nullptr;  // [outputs][group inputs][taps]
  const float* packed = nullptr;   // the same by pack_conv_weights(), or null
  float* y = nullptr;
  // row_bias: of all outputs; residual: as y, residual_row_stride: its channel.
  GemmEpilogue epilogue;
};

enum class ConvMethod : uint8_t {
  kProduct,    // rows: outputs, columns: pixels
  kDepthwise,  // channel by channel
  kPixelRows,  // rows: pixels, columns: outputs; with packed weights only
};

struct ConvPlan {
  ConvGeometry shape;
  PatchLayout layout;
  ConvMethod method = ConvMethod::kProduct;
  size_t depth_block = 0;  // of group inputs * taps
  size_t block_pixels = 0;
  size_t outputs_each = 0;
  size_t units = 0;
  size_t grain = 1;  // units that are worth a thread's while
  size_t channel_grain = 1;
  size_t shared_bytes = 0;
  size_t unit_bytes = 0;
};

struct ConvWorkers {
  const GemmKernels* gemm;
  const ConvKernels* conv;
};

bool plan_conv(const ConvWorkers& kernels, const ConvGeometry& shape, size_t threads,
               ConvPlan* plan);
// kPixelRows, for images so small that vectors of their pixels would be half empty. False where it
// is not the faster way.
bool plan_pixel_rows(const ConvWorkers& kernels, const ConvGeometry& shape, size_t threads,
                     ConvPlan* plan);
// Elements of the weights in the order in which they are read; 0 where that is the plain one.
size_t packed_conv_count(const ConvWorkers& kernels, const ConvPlan& plan);
void pack_conv_weights(const ConvWorkers& kernels, const ConvPlan& plan, const float* weights,
                       float* packed);
void begin_conv(const ConvPlan& plan, void* shared);
void lay_out_channels(const ConvWorkers& kernels, const ConvPlan& plan, const float* x,
                      void* shared, size_t begin, size_t end);
void run_conv(const ConvWorkers& kernels, const ConvPlan& plan, const ConvTensors& tensors,
              const void* shared, void* own, size_t begin, size_t end);

}  // namespace tundish::kernels
