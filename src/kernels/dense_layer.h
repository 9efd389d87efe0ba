// What the code of one instruction set gets to see of a small dense layer: plain structures,
// nothing that becomes a symbol. Callers use dense.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tundish::kernels {

// Layers of at most so many columns sum in four chains.
inline constexpr size_t kDenseNarrow = 32;

// One layer, y = f(x W + bias), before functions other than a lower limit of the result.
struct DenseLayer {
  const float* panels;  // W by pack_dense() of dense.h
  const float* bias;    // as many as panels have columns; zeros where there is none
  size_t inputs;
  size_t outputs;
  float least;  // y is at least this (0: Relu), -infinity for no limit; NaN stays
};

// `rows` rows of a layer. Rows of y have room for whole vectors (DenseKernels::lanes).
struct DenseRows {
  const float* x;
  size_t x_stride;
  float* y;
  size_t y_stride;
  size_t rows;
};

enum class DenseStepKind : uint8_t { kAdd, kSubtract, kMultiply, kDivide };

// One operation with a row of constants, padded with ones to whole vectors.
struct DenseStep {
  DenseStepKind kind;
  const float* operand;
};

// Panels are groups of `group` vectors of columns, each [inputs][columns of the group], the last
// group with as many vectors as it needs of 4, 2 and 1. `lanes` is the length of a vector.
struct DenseKernels {
  size_t lanes;
  size_t group;
  void (*run_layer)(const DenseLayer& layer, const DenseRows& rows);
  // The steps in order on each of `columns` columns.
  void (*run_steps)(const DenseStep* steps, size_t step_count, const DenseRows& rows,
                    size_t columns);
};

// Vectors of the next group of a layer of which `left` vectors are left.
static inline size_t dense_group_vectors(size_t group, size_t left, size_t outputs) {
  if (group >= 4 && left >= 4 && outputs > kDenseNarrow) return 4;
  return left >= 2 ? 2 : 1;
}

}  // namespace tundish::kernels
