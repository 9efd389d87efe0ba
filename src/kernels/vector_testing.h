// The functions of vector.h in double and the distance of a float from such a value. For tests and
// the benchmark.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/vector.h"

namespace tundish::kernels::testing {

struct Function {
  const char* name;
  VectorFunction VectorKernels::*kernel;
  double (*exact)(double x);
  float at_minus_infinity, at_zero, at_infinity;
  double most_ulps;  // what is promised
};

inline double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double exact_silu(double x) { return x < -1000 ? -0.0 : x / (1 + std::exp(-x)); }
inline double exact_gelu_erf(double x) {
  return x < -1000 ? -0.0 : 0.5 * x * std::erfc(-x * 0.70710678118654752440);
}
inline double exact_gelu_tanh(double x) {
  if (x < -1000) return -0.0;
  return x / (1 + std::exp(-1.5957691216057307118 * (x + 0.044715 * x * x * x)));
}

inline constexpr Function kFunctions[] = {
    {"exp", &VectorKernels::exp, std::exp, 0, 1, INFINITY, 4},
    {"erf", &VectorKernels::erf, std::erf, -1, 0, 1, 4},
    {"tanh", &VectorKernels::tanh, std::tanh, -1, 0, 1, 4},
    {"sigmoid", &VectorKernels::sigmoid, exact_sigmoid, 0, 0.5f, 1, 4},
    {"silu", &VectorKernels::silu, exact_silu, 0, 0, INFINITY, 4},
    {"gelu_erf", &VectorKernels::gelu_erf, exact_gelu_erf, 0, 0, INFINITY, 7.5},
    {"gelu_tanh", &VectorKernels::gelu_tanh, exact_gelu_tanh, 0, 0, INFINITY, 4},
};

// |y - exact| in units in the last place of `exact` as a float. Where that is subnormal, such a
// unit is 3e-43, so that a difference of 1e-42 is about 4.
inline double ulps(float y, double exact) {
  constexpr double kGreatest = 3.4028234663852886e38;
  if (std::isnan(exact) || std::isnan(y)) return std::isnan(exact) && std::isnan(y) ? 0 : 1e9;
  // Beyond half a unit above the greatest float the nearest float is infinite.
  if (std::abs(exact) >= kGreatest * (1 + 0x1p-25)) return std::isinf(y) ? 0 : 1e9;
  if (std::isinf(y)) return 1e9;
  int exponent = 0;
  std::frexp(exact, &exponent);
  const double unit = std::ldexp(1.0, std::max(exponent - 24, -149));
  const double smallest = std::abs(exact) < 0x1p-126 ? 3e-43 : 0.0;
  return std::abs(static_cast<double>(y) - exact) / std::max(unit, smallest);
}

}  // namespace tundish::kernels::testing
