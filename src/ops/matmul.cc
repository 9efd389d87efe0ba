// MatMul: numpy's matmul. Vectors count as a row (left) or a column (right) that is dropped again.
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

Status run_matmul(ExecContext& context) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
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
     .run = run_with_halves<run_matmul>},
};

}  // namespace

std::span<const OpDef> ops_matmul() { return kOps; }

}  // namespace tundish
