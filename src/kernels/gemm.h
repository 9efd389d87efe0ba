// float32 matrix products C = epilogue(A * B): weights packed once, or B where it lies; one matrix
// or a batch of equal ones; work in parts for as many threads as there are.
//
// Every output is one chain of fused multiply-adds over k = 0, 1, ... (generic: multiply, then
// add), so its bits depend on nothing but its row of A, its column of B and the epilogue: not on m,
// n, the part it is computed in, the number of threads, or whether B is packed. All sizes may be 0;
// with k = 0 the sums are 0. NaN and infinities propagate as in that chain. No allocation, no
// failure.
//
//   const GemmKernels& kernels = *table.gemm;
//   panels: packed_weight_bytes(kernels, k, n) bytes, 64-byte aligned; once pack_weights(...).
//   Gemm gemm{.m = m, .n = n, .k = k, .a = {x, k, 1}, .packed = panels, .c = y, .c_row_stride = n};
//   const GemmParts parts = gemm_parts(kernels, gemm, thread_count);
//   parallel_for(parts.count(), parts.grain,
//                [&](begin, end) { run_gemm(kernels, gemm, parts, begin, end); });
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm_block.h"

namespace tundish::kernels {

// Element (i, j) at data[i * row_stride + j * column_stride]: a transposed matrix is one with the
// strides exchanged.
struct GemmMatrix {
  const float* data = nullptr;
  size_t row_stride = 0;
  size_t column_stride = 1;
};

enum class Prefetch : uint8_t {
  kNone,       // packed weights that are in cache when the call begins
  kNextPanel,  // weights that come from memory (done from 7 rows on: below it costs more)
};

struct Gemm {
  size_t m = 0;
  size_t n = 0;
  size_t k = 0;
  GemmMatrix a;                   // [m][k]
  const float* packed = nullptr;  // B by pack_weights() of the same kernels, or null: then
  GemmMatrix b;                   // [k][n]
  float* c = nullptr;             // [m][n]; overlaps no input, but for a packed B it may be
  size_t c_row_stride = 0;        // the residual itself (same place, same stride)
  GemmEpilogue epilogue;
  Prefetch prefetch = Prefetch::kNone;

  // `batch` products of this size, each so many elements after the one before (0: the same again).
  size_t batch = 1;
  size_t a_batch_stride = 0;
  size_t b_batch_stride = 0;  // of `packed` or `b`
  size_t c_batch_stride = 0;
  size_t residual_batch_stride = 0;
};

// Format of packed weights: panels of panel_width columns, each [k][panel_width], the last padded
// with zeros; a last panel with no more than half its columns is half as wide. (16-bit and 8-bit
// forms will hold the k of one 32-bit lane side by side: [k / 2][width][2], [k / 4][width][4].)
// The size in bytes; SIZE_MAX where that number overflows.
size_t packed_weight_bytes(const GemmKernels& kernels, size_t k, size_t n);

// Packs B [k][n] to `panels`, 64-byte aligned. Columns [first_column, last_column) only, so that
// threads can share the work: first_column is a multiple of panel_width, last_column too or n.
void pack_weights(const GemmKernels& kernels, const GemmMatrix& b, size_t k, size_t n,
                  size_t first_column, size_t last_column, float* panels);

// A tile of rows that are packed together.
struct RowTile {
  size_t begin;
  size_t rows;
};
// The tile that row `row` of `m` is in.
RowTile row_tile(const GemmKernels& kernels, size_t m, size_t row);

// Packs A [m][k] in the order in which tiles read it, m * k elements: element (r, j) of a tile at
// packed[tile.begin * k + j * tile.rows + r - tile.begin]. For constant A that comes from memory
// each time, through GemmBlock alone: a block begins at a multiple of row_block and ends with one
// or with A.
void pack_rows(const GemmKernels& kernels, const GemmMatrix& a, size_t m, size_t k, float* packed);

// How a product is cut into parts of about equal work: batch x rows x columns.
struct GemmParts {
  size_t batch = 0;
  size_t row_parts = 0;
  size_t column_parts = 0;
  size_t rows_each = 0;     // of every part but the last
  size_t columns_each = 0;  // a multiple of panel_width
  size_t grain = 1;         // parts that are worth a thread's while together

  size_t count() const { return batch * row_parts * column_parts; }
};

// Parts for `thread_count` threads: a few for each, none with so little work (about 5 us) that
// handing it over would cost more. One thread: one part a product.
GemmParts gemm_parts(const GemmKernels& kernels, const Gemm& gemm, size_t thread_count);

// Computes parts [begin, end). Uses up to 64 KB of stack.
void run_gemm(const GemmKernels& kernels, const Gemm& gemm, const GemmParts& parts, size_t begin,
              size_t end);

// All of it on this thread.
void run_gemm(const GemmKernels& kernels, const Gemm& gemm);

}  // namespace tundish::kernels
