// Distance between floating-point numbers in units in the last place, and neighbours.
#ifndef TUNDISH_PROOF_ULP_H_
#define TUNDISH_PROOF_ULP_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tundish {

/// Position of a float among all floats of its type, in numeric order; -0.0 and +0.0 share 0.
inline int64_t ordered(double value) {
  const auto bits = std::bit_cast<int64_t>(value);
  return bits < 0 ? std::numeric_limits<int64_t>::min() - bits : bits;
}
inline int64_t ordered(float value) {
  const auto bits = std::bit_cast<int32_t>(value);
  return bits < 0 ? int64_t{std::numeric_limits<int32_t>::min()} - bits : bits;
}

/// Steps from a to b; 0 when both are NaN or equal (also -0.0 and +0.0), UINT64_MAX when one is NaN
/// or the distance does not fit.
template <class T> uint64_t ulp_distance(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : UINT64_MAX;
  const int64_t x = ordered(a);
  const int64_t y = ordered(b);
  return x > y ? static_cast<uint64_t>(x) - static_cast<uint64_t>(y)
               : static_cast<uint64_t>(y) - static_cast<uint64_t>(x);
}

/// The neighbour above or below; infinities stay.
template <class T> T next_up(T value) {
  return std::nextafter(value, std::numeric_limits<T>::infinity());
}
template <class T> T next_down(T value) {
  return std::nextafter(value, -std::numeric_limits<T>::infinity());
}

}  // namespace tundish

#endif  // TUNDISH_PROOF_ULP_H_
