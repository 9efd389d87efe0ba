// Shapes of numpy's matmul: batches that are broadcast, vectors that count as a row (left) or a
// column (right) and are dropped again.
#ifndef TUNDISH_OPS_SUPPORT_MATMUL_SHAPE_H_
#define TUNDISH_OPS_SUPPORT_MATMUL_SHAPE_H_

#include <cstdint>
#include <span>

#include "ir/exec_context.h"
#include "ops/support/matrix_multiply.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Shape of the product of inputs number `first` and `second`, of shapes `a` and `b`, as far as
/// they are known.
Result<SymbolicShape> product_shape(const SymbolicShape& a, const SymbolicShape& b,
                                    size_t first = 0, size_t second = 1);
/// Shape of the product of inputs `a` and `b` of a node, as far as theirs are known.
Result<SymbolicShape> infer_product(const InferContext& context, size_t a, size_t b);

struct MatMulPlan {
  int64_t rows = 1;
  int64_t columns = 1;
  int64_t inner = 0;
  Shape a_batch, b_batch, batch;
  Shape out;
};
/// As it stands: a product for each matrix of the batch.
Result<MatMulPlan> plan_products(const Shape& a, const Shape& b);
/// Where there is one B, the matrices of a row-major A become one tall one.
Result<MatMulPlan> plan_matmul(const Shape& a, const Shape& b);

/// Where the matrices of each product of the batch begin, in memory of the context.
Result<std::span<const ProductOffsets>> offsets_of(ExecContext& context, const MatMulPlan& plan);

/// All products of the plan: `a` and `b` are whole tensors, `c` has the shape plan.out, which is
/// not empty.
template <class T>
Status multiply_planned(ExecContext& context, const MatMulPlan& plan, const T* a, const T* b,
                        T* c) {
  TRY_ASSIGN(const std::span<const ProductOffsets> offsets, offsets_of(context, plan));
  MatrixProduct<T> product;
  product.rows = plan.rows;
  product.columns = plan.columns;
  product.inner = plan.inner;
  product.a = a;
  product.a_stride = plan.inner;
  product.b = b;
  product.b_stride = plan.columns;
  product.c = c;
  product.c_stride = plan.columns;
  multiply_batch(context, product, offsets);
  return ok();
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_MATMUL_SHAPE_H_
