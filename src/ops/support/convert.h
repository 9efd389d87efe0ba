// Conversion of one number to another type, defined for every value.
#ifndef TUNDISH_OPS_SUPPORT_CONVERT_H_
#define TUNDISH_OPS_SUPPORT_CONVERT_H_

#include <cstdint>
#include <limits>
#include <type_traits>

namespace tundish::ops {

/// A floating-point number rounded towards zero. NaN and what does not fit give the least number of
/// the type, which is what the instruction cvttsd2si gives (and so numpy and ONNX Runtime on x86).
template <class Int, class Float> Int truncate(Float value) {
  // Both bounds are powers of two, so exact in float and double.
  constexpr Float kLeast = static_cast<Float>(std::numeric_limits<Int>::min());
  if (value >= kLeast && value < -kLeast) return static_cast<Int>(value);
  return std::numeric_limits<Int>::min();
}

/// `value` as a To. Between integers: modulo 2^bits. To bool: whether it is not 0 (NaN is not). To
/// floating point: the nearest, ties to even. Floating point to integer: see truncate(); types of
/// up to 16 bits are cut from int32, uint32 from int64, as numpy does on x86; uint64 is exact where
/// it fits, and negative numbers wrap as int64 does.
template <class To, class From> To convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From{0};
  } else if constexpr (std::is_floating_point_v<To> || std::is_integral_v<From>) {
    return static_cast<To>(value);
  } else if constexpr (std::is_same_v<To, uint64_t>) {
    constexpr From kHalf = static_cast<From>(uint64_t{1} << 63);
    if (value >= kHalf && value < kHalf * 2) return static_cast<uint64_t>(value);
    return static_cast<uint64_t>(truncate<int64_t>(value));
  } else if constexpr (std::is_same_v<To, int64_t> || std::is_same_v<To, uint32_t>) {
    return static_cast<To>(truncate<int64_t>(value));
  } else {
    return static_cast<To>(truncate<int32_t>(value));
  }
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_CONVERT_H_
