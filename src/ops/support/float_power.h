// Powers of float32, the same bits wherever they are computed.
#ifndef TUNDISH_OPS_SUPPORT_FLOAT_POWER_H_
#define TUNDISH_OPS_SUPPORT_FLOAT_POWER_H_

#include <cmath>

namespace tundish::ops {

/// base^exponent as the C library has it; squares and cubes, which graphs are full of, without
/// asking it.
inline float float_power(float base, float exponent) {
  if (exponent == 2) return base * base;
  if (exponent == 3) {
    const auto wide = static_cast<double>(base);
    return static_cast<float>(wide * wide * wide);
  }
  return std::pow(base, exponent);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_FLOAT_POWER_H_
