#include "kernels/gemm.h"

#include <algorithm>
#include <limits>

namespace tundish::kernels {
namespace {

// B that is not packed goes through a buffer of so many floats on the stack.
constexpr size_t kPanelFloats = size_t{12} << 10;
// Rows that share a panel packed on the way: their sums stay in the second cache.
constexpr size_t kRowsPerPacking = 384;
// Multiply-adds that are not worth another thread: about 5 us.
constexpr size_t kSmallestPart = size_t{1} << 18;

size_t divide_up(size_t a, size_t b) { return a / b + (a % b != 0 ? 1 : 0); }

size_t padded_columns(const GemmKernels& kernels, size_t n) {
  const size_t width = kernels.panel_width;
  const size_t rest = n % width;
  if (rest == 0) return n;
  return n - rest + (rest <= width / 2 ? width / 2 : width);
}

// One matrix product out of the batch.
struct Product {
  const Gemm* gemm;
  GemmEpilogue epilogue;
  const float* a;
  const float* b;  // packed or not
  float* c;
};

struct Range {
  size_t first_row, last_row, first_column, last_column;
};

GemmBlock block_of(const Product& product, const Range& range) {
  const Gemm& gemm = *product.gemm;
  GemmBlock block{};
  block.rows = range.last_row - range.first_row;
  block.columns = range.last_column - range.first_column;
  block.depth = gemm.k;
  block.a = product.a + range.first_row * gemm.a.row_stride;
  block.a_row_stride = gemm.a.row_stride;
  block.a_depth_stride = gemm.a.column_stride;
  block.c = product.c + range.first_row * gemm.c_row_stride + range.first_column;
  block.c_row_stride = gemm.c_row_stride;
  block.starts = true;
  block.ends = true;
  block.epilogue = &product.epilogue;
  block.first_row = range.first_row;
  block.first_column = range.first_column;
  return block;
}

void run_packed(const GemmKernels& kernels, const Product& product, const Range& range) {
  // Far enough that it has arrived, not so far that it is gone again.
  constexpr size_t kFarthest = size_t{64} << 10;
  // Fewer rows compute less than they read: the memory is busy anyway.
  constexpr size_t kFewestRows = 7;
  GemmBlock block = block_of(product, range);
  block.b = product.b + range.first_column * block.depth;
  block.b_depth_stride = kernels.panel_width;
  block.b_panel_stride = kernels.panel_width * block.depth;
  if (product.gemm->prefetch == Prefetch::kNextPanel && block.rows >= kFewestRows) {
    block.prefetch_bytes = std::min(block.b_panel_stride * sizeof(float), kFarthest);
  }
  kernels.run_block(block);
}

// Whole panels of B are read in place.
void run_direct(const GemmKernels& kernels, const Product& product, const Range& range) {
  GemmBlock block = block_of(product, range);
  block.b = product.b + range.first_column;
  block.b_depth_stride = product.gemm->b.row_stride;
  block.b_panel_stride = kernels.panel_width;
  kernels.run_block(block);
}

// A panel at a time is packed on the stack, as much of its depth as there is room for; the sums
// wait in C meanwhile.
void run_packing(const GemmKernels& kernels, const Product& product, const Range& range) {
  alignas(64) float panel[kPanelFloats];
  const Gemm& gemm = *product.gemm;
  const size_t width = kernels.panel_width;
  const size_t deepest = kPanelFloats / width;
  for (size_t row = range.first_row; row < range.last_row; row += kRowsPerPacking) {
    const size_t last_row = std::min(range.last_row, row + kRowsPerPacking);
    for (size_t column = range.first_column; column < range.last_column; column += width) {
      GemmBlock block =
          block_of(product, {row, last_row, column, std::min(range.last_column, column + width)});
      block.b = panel;
      block.b_depth_stride = width;
      const float* a = block.a;
      size_t depth = 0;
      do {
        block.depth = std::min(deepest, gemm.k - depth);
        block.a = a + depth * block.a_depth_stride;
        block.starts = depth == 0;
        block.ends = depth + block.depth == gemm.k;
        const float* source = product.b + depth * gemm.b.row_stride + column * gemm.b.column_stride;
        kernels.pack({source, gemm.b.row_stride, gemm.b.column_stride}, block.depth, block.columns,
                     panel);
        kernels.run_block(block);
        depth += block.depth;
      } while (depth < gemm.k);
    }
  }
}

void run_range(const GemmKernels& kernels, const Product& product, Range range) {
  if (range.first_row >= range.last_row || range.first_column >= range.last_column) return;
  if (product.gemm->packed != nullptr) return run_packed(kernels, product, range);
  if (range.last_row - range.first_row <= kernels.direct_rows &&
      product.gemm->b.column_stride == 1) {
    Range whole = range;
    whole.last_column -= (range.last_column - range.first_column) % kernels.panel_width;
    if (whole.last_column > whole.first_column) run_direct(kernels, product, whole);
    range.first_column = whole.last_column;
  }
  run_packing(kernels, product, range);
}

Product product_of(const Gemm& gemm, size_t index) {
  Product product{&gemm, gemm.epilogue, gemm.a.data + index * gemm.a_batch_stride,
                  gemm.packed != nullptr ? gemm.packed : gemm.b.data,
                  gemm.c + index * gemm.c_batch_stride};
  product.b += index * gemm.b_batch_stride;
  if (product.epilogue.residual != nullptr) {
    product.epilogue.residual += index * gemm.residual_batch_stride;
  }
  return product;
}

}  // namespace

size_t packed_weight_bytes(const GemmKernels& kernels, size_t k, size_t n) {
  constexpr size_t kMost = std::numeric_limits<size_t>::max();
  if (n > kMost - kernels.panel_width) return kMost;
  const size_t columns = padded_columns(kernels, n);
  if (columns != 0 && k > kMost / sizeof(float) / columns) return kMost;
  return columns * k * sizeof(float);
}

void pack_weights(const GemmKernels& kernels, const GemmMatrix& b, size_t k, size_t n,
                  size_t first_column, size_t last_column, float* panels) {
  last_column = std::min(last_column, n);
  if (k == 0 || first_column >= last_column) return;
  const GemmPanelSource source{b.data + first_column * b.column_stride, b.row_stride,
                               b.column_stride};
  kernels.pack(source, k, last_column - first_column, panels + first_column * k);
}

RowTile row_tile(const GemmKernels& kernels, size_t m, size_t row) {
  const size_t first = row - row % kernels.row_block;
  const size_t count = std::min(kernels.row_block, m - first);
  const size_t tiles = divide_up(count, kernels.tile_rows);
  size_t t = (row - first) * tiles / count;
  while (count * (t + 1) / tiles <= row - first) ++t;
  const size_t begin = count * t / tiles;
  return {first + begin, count * (t + 1) / tiles - begin};
}

void pack_rows(const GemmKernels& kernels, const GemmMatrix& a, size_t m, size_t k, float* packed) {
  for (size_t row = 0; row < m;) {
    const RowTile tile = row_tile(kernels, m, row);
    for (size_t j = 0; j < k; ++j) {
      for (size_t r = tile.begin; r < tile.begin + tile.rows; ++r) {
        *packed++ = a.data[r * a.row_stride + j * a.column_stride];
      }
    }
    row += tile.rows;
  }
}

GemmParts gemm_parts(const GemmKernels& kernels, const Gemm& gemm, size_t thread_count) {
  GemmParts parts{gemm.batch, 1, 1, gemm.m, divide_up(gemm.n, kernels.panel_width)};
  parts.columns_each = std::max<size_t>(parts.columns_each, 1) * kernels.panel_width;
  parts.rows_each = std::max<size_t>(gemm.m, 1);
  const double work =
      static_cast<double>(gemm.m) * static_cast<double>(gemm.n) * static_cast<double>(gemm.k);
  if (work < static_cast<double>(kSmallestPart)) {
    parts.grain = static_cast<size_t>(static_cast<double>(kSmallestPart) / (work + 1)) + 1;
  }
  if (thread_count < 2 || gemm.m == 0 || gemm.n == 0 || gemm.batch == 0) return parts;
  // As many parts as threads where those are large, else no smaller than kSmallestPart.
  const double most = std::min(work / static_cast<double>(kSmallestPart),
                               static_cast<double>(divide_up(4 * thread_count, gemm.batch)));
  const size_t wanted = static_cast<size_t>(std::max(1.0, most));
  const size_t row_units = divide_up(gemm.m, kernels.tile_rows);
  const size_t column_units = divide_up(gemm.n, kernels.panel_width);
  // The cut whose parts together read least: each row part reads all of B, each column part all
  // of A. B counts twice where every reader also packs it.
  const double b_cost = static_cast<double>(gemm.n) * (gemm.packed != nullptr ? 1 : 2);
  double best = std::numeric_limits<double>::max();
  for (size_t rows = 1; rows <= std::min(wanted, row_units); ++rows) {
    const size_t columns = std::min(divide_up(wanted, rows), column_units);
    const size_t row_step = divide_up(row_units, rows);
    const size_t column_step = divide_up(column_units, columns);
    // Time of the largest part times the number of parts: what uneven cuts waste.
    const double waste = static_cast<double>(row_step * rows) / static_cast<double>(row_units) *
                         static_cast<double>(column_step * columns) /
                         static_cast<double>(column_units);
    const double missing = static_cast<double>(wanted) / static_cast<double>(rows * columns);
    const double reads = static_cast<double>(rows) * b_cost +
                         static_cast<double>(columns) * static_cast<double>(gemm.m);
    const double cost = waste * std::max(1.0, missing) *
                        (1 + 0.05 * reads / (b_cost + static_cast<double>(gemm.m)));
    if (cost >= best) continue;
    best = cost;
    parts.rows_each = row_step * kernels.tile_rows;
    parts.columns_each = column_step * kernels.panel_width;
  }
  parts.row_parts = divide_up(gemm.m, parts.rows_each);
  parts.column_parts = divide_up(gemm.n, parts.columns_each);
  return parts;
}

void run_gemm(const GemmKernels& kernels, const Gemm& gemm, const GemmParts& parts, size_t begin,
              size_t end) {
  for (size_t i = begin; i < end; ++i) {
    // Column by column: parts that follow each other read the same panels.
    const size_t row = i % parts.row_parts;
    const size_t column = i / parts.row_parts % parts.column_parts;
    Range range{row * parts.rows_each, 0, column * parts.columns_each, 0};
    range.last_row = std::min(gemm.m, range.first_row + parts.rows_each);
    range.last_column = std::min(gemm.n, range.first_column + parts.columns_each);
    run_range(kernels, product_of(gemm, i / parts.row_parts / parts.column_parts), range);
  }
}

void run_gemm(const GemmKernels& kernels, const Gemm& gemm) {
  const GemmParts parts = gemm_parts(kernels, gemm, 1);
  run_gemm(kernels, gemm, parts, 0, parts.count());
}

}  // namespace tundish::kernels
