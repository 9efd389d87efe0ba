#include "ops/support/recurrent_rows.h"

#include <algorithm>

#include "ops/support/dense_product.h"

namespace tundish::ops {
namespace {

// Whether a step's product is one row that one thread multiplies.
bool is_row_by_row(const ExecContext& context, const RecurrentForm& form,
                   const RecurrentSizes& sizes) {
  if (sizes.batch != 1) return false;
  kernels::Gemm gemm;
  gemm.m = 1;
  gemm.n = static_cast<size_t>(form.gates * sizes.hidden);
  gemm.k = static_cast<size_t>(sizes.hidden);
  const auto threads = static_cast<size_t>(context.thread_count());
  return kernels::gemm_parts(*context.kernels().gemm, gemm, threads).count() <= 1;
}

// Of `steps` steps the last so many whose inputs can be multiplied beside the steps before them.
int64_t steps_beside(const kernels::GemmKernels& kernels, const RecurrentForm& form,
                     const RecurrentSizes& sizes, int64_t steps) {
  const auto panel = static_cast<int64_t>(kernels.panel_width);
  const auto group = static_cast<int64_t>(kernels.row_columns);
  const auto rows = static_cast<int64_t>(kernels.beside_rows);
  const int64_t width = form.gates * sizes.hidden;
  if (width % panel != 0 || sizes.input == 0) return 0;
  // Depth that one step covers, and that one block of rows of inputs takes.
  const int64_t first_side = form.split_gate * sizes.hidden;
  const int64_t covered = (first_side / group + (width - first_side) / group) * sizes.hidden;
  const int64_t taken = width / (panel / 2) * sizes.input;
  if (covered == 0) return 0;
  // Block j of q is asked for at step steps - (q - j) * rows; j + 1 blocks must be done by then.
  const int64_t for_first = steps - (taken + covered - 1) / covered;
  const int64_t for_last = (steps - rows) * covered / taken * rows;
  return std::max<int64_t>(0, std::min(for_first, for_last) / rows * rows);
}

}  // namespace

InputRows leave_inputs(const ExecContext& context, RecurrentPass<float>& pass, StepOrder order,
                       const InputProduct& product) {
  const RecurrentSizes& sizes = pass.sizes;
  pass.beside.reset();
  if (!is_row_by_row(context, *pass.form, sizes)) return {0, sizes.length * sizes.batch};
  kernels::BesideProduct& beside = pass.beside.emplace();
  const int64_t steps = pass.lengths[0];
  // Other threads make more of it at once.
  if (product.packed == nullptr || context.thread_count() > 1) return {0, steps};
  const int64_t left = steps_beside(*context.kernels().gemm, *pass.form, sizes, steps);
  if (left == 0) return {0, steps};
  const bool is_reverse = order == StepOrder::kReverse;
  const int64_t width = pass.form->gates * sizes.hidden;
  const int64_t row = is_reverse ? left - 1 : steps - left;
  beside.a = product.x + row * sizes.input;
  beside.a_row_stride = is_reverse ? -sizes.input : sizes.input;
  beside.panels = product.packed;
  beside.depth = static_cast<size_t>(sizes.input);
  beside.columns = static_cast<size_t>(width);
  beside.bias = product.bias;
  beside.c = product.products + row * width;
  beside.c_row_stride = is_reverse ? -width : width;
  beside.rows = static_cast<size_t>(left);
  return {is_reverse ? left : 0, steps - left};
}

void multiply_row(ExecContext& context, const float* x, int64_t inner, const float* packed,
                  int64_t columns, float* y, kernels::BesideProduct& beside) {
  const kernels::GemmKernels& kernels = *context.kernels().gemm;
  const auto depth = static_cast<size_t>(inner);
  const auto all = static_cast<size_t>(columns);
  const size_t groups = all / kernels.row_columns;
  kernels.multiply_row({x, depth, packed, groups, y}, beside);
  const size_t done = groups * kernels.row_columns;
  if (done == all) return;
  kernels::Gemm rest;
  rest.m = 1;
  rest.n = all - done;
  rest.k = depth;
  rest.a = matrix_of(x, inner, Transposed::kNo);
  rest.packed = packed + done * depth;
  rest.c = y + done;
  rest.c_row_stride = rest.n;
  rest.epilogue.residual = rest.c;
  rest.epilogue.residual_row_stride = rest.n;
  kernels::run_gemm(kernels, rest);
}

}  // namespace tundish::ops
