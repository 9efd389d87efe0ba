// Halves for operators that are written for float32.
//
// The adapter shows an operator its float16 and bfloat16 inputs as float32, converted once, and
// rounds what it makes as float32 back. So `run` needs no instance for halves: one rounding at the
// end instead of one after each step.
#ifndef TUNDISH_OPS_SUPPORT_HALF_ADAPTER_H_
#define TUNDISH_OPS_SUPPORT_HALF_ADAPTER_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

inline bool is_half_type(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBfloat16;
}

/// to[i] = the half at from[i], over the threads of the context.
void widen_halves(ExecContext& context, const TensorView& from, float* to);
/// to[i] = from[i] rounded to nearest, ties to even.
void narrow_to_halves(ExecContext& context, const float* from, const MutableTensorView& to);

using RunFunction = Status (*)(ExecContext& context);
/// The type in which output i leaves when the operator made it as float32. `outer` has the true
/// inputs.
using HalfOutputType = DType (*)(const ExecContext& outer, size_t i);

/// The type of the first input that is a half.
DType first_half_type(const ExecContext& outer, size_t i);

/// Runs `run` with halves as float32; as it is when no input is a half.
Status run_widened(ExecContext& context, RunFunction run,
                   HalfOutputType output_type = first_half_type);

/// run_widened() as an OpDef's `run`.
template <RunFunction kRun, HalfOutputType kOutputType = first_half_type>
Status run_with_halves(ExecContext& context) {
  return run_widened(context, kRun, kOutputType);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_HALF_ADAPTER_H_
