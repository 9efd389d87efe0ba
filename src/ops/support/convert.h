// Conversion of numbers from one element type to another, defined for every value: of one number,
// and of blocks of elements of any type.
#ifndef TUNDISH_OPS_SUPPORT_CONVERT_H_
#define TUNDISH_OPS_SUPPORT_CONVERT_H_

#include <cstdint>
#include <limits>
#include <type_traits>

#include "ops/support/narrow_float.h"
#include "ops/support/types.h"

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

/// Element types whose values are numbers or truth: all but strings and complex numbers.
inline constexpr DTypeSet kConvertible = AllNumbers::kSet | kBools | kFloat8s | kPacked;

/// The five types that all others are computed in: each element of a type fits exactly into its
/// carrier. int32 for bool and integers of up to 16 bits, int64 for uint32, float32 for the shorter
/// floating-point types.
enum class Carrier : uint8_t { kFloat32, kFloat64, kInt32, kInt64, kUint64 };
Carrier carrier_of(DType dtype);

/// Elements that the functions below take in one call, a multiple of 8.
inline constexpr int64_t kBlockElements = 1024;
/// Room for a block in any carrier.
struct CarrierBlock {
  alignas(64) char bytes[kBlockElements * 8];
  template <class T> T* as() { return reinterpret_cast<T*>(bytes); }
};

/// Elements [begin, begin + count) of a tensor of a type in kConvertible, in their carrier type:
/// where they lie, if they are stored so, else in `room`.
const void* widen_block(DType dtype, const void* data, int64_t begin, int64_t count,
                        CarrierBlock& room);
/// The reverse; integers are cut to their low bits, bool is given as bytes 0 and 1. `begin` is a
/// multiple of kBlockElements where the type is packed.
void narrow_block(DType dtype, const void* carried, int64_t count, NarrowRounding rounding,
                  void* data, int64_t begin);

/// Elements [begin, begin + count) of `data` as elements of `target` at `out` + begin, as convert()
/// does. float64 is rounded to halves and narrower types once; 64-bit integers by way of float32.
void convert_block(DType dtype, const void* data, DType target, NarrowRounding rounding, void* out,
                   int64_t begin, int64_t count);

/// Elements [begin, begin + count) as the nearest float32 or float64 numbers.
void load_block(DType dtype, const void* data, int64_t begin, int64_t count, float* out);
void load_block(DType dtype, const void* data, int64_t begin, int64_t count, double* out);
/// float32 numbers as elements of `target`.
void store_block(DType target, const float* values, int64_t count, NarrowRounding rounding,
                 void* data, int64_t begin);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_CONVERT_H_
