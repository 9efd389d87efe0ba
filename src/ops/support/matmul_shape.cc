#include "ops/support/matmul_shape.h"

#include <algorithm>
#include <new>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/broadcast.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

std::vector<Dim> batch_dims(const std::vector<Dim>& dims) {
  return {dims.begin(), dims.end() - std::min<ptrdiff_t>(2, std::ssize(dims))};
}

}  // namespace

Result<SymbolicShape> infer_product(const InferContext& context, size_t first, size_t second) {
  return product_shape(context.input(first).shape, context.input(second).shape, first, second);
}

Result<SymbolicShape> product_shape(const SymbolicShape& left_shape,
                                    const SymbolicShape& right_shape, size_t first, size_t second) {
  const std::vector<Dim>* a = left_shape ? &*left_shape : nullptr;
  const std::vector<Dim>* b = right_shape ? &*right_shape : nullptr;
  for (const auto* dims : {a, b}) {
    if (dims != nullptr && dims->empty()) {
      return InvalidModel(cat("input ", dims == a ? first : second, " is a scalar"));
    }
  }
  SymbolicShape out;
  if (a != nullptr && b != nullptr) {
    const Dim& left = a->back();
    const Dim& right = b->size() == 1 ? b->back() : (*b)[b->size() - 2];
    if (left.is_known() && right.is_known() && left != right) {
      return InvalidModel(cat("shapes ", to_string(*a), " and ", to_string(*b), ": ", left.size(),
                              " columns against ", right.size(), " rows"));
    }
    TRY_ASSIGN(out, broadcast_shapes(SymbolicShape(batch_dims(*a)), SymbolicShape(batch_dims(*b))));
    if (a->size() > 1) out->push_back((*a)[a->size() - 2]);
    if (b->size() > 1) out->push_back(b->back());
  }
  return out;
}

Result<MatMulPlan> plan_products(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) return InvalidArgument("an operand is a scalar");
  MatMulPlan plan;
  plan.inner = a[a.rank() - 1];
  if (a.rank() > 1) plan.rows = a[a.rank() - 2];
  if (b.rank() > 1) plan.columns = b[b.rank() - 1];
  if (b[b.rank() > 1 ? b.rank() - 2 : 0] != plan.inner) {
    return InvalidArgument(
        cat("shapes ", a.to_string(), " and ", b.to_string(), " cannot be multiplied"));
  }
  for (size_t i = 0; i + 2 < a.rank(); ++i) plan.a_batch.append(a[i]);
  for (size_t i = 0; i + 2 < b.rank(); ++i) plan.b_batch.append(b[i]);
  TRY_ASSIGN(plan.batch, broadcast_shapes(plan.a_batch, plan.b_batch));
  plan.out = plan.batch;
  if (a.rank() > 1) plan.out.append(plan.rows);
  if (b.rank() > 1) plan.out.append(plan.columns);
  return plan;
}

Result<MatMulPlan> plan_matmul(const Shape& a, const Shape& b) {
  TRY_ASSIGN(MatMulPlan plan, plan_products(a, b));
  if (plan.b_batch.element_count() == 1) {
    plan.rows *= plan.a_batch.element_count();
    plan.batch = plan.a_batch = plan.b_batch = Shape{};
  }
  return plan;
}

Result<std::span<const ProductOffsets>> offsets_of(ExecContext& context, const MatMulPlan& plan) {
  const int64_t count = plan.batch.element_count();
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{count}, sizeof(ProductOffsets)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const offsets = static_cast<ProductOffsets*>(storage);
  const int64_t a_size = plan.rows * plan.inner;
  const int64_t b_size = plan.inner * plan.columns;
  const int64_t c_size = plan.rows * plan.columns;
  run_loop(context, BroadcastLoop<2>::make(plan.batch, {&plan.a_batch, &plan.b_batch}), count,
           [&](int64_t at, const auto& from, const auto& strides, int64_t run) {
             for (int64_t i = 0; i < run; ++i) {
               new (offsets + at + i)
                   ProductOffsets{(from[0] + i * strides[0]) * a_size,
                                  (from[1] + i * strides[1]) * b_size, (at + i) * c_size};
             }
           });
  return std::span<const ProductOffsets>(offsets, static_cast<size_t>(count));
}

}  // namespace tundish::ops
