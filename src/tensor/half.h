// The two 16-bit floating-point types. They are stored, not computed with: arithmetic is done in
// float and rounded back, as numpy and ml_dtypes do.
#ifndef TUNDISH_TENSOR_HALF_H_
#define TUNDISH_TENSOR_HALF_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "tundish/dtype.h"

namespace tundish {

/// A double as the float that rounds on to any shorter type as the double itself would: inexact
/// results get an odd last bit (rounding to odd; Boldo and Melquiond 2008).
inline float rounded_to_odd(double value) {
  const auto nearest = static_cast<float>(value);
  if (static_cast<double>(nearest) == value || value != value || std::isinf(nearest)) {
    return nearest;
  }
  const bool away = std::fabs(static_cast<double>(nearest)) > std::fabs(value);
  const uint32_t towards_zero = std::bit_cast<uint32_t>(nearest) - (away ? 1U : 0U);
  return std::bit_cast<float>(towards_zero | 1U);
}

/// IEEE 754 binary16.
struct Float16 {
  uint16_t bits = 0;

  Float16() = default;
  explicit Float16(float value) : bits(encode(value)) {}
  explicit Float16(double value) : bits(encode(rounded_to_odd(value))) {}
  static Float16 of_bits(uint16_t bits) {
    Float16 made;
    made.bits = bits;
    return made;
  }
  explicit operator float() const { return decode(bits); }
  explicit operator double() const { return static_cast<double>(decode(bits)); }

 private:
  // To nearest, ties to even; beyond 65519 infinity; a NaN keeps its sign and upper payload.
  static uint16_t encode(float value) {
    const auto word = std::bit_cast<uint32_t>(value);
    const auto sign = static_cast<uint16_t>(word >> 16 & 0x8000U);
    uint32_t magnitude = word & 0x7fffffffU;
    if (magnitude >= 0x7f800000U) {
      const uint32_t payload = magnitude > 0x7f800000U ? 0x200U | (magnitude >> 13 & 0x3ffU) : 0;
      return static_cast<uint16_t>(sign | 0x7c00U | payload);
    }
    if (magnitude >= 0x477ff000U) return static_cast<uint16_t>(sign | 0x7c00U);
    if (magnitude < 0x38800000U) {
      // Adding 0.5 leaves the subnormal's bits, rounded, at the end of the sum.
      const float sum = std::bit_cast<float>(magnitude) + 0.5F;
      return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(sum) - 0x3f000000U));
    }
    magnitude +=
        0xc8000fffU + (magnitude >> 13 & 1U);  // exponent by 15 - 127; round half up or down
    return static_cast<uint16_t>(sign | magnitude >> 13);
  }
  static float decode(uint16_t half) {
    const uint32_t sign = (half & 0x8000U) << 16;
    const uint32_t magnitude = half & 0x7fffU;
    if (magnitude >= 0x7c00U) return std::bit_cast<float>(sign | 0x7f800000U | (magnitude << 13));
    if (magnitude >= 0x0400U) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000U));
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;
    return sign != 0 ? -subnormal : subnormal;
  }
};

/// The upper half of a float32.
struct Bfloat16 {
  uint16_t bits = 0;

  Bfloat16() = default;
  explicit Bfloat16(float value) : bits(encode(value)) {}
  explicit Bfloat16(double value) : bits(encode(rounded_to_odd(value))) {}
  static Bfloat16 of_bits(uint16_t bits) {
    Bfloat16 made;
    made.bits = bits;
    return made;
  }
  explicit operator float() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
  explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }

 private:
  // To nearest, ties to even; a NaN becomes the quiet one of its sign.
  static uint16_t encode(float value) {
    const auto word = std::bit_cast<uint32_t>(value);
    if ((word & 0x7fffffffU) > 0x7f800000U) {
      return static_cast<uint16_t>((word >> 16 & 0x8000U) | 0x7fc0U);
    }
    return static_cast<uint16_t>((word + 0x7fffU + (word >> 16 & 1U)) >> 16);
  }
};

template <> inline constexpr DType dtype_of<Float16> = DType::kFloat16;
template <> inline constexpr DType dtype_of<Bfloat16> = DType::kBfloat16;

template <class T>
inline constexpr bool is_half = std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>;

/// What a stored element is computed in: float for the halves, else the type itself.
template <class T> using Computed = std::conditional_t<is_half<T>, float, T>;

}  // namespace tundish

#endif  // TUNDISH_TENSOR_HALF_H_
