#include "ops/support/narrow_float.h"

#include <array>
#include <bit>

namespace tundish::ops {
namespace {

/// Sign, exponent and mantissa from high bits to low ones.
struct Format {
  unsigned mantissa_bits;
  int bias;
  unsigned sign_bit;
  uint8_t most;      ///< code of the greatest finite number
  uint8_t overflow;  ///< what follows it: infinity or NaN
  uint8_t nan;
  /// Whether the code of -0 is the only NaN (the FNUZ types).
  enum class MinusZero : uint8_t { kIsZero, kIsNan } minus_zero;
};

constexpr Format kE4M3FN{3, 7, 7, 0x7e, 0x7f, 0x7f, Format::MinusZero::kIsZero};
constexpr Format kE4M3FNUZ{3, 8, 7, 0x7f, 0x80, 0x80, Format::MinusZero::kIsNan};
constexpr Format kE5M2{2, 15, 7, 0x7b, 0x7c, 0x7e, Format::MinusZero::kIsZero};
constexpr Format kE5M2FNUZ{2, 16, 7, 0x7f, 0x80, 0x80, Format::MinusZero::kIsNan};
constexpr Format kE2M1{1, 1, 3, 0x7, 0x7, 0x8, Format::MinusZero::kIsZero};

// 2^exponent as the bits of a float32; normal numbers only.
constexpr uint32_t power_bits(int exponent) { return static_cast<uint32_t>(exponent + 127) << 23; }

constexpr float decode(const Format& format, unsigned code) {
  const unsigned magnitude = code & ((1U << format.sign_bit) - 1U);
  const uint32_t sign = (code >> format.sign_bit & 1U) << 31;
  constexpr uint32_t kNan = 0x7fc00000U;
  if (format.minus_zero == Format::MinusZero::kIsNan) {
    if (sign != 0 && magnitude == 0) return std::bit_cast<float>(sign | kNan);
  } else if (magnitude > format.most) {
    const bool infinite = magnitude == format.overflow && format.overflow != format.nan;
    return std::bit_cast<float>(sign | (infinite ? 0x7f800000U : kNan));
  }
  const unsigned fraction = magnitude & ((1U << format.mantissa_bits) - 1U);
  const int exponent = static_cast<int>(magnitude >> format.mantissa_bits);
  const int scale = (exponent == 0 ? 1 : exponent) - format.bias;
  const unsigned whole = exponent == 0 ? fraction : fraction | 1U << format.mantissa_bits;
  const float step =
      std::bit_cast<float>(power_bits(scale - static_cast<int>(format.mantissa_bits)));
  const float value = static_cast<float>(whole) * step;
  return sign != 0 ? -value : value;
}

template <size_t kCodes> constexpr std::array<float, kCodes> values_of(const Format& format) {
  std::array<float, kCodes> values{};
  for (unsigned code = 0; code < kCodes; ++code) values[code] = decode(format, code);
  return values;
}

constexpr auto kValuesE4M3FN = values_of<256>(kE4M3FN);
constexpr auto kValuesE4M3FNUZ = values_of<256>(kE4M3FNUZ);
constexpr auto kValuesE5M2 = values_of<256>(kE5M2);
constexpr auto kValuesE5M2FNUZ = values_of<256>(kE5M2FNUZ);
constexpr auto kValuesE2M1 = values_of<16>(kE2M1);

// Code e is 2^(e - 127), so the exponent field of a float32; 0 is its half-size subnormal.
constexpr std::array<float, 256> values_e8m0() {
  std::array<float, 256> values{};
  values[0] = std::bit_cast<float>(0x00400000U);
  for (uint32_t code = 1; code < 255; ++code) values[code] = std::bit_cast<float>(code << 23);
  values[255] = std::bit_cast<float>(0x7fc00000U);
  return values;
}
constexpr auto kValuesE8M0 = values_e8m0();

uint8_t encode(const Format& format, float value, uint8_t overflow) {
  const auto word = std::bit_cast<uint32_t>(value);
  const uint32_t sign = word >> 31 << format.sign_bit;
  const uint32_t magnitude = word & 0x7fffffffU;
  if (magnitude > 0x7f800000U) {
    if (format.minus_zero == Format::MinusZero::kIsNan) return format.nan;
    return static_cast<uint8_t>(sign ^ format.nan);
  }
  const unsigned dropped = 23 - format.mantissa_bits;
  uint32_t code;
  if (magnitude < power_bits(1 - format.bias)) {
    // Below the normal numbers: the unit of the last place of this power of two is the step between
    // them, so the addition rounds and the end of the sum is the code.
    const uint32_t power = power_bits(1 - format.bias + static_cast<int>(dropped));
    const float sum = std::bit_cast<float>(magnitude) + std::bit_cast<float>(power);
    code = std::bit_cast<uint32_t>(sum) - power;
  } else {
    const uint32_t half = (1U << (dropped - 1)) - 1U + (magnitude >> dropped & 1U);
    code = (magnitude - (static_cast<uint32_t>(127 - format.bias) << 23) + half) >> dropped;
  }
  if (code > format.most) code = overflow;
  if (format.minus_zero == Format::MinusZero::kIsNan && code == 0) return 0;
  return static_cast<uint8_t>(sign | code);
}

void encode_all(const Format& format, const float* values, int64_t count,
                NarrowRounding::OutOfRange out_of_range, uint8_t* codes) {
  const uint8_t overflow =
      out_of_range == NarrowRounding::OutOfRange::kSaturate ? format.most : format.overflow;
  for (int64_t i = 0; i < count; ++i) codes[i] = encode(format, values[i], overflow);
}

// The table of ONNX Cast: without saturation all that lies outside [2^-127, 2^127] is NaN, 0 too.
uint8_t encode_e8m0(float value, NarrowRounding rounding) {
  constexpr uint8_t kNan = 0xff;
  constexpr uint8_t kMost = 0xfe;
  constexpr uint32_t kLeastBits = 0x00400000U;
  const auto word = std::bit_cast<uint32_t>(value);
  const uint32_t magnitude = word & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return kNan;
  if (word != magnitude && magnitude != 0) return kNan;
  const bool saturates = rounding.out_of_range == NarrowRounding::OutOfRange::kSaturate;
  if (magnitude > power_bits(127)) return saturates ? kMost : kNan;
  if (magnitude <= kLeastBits) return saturates || magnitude == kLeastBits ? 0 : kNan;
  // Between 2^-127 and 2^-126 the field is 0 and half of the fraction's range is left.
  const uint32_t field = magnitude >> 23;
  const uint32_t fraction = magnitude & (field == 0 ? 0x3fffffU : 0x7fffffU);
  const uint32_t half = field == 0 ? 0x200000U : 0x400000U;
  bool up = false;
  switch (rounding.direction) {
    case NarrowRounding::Direction::kUp: up = fraction != 0; break;
    case NarrowRounding::Direction::kDown: break;
    case NarrowRounding::Direction::kNearest: up = fraction >= half; break;
  }
  return static_cast<uint8_t>(field + (up ? 1U : 0U));
}

}  // namespace

bool is_narrow_float(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E4M3FNUZ:
    case DType::kFloat8E5M2:
    case DType::kFloat8E5M2FNUZ:
    case DType::kFloat8E8M0:
    case DType::kFloat4E2M1: return true;
    default: return false;
  }
}

const float* narrow_float_values(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E4M3FN: return kValuesE4M3FN.data();
    case DType::kFloat8E4M3FNUZ: return kValuesE4M3FNUZ.data();
    case DType::kFloat8E5M2: return kValuesE5M2.data();
    case DType::kFloat8E5M2FNUZ: return kValuesE5M2FNUZ.data();
    case DType::kFloat8E8M0: return kValuesE8M0.data();
    default: return kValuesE2M1.data();
  }
}

void encode_narrow_floats(DType dtype, const float* values, int64_t count, NarrowRounding rounding,
                          uint8_t* codes) {
  switch (dtype) {
    case DType::kFloat8E4M3FN:
      return encode_all(kE4M3FN, values, count, rounding.out_of_range, codes);
    case DType::kFloat8E4M3FNUZ:
      return encode_all(kE4M3FNUZ, values, count, rounding.out_of_range, codes);
    case DType::kFloat8E5M2: return encode_all(kE5M2, values, count, rounding.out_of_range, codes);
    case DType::kFloat8E5M2FNUZ:
      return encode_all(kE5M2FNUZ, values, count, rounding.out_of_range, codes);
    case DType::kFloat8E8M0:
      for (int64_t i = 0; i < count; ++i) codes[i] = encode_e8m0(values[i], rounding);
      return;
    default:
      for (int64_t i = 0; i < count; ++i) {
        codes[i] = encode(kE2M1, values[i], kE2M1.most);
      }
  }
}

}  // namespace tundish::ops
