#include "ops/support/matrix_multiply.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "kernels/table.h"
#include "ops/support/dense_product.h"

namespace tundish::ops {
namespace {

constexpr int64_t kInnerBlock = 256;    // products summed before they join the total
constexpr int64_t kRowTile = 64;        // rows that share one packed panel of B
constexpr int64_t kColumnTile = 128;    // columns of one unit of parallel work
constexpr int64_t kRows = 4;            // rows of the register block
constexpr int64_t kVectorBytes = 16;    // what every x86-64 and arm64 has
constexpr int64_t kWorkGrain = 131072;  // products worth a thread: about 50 us

// A register block is kRows x 2 vectors.
template <class T> struct Lanes {
  typedef T Vector __attribute__((vector_size(kVectorBytes)));
  static constexpr int64_t kCount = kVectorBytes / static_cast<int64_t>(sizeof(T));
  static constexpr int64_t kColumns = 2 * kCount;
};

// Where element (row, step) of op(A) lies; where row `step` of a panel of op(B) begins.
template <class T> struct Operands {
  const T* a;
  int64_t a_row;
  int64_t a_step;
  const T* panel;
  int64_t panel_step;
};

// totals[kHeight][kColumns] += op(A) * panel over `steps` steps.
template <class T, int kHeight> void add_block(const Operands<T>& from, int64_t steps, T* totals) {
  using Vector = typename Lanes<T>::Vector;
  constexpr int64_t kColumns = Lanes<T>::kColumns;
  Vector sums[kHeight][2] = {};
  const T* a = from.a;
  const T* panel = from.panel;
  for (int64_t step = 0; step < steps; ++step) {
    Vector left;
    Vector right;
    std::memcpy(&left, panel, sizeof(Vector));
    std::memcpy(&right, panel + Lanes<T>::kCount, sizeof(Vector));
#pragma GCC unroll 4
    for (int row = 0; row < kHeight; ++row) {
      const T factor = a[row * from.a_row];
      sums[row][0] += left * factor;
      sums[row][1] += right * factor;
    }
    a += from.a_step;
    panel += from.panel_step;
  }
#pragma GCC unroll 4
  for (int row = 0; row < kHeight; ++row) {
    T part[kColumns];
    std::memcpy(part, sums[row], sizeof(part));
    for (int64_t j = 0; j < kColumns; ++j) totals[row * kColumns + j] += part[j];
  }
}

// Rows [step, step + steps) of op(B), columns [column, column + width), with zeros up to kColumns.
template <class T>
void pack_panel(const MatrixProduct<T>& p, int64_t step, int64_t steps, int64_t column,
                int64_t width, T* panel) {
  constexpr int64_t kColumns = Lanes<T>::kColumns;
  if (width < kColumns) std::fill_n(panel, steps * kColumns, T{0});
  if (p.b_order == Transposed::kYes) {
    for (int64_t j = 0; j < width; ++j) {
      const T* from = p.b + (column + j) * p.b_stride + step;
      for (int64_t s = 0; s < steps; ++s) panel[s * kColumns + j] = from[s];
    }
    return;
  }
  for (int64_t s = 0; s < steps; ++s) {
    const T* from = p.b + (step + s) * p.b_stride + column;
    for (int64_t j = 0; j < width; ++j) panel[s * kColumns + j] = from[j];
  }
}

template <class T>
void store(const MatrixProduct<T>& p, int64_t row, int64_t rows, int64_t column, int64_t width,
           const T* totals) {
  for (int64_t r = 0; r < rows; ++r) {
    T* out = p.c + (row + r) * p.c_stride + column;
    const T* sums = totals + r * Lanes<T>::kColumns;
    if (p.addend == nullptr) {
      for (int64_t j = 0; j < width; ++j) out[j] = sums[j];
      continue;
    }
    const T* add = p.addend + (row + r) * p.addend_row_stride + column * p.addend_column_stride;
    for (int64_t j = 0; j < width; ++j) out[j] = sums[j] + add[j * p.addend_column_stride];
  }
}

// Columns [column, column + width) of up to kRowTile rows; width <= kColumns.
template <class T>
void multiply_panel(const MatrixProduct<T>& p, int64_t row, int64_t rows, int64_t column,
                    int64_t width) {
  constexpr int64_t kColumns = Lanes<T>::kColumns;
  alignas(64) T totals[kRowTile * kColumns];
  alignas(64) T packed[kInnerBlock * kColumns];
  std::fill_n(totals, rows * kColumns, T{0});
  const bool a_plain = p.a_order == Transposed::kNo;
  Operands<T> from;
  from.a_row = a_plain ? p.a_stride : 1;
  from.a_step = a_plain ? 1 : p.a_stride;
  for (int64_t step = 0; step < p.inner; step += kInnerBlock) {
    const int64_t steps = std::min(kInnerBlock, p.inner - step);
    if (p.b_order == Transposed::kNo && width == kColumns) {
      from.panel = p.b + step * p.b_stride + column;
      from.panel_step = p.b_stride;
    } else {
      pack_panel(p, step, steps, column, width, packed);
      from.panel = packed;
      from.panel_step = kColumns;
    }
    int64_t r = 0;
    from.a = p.a + row * from.a_row + step * from.a_step;
    for (; r + kRows <= rows; r += kRows) {
      add_block<T, kRows>(from, steps, totals + r * kColumns);
      from.a += kRows * from.a_row;
    }
    for (; r < rows; ++r) {
      add_block<T, 1>(from, steps, totals + r * kColumns);
      from.a += from.a_row;
    }
  }
  store(p, row, rows, column, width, totals);
}

template <class T>
void multiply_tile(const MatrixProduct<T>& p, int64_t row, int64_t rows, int64_t column,
                   int64_t columns) {
  constexpr int64_t kColumns = Lanes<T>::kColumns;
  for (int64_t j = 0; j < columns; j += kColumns) {
    multiply_panel(p, row, rows, column + j, std::min(kColumns, columns - j));
  }
}

int64_t tiles(int64_t size, int64_t tile) { return (size + tile - 1) / tile; }

template <class T>
void batch_here(ExecContext& context, const MatrixProduct<T>& first,
                std::span<const ProductOffsets> offsets) {
  if (first.rows == 0 || first.columns == 0 || offsets.empty()) return;
  const int64_t across = tiles(first.columns, kColumnTile);
  const int64_t each = tiles(first.rows, kRowTile) * across;
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      MatrixProduct<T> product = first;
      const ProductOffsets& offset = offsets[static_cast<size_t>(at / each)];
      product.a += offset.a;
      product.b += offset.b;
      product.c += offset.c;
      const int64_t row = at % each / across * kRowTile;
      const int64_t column = at % across * kColumnTile;
      multiply_tile(product, row, std::min(kRowTile, first.rows - row), column,
                    std::min(kColumnTile, first.columns - column));
    }
  };
  const int64_t count = each * static_cast<int64_t>(offsets.size());
  const double tile_work = static_cast<double>(std::min(kRowTile, first.rows)) *
                           static_cast<double>(std::min(kColumnTile, first.columns)) *
                           static_cast<double>(std::max<int64_t>(first.inner, 1));
  const auto grain = static_cast<int64_t>(static_cast<double>(kWorkGrain) / tile_work) + 1;
  if (count <= grain || context.thread_count() == 1) return part(0, count);
  context.parallel_for(count, grain, part);
}

template <class T> void multiply_all(const MatrixProduct<T>& p) {
  for (int64_t row = 0; row < p.rows; row += kRowTile) {
    multiply_tile(p, row, std::min(kRowTile, p.rows - row), 0, p.columns);
  }
}

// Signed integers are computed as unsigned ones, whose overflow is defined and has the same bits.
template <class T>
using Lane = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>,
                                         std::type_identity<T>>::type;

template <class T> MatrixProduct<Lane<T>> in_lanes(const MatrixProduct<T>& p) {
  using L = Lane<T>;
  return {p.rows,
          p.columns,
          p.inner,
          reinterpret_cast<const L*>(p.a),
          p.a_stride,
          p.a_order,
          reinterpret_cast<const L*>(p.b),
          p.b_stride,
          p.b_order,
          reinterpret_cast<L*>(p.c),
          p.c_stride,
          reinterpret_cast<const L*>(p.addend),
          p.addend_row_stride,
          p.addend_column_stride};
}

// Depth up to which the kernels read a C that they add to before they write it, packing as they go.
constexpr int64_t kDeepestOwnAddend = 256;

// The product as the kernels take it. False: its addend has a form that they do not know.
bool to_gemm(const MatrixProduct<float>& p, kernels::Gemm& gemm) {
  gemm.m = static_cast<size_t>(p.rows);
  gemm.n = static_cast<size_t>(p.columns);
  gemm.k = static_cast<size_t>(p.inner);
  gemm.a = matrix_of(p.a, p.a_stride, p.a_order);
  gemm.b = matrix_of(p.b, p.b_stride, p.b_order);
  gemm.c = p.c;
  gemm.c_row_stride = static_cast<size_t>(p.c_stride);
  if (p.addend == nullptr) return true;
  if (p.addend == p.c && p.inner > kDeepestOwnAddend) return false;
  if (p.addend_column_stride == 0) {
    gemm.epilogue.row_bias = p.addend;
    return p.addend_row_stride == 1;
  }
  gemm.epilogue.residual = p.addend;
  gemm.epilogue.residual_row_stride = static_cast<size_t>(p.addend_row_stride);
  return p.addend_column_stride == 1;
}

}  // namespace

template <class T> void multiply_here(const MatrixProduct<T>& product) {
  multiply_all(in_lanes(product));
}

template <class T>
void multiply_here(const KernelTable& table, const MatrixProduct<T>& product, T scale) {
  if constexpr (std::is_same_v<T, float>) {
    kernels::Gemm gemm;
    if (to_gemm(product, gemm)) {
      gemm.epilogue.scale = scale;
      return kernels::run_gemm(*table.gemm, gemm);
    }
  }
  multiply_here(product);
  for (int64_t row = 0; row < product.rows && scale != T{1}; ++row) {
    T* const c = product.c + row * product.c_stride;
    for (int64_t j = 0; j < product.columns; ++j) c[j] *= scale;
  }
}

template <class T> void multiply(ExecContext& context, const MatrixProduct<T>& product) {
  if constexpr (std::is_same_v<T, float>) {
    kernels::Gemm gemm;
    if (to_gemm(product, gemm)) return run_product(context, gemm);
  }
  const ProductOffsets none;
  batch_here(context, in_lanes(product), std::span<const ProductOffsets>(&none, 1));
}

template <class T>
void multiply_batch(ExecContext& context, const MatrixProduct<T>& first,
                    std::span<const ProductOffsets> offsets) {
  if constexpr (std::is_same_v<T, float>) {
    kernels::Gemm gemm;
    if (to_gemm(first, gemm) && first.addend == nullptr) {
      return run_products(context, gemm, offsets);
    }
  }
  batch_here(context, in_lanes(first), offsets);
}

#define TUNDISH_MULTIPLY(T)                                                   \
  template void multiply_here(const MatrixProduct<T>& product);               \
  template void multiply(ExecContext& context, const MatrixProduct<T>&);      \
  template void multiply_batch(ExecContext& context, const MatrixProduct<T>&, \
                               std::span<const ProductOffsets>);
TUNDISH_MULTIPLY(float)
TUNDISH_MULTIPLY(double)
TUNDISH_MULTIPLY(int32_t)
TUNDISH_MULTIPLY(int64_t)
TUNDISH_MULTIPLY(uint32_t)
TUNDISH_MULTIPLY(uint64_t)
#undef TUNDISH_MULTIPLY

template void multiply_here(const KernelTable& table, const MatrixProduct<float>&, float scale);
template void multiply_here(const KernelTable& table, const MatrixProduct<double>&, double scale);

}  // namespace tundish::ops
