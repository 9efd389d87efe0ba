// One sequence of float32 through a recurrent operator: each step multiplies one row, which waits
// for its weights; meanwhile the inputs of later steps are multiplied.
#ifndef TUNDISH_OPS_SUPPORT_RECURRENT_ROWS_H_
#define TUNDISH_OPS_SUPPORT_RECURRENT_ROWS_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "kernels/gemm.h"
#include "ops/support/recurrent.h"

namespace tundish::ops {

enum class StepOrder : uint8_t { kForward, kReverse };

/// The inputs' product of one direction: products = x * B + bias.
struct InputProduct {
  const float* x = nullptr;       ///< [length, input]
  const float* packed = nullptr;  ///< B, or null: nothing is left to later
  const float* bias = nullptr;    ///< [gates * hidden], or null
  float* products = nullptr;      ///< [length, gates * hidden]
};

struct InputRows {
  int64_t first = 0;
  int64_t count = 0;
};

/// The rows of `x` that are to be multiplied at once: all, but where one thread runs one sequence.
/// There the inputs of the last steps are left to pass.beside, which is done with each in time when
/// all recurrent products of a step are by multiply_row().
InputRows leave_inputs(const ExecContext& context, RecurrentPass<float>& pass, StepOrder order,
                       const InputProduct& product);

/// y += x * B, B [inner, columns] packed, with a part of the other product.
void multiply_row(ExecContext& context, const float* x, int64_t inner, const float* packed,
                  int64_t columns, float* y, kernels::BesideProduct& beside);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_RECURRENT_ROWS_H_
