// MatMul: numpy's matmul. Vectors count as a row (left) or a column (right) that is dropped again.
#include <memory>
#include <string>
#include <utility>

#include "ops/support/dense_product.h"
#include "ops/support/half_adapter.h"
#include "ops/support/matmul_shape.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

using Multiplied = Types<float, double, int32_t, int64_t, uint32_t, uint64_t>;
constexpr DTypeSet kTypes = Multiplied::kSet | AllFloats::kSet;

Status infer_matmul(InferContext& context) {
  TRY(expect_tensor(context, 0, kTypes));
  TRY(expect_tensor(context, 1, kTypes));
  TRY(expect_same_dtype(context, 0, 1));
  TRY_ASSIGN(SymbolicShape out, infer_product(context, 0, 1));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

struct MatMulState : KernelState {
  PackedWeights weights;
  std::string kernel;
  std::string description() const override { return kernel; }
};

Result<std::unique_ptr<KernelState>> prepare_matmul(const PrepareContext& context) {
  auto state = std::make_unique<MatMulState>();
  TRY_ASSIGN(state->weights, pack_constant(context, 1, Transposed::kNo));
  if (state->weights.data() == nullptr) return std::unique_ptr<KernelState>();
  state->kernel = product_description(context.kernels(), state->weights);
  return std::unique_ptr<KernelState>(std::move(state));
}

// The last axis of A against packed weights; all other axes of A are rows.
Status multiply_packed(ExecContext& context, const PackedWeights& weights) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  Shape out = a.shape;
  out[out.rank() - 1] = weights.columns();
  if (b.shape.rank() > a.shape.rank()) {
    TRY_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape, b.shape));
    out = plan.out;
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, a.dtype, out));
  kernels::Gemm gemm;
  gemm.m = static_cast<size_t>(a.shape.element_count() / weights.inner());
  gemm.n = static_cast<size_t>(weights.columns());
  gemm.k = static_cast<size_t>(weights.inner());
  gemm.a = matrix_of(static_cast<const float*>(a.data), weights.inner(), Transposed::kNo);
  gemm.packed = weights.data();
  gemm.c = static_cast<float*>(y.data);
  gemm.c_row_stride = gemm.n;
  run_product(context, gemm);
  return ok();
}

Status run_matmul(ExecContext& context) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  if (const KernelState* state = context.state()) {
    const PackedWeights& weights = static_cast<const MatMulState*>(state)->weights;
    const size_t rank = a.shape.rank();
    if (rank > 0 && a.shape[rank - 1] == weights.inner()) return multiply_packed(context, weights);
  }
  TRY_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape, b.shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, a.dtype, plan.out));
  if (plan.out.element_count() == 0) return ok();
  return dispatch(Multiplied(), a.dtype, [&]<class T>() {
    return multiply_planned(context, plan, static_cast<const T*>(a.data),
                            static_cast<const T*>(b.data), static_cast<T*>(y.data));
  });
}

// Meaning of version 1; 9 and 13 added element types.
constexpr OpDef kOps[] = {
    {.name = "MatMul",
     .since = 1,
     .inputs = {2, 2},
     .infer = infer_matmul,
     .run = run_with_halves<run_matmul>,
     .prepare = prepare_matmul},
};

}  // namespace

std::span<const OpDef> ops_matmul() { return kOps; }

}  // namespace tundish
