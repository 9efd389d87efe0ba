#include "passes/support/round_float.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace tundish {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

void expect_tight(double value) {
  const float low = round_down(value);
  const float high = round_up(value);
  EXPECT_LE(low, value);
  EXPECT_GE(high, value);
  if (low < std::numeric_limits<float>::infinity()) {
    EXPECT_GT(double{std::nextafter(low, INFINITY)}, value) << value;
  }
  if (high > -std::numeric_limits<float>::infinity()) {
    EXPECT_LT(double{std::nextafter(high, -INFINITY)}, value) << value;
  }
}

TEST(RoundFloat, ends) {
  EXPECT_EQ(round_down(kInfinity), INFINITY);
  EXPECT_EQ(round_down(1e39), kLargest);
  EXPECT_EQ(round_up(1e39), INFINITY);
  EXPECT_EQ(round_down(-1e39), -INFINITY);
  EXPECT_EQ(round_up(-1e39), -kLargest);
  EXPECT_EQ(round_up(-kInfinity), -INFINITY);
  EXPECT_EQ(round_down(5e-324), 0.0f);
  EXPECT_EQ(round_up(5e-324), std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(round_down(0.5), 0.5f);
  EXPECT_LT(double{round_down(0.1)}, 0.1);
}

TEST(RoundFloat, no_value_lies_between) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const auto any = std::bit_cast<double>(random());
    if (!std::isnan(any)) expect_tight(any);
    expect_tight(std::ldexp(static_cast<double>(random() % 100'000), -170));
    expect_tight(std::normal_distribution<double>(0, 1)(random));
  }
  for (const double odd : {double{kLargest}, 3.4028235677973366e38, 1.401298464324817e-45 / 2}) {
    expect_tight(odd);
    expect_tight(-odd);
  }
}

}  // namespace
}  // namespace tundish
