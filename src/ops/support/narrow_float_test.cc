#include "ops/support/narrow_float.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

namespace tundish::ops {
namespace {

using OutOfRange = NarrowRounding::OutOfRange;
using Direction = NarrowRounding::Direction;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr DType kSigned[] = {DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
                             DType::kFloat8E5M2FNUZ, DType::kFloat4E2M1};

uint8_t encoded(DType dtype, float value, NarrowRounding rounding = {}) {
  uint8_t code = 0xa5;
  encode_narrow_floats(dtype, &value, 1, rounding, &code);
  return code;
}
uint8_t unsaturated(DType dtype, float value) {
  return encoded(dtype, value, {.out_of_range = OutOfRange::kSpecial});
}
unsigned sign_of(DType dtype) { return dtype == DType::kFloat4E2M1 ? 0x8 : 0x80; }

/// The numbers from 0 up, in order of their codes.
std::vector<float> ascending(DType dtype) {
  std::vector<float> values;
  for (unsigned code = 0; code < sign_of(dtype); ++code) {
    const float value = narrow_float_values(dtype)[code];
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

TEST(NarrowFloat, has_the_limits_of_the_formats) {
  EXPECT_TRUE(is_narrow_float(DType::kFloat8E8M0));
  EXPECT_FALSE(is_narrow_float(DType::kFloat16));
  EXPECT_FALSE(is_narrow_float(DType::kInt4));
  EXPECT_EQ(ascending(DType::kFloat8E4M3FN).back(), 448);
  EXPECT_EQ(ascending(DType::kFloat8E4M3FNUZ).back(), 240);
  EXPECT_EQ(ascending(DType::kFloat8E5M2).back(), 57344);
  EXPECT_EQ(ascending(DType::kFloat8E5M2FNUZ).back(), 57344);
  EXPECT_EQ(ascending(DType::kFloat4E2M1), (std::vector<float>{0, 0.5, 1, 1.5, 2, 3, 4, 6}));
  EXPECT_EQ(ascending(DType::kFloat8E4M3FN)[1], std::ldexp(1.0F, -9));
  EXPECT_EQ(ascending(DType::kFloat8E4M3FNUZ)[1], std::ldexp(1.0F, -10));
  EXPECT_EQ(ascending(DType::kFloat8E5M2)[1], std::ldexp(1.0F, -16));
  EXPECT_EQ(ascending(DType::kFloat8E5M2FNUZ)[1], std::ldexp(1.0F, -17));
  EXPECT_EQ(narrow_float_values(DType::kFloat8E5M2)[0x7c], kInf);
  EXPECT_EQ(narrow_float_values(DType::kFloat8E5M2)[0xfc], -kInf);
  EXPECT_TRUE(std::isnan(narrow_float_values(DType::kFloat8E5M2)[0x7d]));
  EXPECT_TRUE(std::isnan(narrow_float_values(DType::kFloat8E4M3FN)[0xff]));
  EXPECT_TRUE(std::isnan(narrow_float_values(DType::kFloat8E4M3FNUZ)[0x80]));
  EXPECT_TRUE(std::isnan(narrow_float_values(DType::kFloat8E5M2FNUZ)[0x80]));
  EXPECT_TRUE(std::signbit(narrow_float_values(DType::kFloat8E4M3FN)[0x80]));
}

TEST(NarrowFloat, every_code_comes_back) {
  for (const DType dtype : kSigned) {
    for (unsigned code = 0; code < 2 * sign_of(dtype); ++code) {
      const float value = narrow_float_values(dtype)[code];
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(narrow_float_values(dtype)[encoded(dtype, value)]));
      } else {
        EXPECT_EQ(unsaturated(dtype, value), code) << dtype_name(dtype);
      }
    }
  }
  for (unsigned code = 0; code < 256; ++code) {
    const float value = narrow_float_values(DType::kFloat8E8M0)[code];
    for (const Direction direction : {Direction::kUp, Direction::kDown, Direction::kNearest}) {
      EXPECT_EQ(encoded(DType::kFloat8E8M0, value, {OutOfRange::kSaturate, direction}), code);
      EXPECT_EQ(encoded(DType::kFloat8E8M0, value, {OutOfRange::kSpecial, direction}), code);
    }
  }
}

TEST(NarrowFloat, the_codes_are_in_order_and_evenly_spaced) {
  for (const DType dtype : kSigned) {
    const std::vector<float> values = ascending(dtype);
    for (size_t i = 0; i + 1 < values.size(); ++i) EXPECT_LT(values[i], values[i + 1]);
    for (size_t i = 0; i < values.size(); ++i) {
      const float negative = narrow_float_values(dtype)[i + sign_of(dtype)];
      if (!std::isnan(negative)) {
        EXPECT_EQ(negative, -values[i]);
      }
    }
  }
}

TEST(NarrowFloat, every_tie_goes_to_the_even_code) {
  for (const DType dtype : kSigned) {
    const std::vector<float> values = ascending(dtype);
    for (unsigned code = 0; code + 1 < values.size(); ++code) {
      const float middle = (values[code] + values[code + 1]) / 2;
      const unsigned even = code % 2 == 0 ? code : code + 1;
      EXPECT_EQ(encoded(dtype, middle), even) << dtype_name(dtype) << " " << middle;
      EXPECT_EQ(encoded(dtype, std::nextafter(middle, 0.0F)), code);
      EXPECT_EQ(encoded(dtype, std::nextafter(middle, kInf)), code + 1);
      const float below = narrow_float_values(dtype)[encoded(dtype, -middle)];
      EXPECT_EQ(below, -values[even]) << dtype_name(dtype);
    }
    EXPECT_EQ(encoded(dtype, std::numeric_limits<float>::denorm_min()), 0);
  }
}

TEST(NarrowFloat, beyond_the_greatest) {
  struct Row {
    DType dtype;
    float last;  ///< the greatest number that still rounds to the greatest code
    uint8_t most, most_negative, special, special_negative;
  };
  for (const Row& row :
       {Row{DType::kFloat8E4M3FN, 464, 0x7e, 0xfe, 0x7f, 0xff},
        Row{DType::kFloat8E4M3FNUZ, std::nextafter(248.0F, 0.0F), 0x7f, 0xff, 0x80, 0x80},
        Row{DType::kFloat8E5M2, std::nextafter(61440.0F, 0.0F), 0x7b, 0xfb, 0x7c, 0xfc},
        Row{DType::kFloat8E5M2FNUZ, std::nextafter(61440.0F, 0.0F), 0x7f, 0xff, 0x80, 0x80},
        Row{DType::kFloat4E2M1, 6.5F, 0x7, 0xf, 0x7, 0xf}}) {
    EXPECT_EQ(unsaturated(row.dtype, row.last), row.most) << dtype_name(row.dtype);
    EXPECT_EQ(unsaturated(row.dtype, -row.last), row.most_negative);
    for (const float above :
         {std::nextafter(row.last, kInf), 1e6F, std::numeric_limits<float>::max(), kInf}) {
      EXPECT_EQ(encoded(row.dtype, above), row.most);
      EXPECT_EQ(encoded(row.dtype, -above), row.most_negative);
      EXPECT_EQ(unsaturated(row.dtype, above), row.special) << dtype_name(row.dtype) << above;
      EXPECT_EQ(unsaturated(row.dtype, -above), row.special_negative);
    }
  }
}

TEST(NarrowFloat, zeros_and_nans) {
  EXPECT_EQ(encoded(DType::kFloat8E4M3FN, -0.0F), 0x80);
  EXPECT_EQ(encoded(DType::kFloat8E4M3FNUZ, -0.0F), 0);
  EXPECT_EQ(encoded(DType::kFloat8E5M2, -0.0F), 0x80);
  EXPECT_EQ(encoded(DType::kFloat8E5M2FNUZ, -1e-30F), 0);
  EXPECT_EQ(encoded(DType::kFloat4E2M1, -0.25F), 8);
  EXPECT_EQ(encoded(DType::kFloat8E4M3FN, kNan), 0x7f);
  EXPECT_EQ(encoded(DType::kFloat8E4M3FN, -kNan), 0xff);
  EXPECT_EQ(encoded(DType::kFloat8E4M3FNUZ, -kNan), 0x80);
  EXPECT_EQ(encoded(DType::kFloat8E5M2, kNan), 0x7e);
  EXPECT_EQ(encoded(DType::kFloat8E5M2, -kNan), 0xfe);
  EXPECT_EQ(encoded(DType::kFloat8E5M2FNUZ, kNan), 0x80);
  EXPECT_EQ(encoded(DType::kFloat4E2M1, kNan), 8);
  EXPECT_EQ(encoded(DType::kFloat4E2M1, -kNan), 0);
  EXPECT_TRUE(std::signbit(narrow_float_values(DType::kFloat8E4M3FNUZ)[0x80]));
}

TEST(NarrowFloat, powers_of_two_round_in_three_ways) {
  const auto rounded = [](float value, Direction direction) {
    return int{encoded(DType::kFloat8E8M0, value, {OutOfRange::kSaturate, direction})};
  };
  for (int exponent = -126; exponent < 127; ++exponent) {
    const float power = std::ldexp(1.0F, exponent);
    const float above = std::nextafter(power, kInf);
    const float middle = power * 1.5F;
    const int code = exponent + 127;
    EXPECT_EQ(rounded(above, Direction::kUp), code + 1);
    EXPECT_EQ(rounded(middle, Direction::kUp), code + 1);
    EXPECT_EQ(rounded(middle, Direction::kDown), code);
    EXPECT_EQ(rounded(std::nextafter(2 * power, 0.0F), Direction::kDown), code);
    EXPECT_EQ(rounded(std::nextafter(middle, 0.0F), Direction::kNearest), code);
    EXPECT_EQ(rounded(middle, Direction::kNearest), code + 1);
  }
  const float least = std::ldexp(1.0F, -127);  // a subnormal float32
  EXPECT_EQ(rounded(std::nextafter(least, kInf), Direction::kUp), 1);
  EXPECT_EQ(rounded(least * 1.5F, Direction::kNearest), 1);
  EXPECT_EQ(rounded(std::nextafter(least * 1.5F, 0.0F), Direction::kNearest), 0);
  EXPECT_EQ(rounded(std::nextafter(least * 2, 0.0F), Direction::kDown), 0);
}

TEST(NarrowFloat, powers_of_two_follow_the_table_of_cast) {
  constexpr DType kType = DType::kFloat8E8M0;
  const float most = std::ldexp(1.0F, 127);
  const float least = std::ldexp(1.0F, -127);
  const NarrowRounding special{OutOfRange::kSpecial, Direction::kNearest};
  EXPECT_EQ(encoded(kType, 0.0F), 0);
  EXPECT_EQ(encoded(kType, -0.0F), 0);
  EXPECT_EQ(encoded(kType, kNan), 255);
  EXPECT_EQ(encoded(kType, kInf), 254);
  EXPECT_EQ(encoded(kType, most), 254);
  EXPECT_EQ(encoded(kType, most * 1.25F), 254);
  EXPECT_EQ(encoded(kType, least / 2), 0);
  EXPECT_EQ(encoded(kType, -2.0F), 255);
  EXPECT_EQ(encoded(kType, 0.0F, special), 255);
  EXPECT_EQ(encoded(kType, kNan, special), 255);
  EXPECT_EQ(encoded(kType, kInf, special), 255);
  EXPECT_EQ(encoded(kType, most * 1.25F, special), 255);
  EXPECT_EQ(encoded(kType, least / 2, special), 255);
  EXPECT_EQ(encoded(kType, -kInf, special), 255);
}

}  // namespace
}  // namespace tundish::ops
