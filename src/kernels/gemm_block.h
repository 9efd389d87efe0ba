// What the code of one instruction set gets to see of a matrix product: plain structures, nothing
// that becomes a symbol. Callers use gemm.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tundish::kernels {

// y = f(x). kClip: low <= y <= high; kLeakyRelu: low * x below 0. NaN stays NaN in all of them.
enum class Activation : uint8_t {
  kNone,
  kRelu,
  kClip,
  kLeakyRelu,
  kSigmoid,
  kTanh,
  kSilu,
  kGeluErf,
  kGeluTanh,
};
inline constexpr size_t kActivationCount = 9;

enum class ResidualOrder : uint8_t { kBeforeActivation, kAfterActivation };

// What happens to the sums of a product before they are stored:
//   x = scale * sum + row_bias[row] + column_bias[column]   (parts that are null are left out)
//   y = f(x + residual_scale * residual)    or    f(x) + residual_scale * residual
struct GemmEpilogue {
  float scale = 1;
  const float* row_bias = nullptr;     // [m]
  const float* column_bias = nullptr;  // [n]
  const float* residual = nullptr;     // [m][n]
  size_t residual_row_stride = 0;      // 0: one row for all
  float residual_scale = 1;
  ResidualOrder residual_order = ResidualOrder::kBeforeActivation;
  Activation activation = Activation::kNone;
  float low = 0;   // kClip; slope of kLeakyRelu
  float high = 0;  // kClip
};

// rows x columns of C over a part of the depth. B is read in panels of GemmKernels::panel_width
// columns; the last may be partial, and is half as wide where that is enough (packed form only).
struct GemmBlock {
  size_t rows;
  size_t columns;
  size_t depth;
  const float* a;       // element (r, k) at a[r * a_row_stride + k * a_depth_stride]
  size_t a_row_stride;  // 0: `a` is by pack_rows() of gemm.h
  size_t a_depth_stride;
  const float* b;         // first panel
  size_t b_depth_stride;  // from one k to the next: the panel's width where packed
  size_t b_panel_stride;  // from one whole panel to the next
  size_t prefetch_bytes;  // fetch ahead of B into the second cache; 0: no
  float* c;
  size_t c_row_stride;
  bool starts;  // the sums begin at zero, else at what is in C
  bool ends;    // the epilogue is applied
  const GemmEpilogue* epilogue;
  size_t first_row;  // of this block within the product, for biases and residual
  size_t first_column;
};

// A source of B: element (k, n) at data[k * depth_stride + n * column_stride].
struct GemmPanelSource {
  const float* data;
  size_t depth_stride;
  size_t column_stride;
};

// The kernels of one instruction set; see gemm.h for what they compute.
struct GemmKernels {
  size_t panel_width;  // columns of a panel
  size_t tile_rows;    // rows computed at once
  size_t direct_rows;  // at most so many rows are cheaper with B where it lies than packed first
  void (*run_block)(const GemmBlock& block);
  size_t row_block;  // rows that are cut into equal tiles together
  // Applies the epilogue to sums that are in C.
  void (*finish)(const GemmBlock& block);
  // Writes `columns` columns of `depth` rows as panels, padded with zeros.
  void (*pack)(const GemmPanelSource& source, size_t depth, size_t columns, float* panels);
};

}  // namespace tundish::kernels
