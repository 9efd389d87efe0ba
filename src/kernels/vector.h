// Functions of float32 arrays and rows, with the greatest error measured over all floats.
//
// Arrays have any length (0 too) and alignment. `y` may be `x`. NaN gives NaN; an element's result
// does not depend on where it stands. Errors are at most 4 units in the last place of the exact
// result, 7.5 for gelu_erf (far below zero); subnormal results are within 2e-42. The figures of
// each stand in docs/kernels.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tundish::kernels {

using VectorFunction = void (*)(const float* x, size_t count, float* y);

// y[i] = f(a[i], b[i]); an operand of step 0 is one value for all, of step 1 an array. `y` may be
// an operand of step 1.
using PairFunction = void (*)(const float* a, size_t a_step, const float* b, size_t b_step,
                              size_t count, float* y);

enum class NormKind : uint8_t {
  kLayer,  // (x - mean) / sqrt(variance + epsilon)
  kRms,    // x / sqrt(mean of x^2 + epsilon)
};

// One row: v = x + residual + bias, then y = norm(v) * gamma + beta. Parts that are null are left
// out. Outputs that are null are not written.
struct NormRow {
  const float* x = nullptr;
  const float* residual = nullptr;
  const float* bias = nullptr;
  const float* gamma = nullptr;
  const float* beta = nullptr;
  float epsilon = 0;
  NormKind kind = NormKind::kLayer;
  float* y = nullptr;  // may be x or residual
  float* v = nullptr;  // may be x or residual
  float* mean = nullptr;
  float* inverse_deviation = nullptr;
};

struct VectorKernels {
  VectorFunction exp;
  VectorFunction erf;
  VectorFunction tanh;
  VectorFunction sigmoid;
  VectorFunction silu;
  VectorFunction gelu_erf;
  VectorFunction gelu_tanh;
  // e^(x - max) / sum, of each dense row. A row of -infinity alone gives NaN. What a row becomes
  // does not depend on the others.
  void (*softmax)(const float* x, size_t rows, size_t columns, float* y);
  // The same along columns: element (r, i) of x and y at [r * stride + i], i < columns.
  void (*softmax_columns)(const float* x, size_t stride, size_t rows, size_t columns, float* y);
  // x - max - ln(sum of e^(x - max)), of one row.
  VectorFunction log_softmax;
  void (*normalize)(const NormRow& row, size_t count);

  // Arithmetic, rounded once.
  VectorFunction relu;  // NaN and -0 stay
  VectorFunction abs;
  VectorFunction neg;
  VectorFunction sqrt;
  VectorFunction reciprocal;
  PairFunction add;
  PairFunction sub;
  PairFunction mul;
  PairFunction div;
  PairFunction min;  // NaN if either is; the first of two equal ones
  PairFunction max;

  // to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns; any 32-bit values,
  // whose bits stay. The two do not overlap.
  void (*transpose)(const float* from, size_t from_stride, size_t rows, size_t columns, float* to,
                    size_t to_stride);
};

}  // namespace tundish::kernels
