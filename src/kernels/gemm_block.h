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

// y += x * B: one row, B in whole groups of packed panels.
struct RowProduct {
  const float* x;
  size_t depth;
  const float* panels;
  size_t groups;  // of GemmKernels::row_columns columns
  float* y;
};

// A product C = A * B + bias that is computed beside rows, tile by tile, each with all its columns
// before the next rows. Strides may be negative.
struct BesideProduct {
  static constexpr size_t kMostRows = 8;
  static constexpr size_t kMostLanes = 16;
  const float* a = nullptr;
  ptrdiff_t a_row_stride = 0;
  const float* panels = nullptr;  // packed
  size_t depth = 0;               // not 0
  size_t columns = 0;             // whole panels
  const float* bias = nullptr;    // [columns], or null
  float* c = nullptr;
  ptrdiff_t c_row_stride = 0;
  size_t rows = 0;  // a multiple of GemmKernels::beside_rows
  // How far it is: rows before `row` are done.
  size_t row = 0;
  size_t column = 0;
  size_t k = 0;
  alignas(64) float sums[kMostRows * kMostLanes] = {};
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
  size_t row_columns;
  size_t beside_rows;
  // The row, and as many steps of the other product's depth: for each group of columns `row.depth`
  // of them. The bits are those of run_gemm() with y as residual and with `bias`.
  void (*multiply_row)(const RowProduct& row, BesideProduct& beside);
};

}  // namespace tundish::kernels
