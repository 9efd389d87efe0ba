// Products of matrices: C = op(A) * op(B) + addend, on raw row-major storage.
//
// Float32 goes to the kernels of the context's machine (kernels/gemm.h). All else are plain blocked
// loops: an element of C is a sum over blocks of 256 products, each block summed in order, the
// blocks added in order, the addend last. Either way it depends on nothing but its row of A and its
// column of B, neither on the sizes of C nor on threads.
#ifndef TUNDISH_OPS_SUPPORT_MATRIX_MULTIPLY_H_
#define TUNDISH_OPS_SUPPORT_MATRIX_MULTIPLY_H_

#include <cstdint>
#include <span>

#include "ir/exec_context.h"
#include "ops/support/dense_product.h"

namespace tundish::ops {

/// C[rows, columns] = op(A)[rows, inner] * op(B)[inner, columns] + addend[rows, columns].
/// T is float, double, int32_t, int64_t, uint32_t or uint64_t; integers wrap. `inner` may be 0.
/// Strides count elements. C overlaps neither A nor B.
template <class T> struct MatrixProduct {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t inner = 0;
  const T* a = nullptr;
  int64_t a_stride = 0;  ///< from one stored row to the next
  Transposed a_order = Transposed::kNo;
  const T* b = nullptr;
  int64_t b_stride = 0;
  Transposed b_order = Transposed::kNo;
  T* c = nullptr;
  int64_t c_stride = 0;
  /// Null for none. May be C itself, with C's strides. A stride of 0 repeats one row or column.
  const T* addend = nullptr;
  int64_t addend_row_stride = 0;
  int64_t addend_column_stride = 0;
};

/// Computes on the calling thread, by plain loops for every type.
template <class T> void multiply_here(const MatrixProduct<T>& product);

/// scale * op(A) * op(B) on the calling thread, as multiply() computes it; an addend only where
/// scale is 1.
template <class T>
void multiply_here(const KernelTable& table, const MatrixProduct<T>& product, T scale);

/// Computes over the threads of the context, split by rows and columns of C.
template <class T> void multiply(ExecContext& context, const MatrixProduct<T>& product);

/// Many products of one form: number i has its A, B and C this far from the first one's. No addend.
template <class T>
void multiply_batch(ExecContext& context, const MatrixProduct<T>& first,
                    std::span<const ProductOffsets> offsets);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_MATRIX_MULTIPLY_H_
