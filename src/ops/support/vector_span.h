// Element-wise operators whose float32 form is a vector kernel.
#ifndef TUNDISH_OPS_SUPPORT_VECTOR_SPAN_H_
#define TUNDISH_OPS_SUPPORT_VECTOR_SPAN_H_

#include "ir/exec_context.h"
#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/elementwise.h"
#include "tundish/result.h"

namespace tundish::ops {

/// Input 0, float32 or a half, element by element into output 0.
Status run_vector_function(ExecContext& context, kernels::VectorFunction function);

/// An OpDef's `run`: the kernel where the operator computes in float32, else `kOtherwise`.
template <kernels::VectorFunction kernels::VectorKernels::*kFunction,
          Status (*kOtherwise)(ExecContext& context)>
Status run_vectorised(ExecContext& context) {
  if (computed_type(context.input(0).dtype) != DType::kFloat32) return kOtherwise(context);
  return run_vector_function(context, context.kernels().vector->*kFunction);
}

/// y[i] = f(a[i], b[i]) of float32 tensors that are broadcast to the shape of `y`.
void run_pairs_into(ExecContext& context, const TensorView& a, const TensorView& b,
                    const MutableTensorView& y, kernels::PairFunction function);
/// The same of inputs 0 and 1 into output 0.
Status run_pair_function(ExecContext& context, kernels::PairFunction function);

/// An OpDef's `run`: the kernel where both inputs are float32, else `kOtherwise`.
template <kernels::PairFunction kernels::VectorKernels::*kFunction,
          Status (*kOtherwise)(ExecContext& context)>
Status run_paired(ExecContext& context) {
  if (context.input(0).dtype != DType::kFloat32) return kOtherwise(context);
  return run_pair_function(context, context.kernels().vector->*kFunction);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_VECTOR_SPAN_H_
