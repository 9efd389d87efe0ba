#include "tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tundish {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The nearest value of a type, ties to even, by search among all of them.
template <class T> uint16_t nearest(double value) {
  uint16_t best = 0;
  double distance = std::numeric_limits<double>::infinity();
  for (uint32_t bits = 0; bits < 0x8000; ++bits) {
    const auto held = static_cast<double>(T::of_bits(static_cast<uint16_t>(bits)));
    if (!std::isfinite(held)) break;
    const double off = std::fabs(held - value);
    if (off < distance || (off == distance && bits % 2 == 0)) {
      best = static_cast<uint16_t>(bits);
      distance = off;
    }
  }
  return best;
}

TEST(Half, every_float16_survives) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Float16 half = Float16::of_bits(static_cast<uint16_t>(bits));
    const auto value = static_cast<float>(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Float16(value))));
    } else {
      ASSERT_EQ(Float16(value).bits, bits);
      ASSERT_EQ(Float16(static_cast<double>(half)).bits, bits);
    }
  }
  EXPECT_EQ(static_cast<float>(Float16::of_bits(0x3c01)), 1 + 0x1p-10F);
  EXPECT_EQ(static_cast<float>(Float16::of_bits(0x0001)), 0x1p-24F);
  EXPECT_EQ(static_cast<float>(Float16::of_bits(0x7bff)), 65504.0F);
}

TEST(Half, every_bfloat16_survives) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto value = static_cast<float>(Bfloat16::of_bits(static_cast<uint16_t>(bits)));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Bfloat16(value))));
    } else {
      ASSERT_EQ(Bfloat16(value).bits, bits);
    }
  }
}

TEST(Half, rounds_to_the_nearest_and_ties_to_even) {
  for (const double value :
       {0.1, 1.0 / 3, 1 + 0x1p-11, 1 + 3 * 0x1p-11, 2049.0, 2051.0, 0x1p-25, 0x1.8p-24, 0x1.4p-15,
        1e-7, 6.1e-5, 3.14159265358979, 65503.9, 1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11 - 0x1p-40}) {
    EXPECT_EQ(Float16(value).bits, nearest<Float16>(value)) << value;
    const auto single = static_cast<float>(value);
    EXPECT_EQ(Float16(single).bits, nearest<Float16>(static_cast<double>(single))) << value;
    EXPECT_EQ(Bfloat16(value).bits, nearest<Bfloat16>(value)) << value;
  }
}

TEST(Half, goes_to_infinity_and_keeps_signs) {
  EXPECT_EQ(Float16(65519.0F).bits, 0x7bff);
  EXPECT_EQ(Float16(65520.0F).bits, 0x7c00);
  EXPECT_EQ(Float16(-1e10).bits, 0xfc00);
  EXPECT_EQ(Float16(kInfinity).bits, 0x7c00);
  EXPECT_EQ(Float16(-0.0F).bits, 0x8000);
  EXPECT_EQ(Float16(-0x1p-26F).bits, 0x8000);
  EXPECT_EQ(Bfloat16(3.4e38F).bits, 0x7f80);
  EXPECT_EQ(Bfloat16(-0.0F).bits, 0x8000);
  EXPECT_EQ(Float16(std::nanf("")).bits & 0x7e00, 0x7e00);
  EXPECT_EQ(Bfloat16(std::nanf("")).bits, 0x7fc0);
}

}  // namespace
}  // namespace tundish
