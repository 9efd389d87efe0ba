// What the code of one instruction set gets to see of a convolution: plain structures, nothing that
// becomes a symbol. Callers use conv.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tundish::kernels {

// Pixels that lie side by side in the image and in a panel of a product.
struct PatchRun {
  size_t from;   // first pixel, from the image's first element on
  size_t to;     // its place in the panels at depth 0
  size_t width;  // of its panel: from one depth to the next
  size_t count;
};

// Rows of windows of one channel: out[row][i] = clip(bias + sum over taps of
// weights[tap] * image[row * image_row_step + offsets[tap] + i]).
struct DepthwiseRows {
  const float* image;
  const size_t* offsets;
  const float* weights;
  size_t taps;
  size_t rows;
  size_t columns;
  size_t image_row_step;
  float* out;
  size_t out_row_stride;
  float bias;
  float low;
  float high;
};

// A tile of 4 x 4 pixels, or what the image has of it.
struct WinogradTile {
  size_t offset;  // of its first pixel in a channel of the answer
  uint32_t rows;
  uint32_t columns;
};

// Tiles of one output channel, as many as a vector has lanes at most.
struct WinogradOutput {
  const float* products;  // [36], each of so many elements after the one before:
  size_t product_stride;
  const WinogradTile* tiles;
  size_t count;
  float* out;  // the channel
  size_t row_stride;
  float bias;
  float low;
  float high;
};

// One channel of LRN with an exponent of 3/4, elements [0, count):
// y = x[channel] / (bias + factor * sum of squares over channels)^(3/4).
struct LrnRow {
  const float* first;  // of the channels that count
  size_t channels;
  size_t channel_stride;
  const float* x;
  float* y;
  size_t count;
  float bias;
  float factor;
};

inline constexpr size_t kSplitSlack = 64;

// The kernels of one instruction set. Arrays of any length and alignment.
struct ConvKernels {
  size_t lanes;  // of a vector: half a panel
  // panels[run.to + k * run.width + i] = image[offsets[k] + run.from + i]
  void (*pack_patches)(const float* image, const size_t* offsets, size_t depth,
                       const PatchRun* runs, size_t run_count, float* panels);
  void (*depthwise_rows)(const DepthwiseRows& rows);
  // B^T d B of Winograd's F(4 x 4, 3 x 3) for a panel of tiles: `patches` is [36][width], width a
  // whole panel or half of one; the 36 results, `width` each, are written `stride` apart.
  void (*winograd_input)(const float* patches, size_t width, float* transformed, size_t stride);
  // A^T m A, bias and clip. False where a sum is not finite.
  bool (*winograd_output)(const WinogradOutput& output);
  // to[p * to_stride + i] = from[i * phases + p] for i < count; phases is 2 or 4. `from` can be
  // read up to kSplitSlack elements further.
  void (*split)(const float* from, size_t count, size_t phases, float* to, size_t to_stride);
  // y = max(x, y); NaN where either is.
  void (*max_into)(const float* x, size_t count, float* y);
  // y += x
  void (*add_into)(const float* x, size_t count, float* y);
  // y = y / (divisors * factor)
  void (*divide)(const float* divisors, float factor, size_t count, float* y);
  // y = (x - mean) * factor + shift
  void (*normalize)(const float* x, size_t count, float mean, float factor, float shift, float* y);
  void (*lrn)(const LrnRow& row);
};

}  // namespace tundish::kernels
