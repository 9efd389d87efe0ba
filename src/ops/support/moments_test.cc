#include "ops/support/moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tundish::ops {
namespace {

TEST(Moments, of_lanes_and_remainders) {
  std::vector<float> x;
  for (int i = 1; i <= 11; ++i) x.push_back(static_cast<float>(i));
  EXPECT_EQ(sum_of(x.data(), 11), 66.0);
  EXPECT_EQ(moments_of(x.data(), 11).mean, 6.0);
  EXPECT_EQ(moments_of(x.data(), 11).variance, 10.0);
  EXPECT_EQ(squares_about(x.data(), 3, 0.0), 14.0);
}

TEST(Moments, a_large_offset_loses_nothing) {
  const std::vector<double> x{1e9 + 1, 1e9 + 2, 1e9 + 3};
  EXPECT_NEAR(moments_of(x.data(), 3).variance, 2.0 / 3, 1e-12);
}

TEST(Moments, of_nothing_is_nan) { EXPECT_TRUE(std::isnan(moments_of<float>(nullptr, 0).mean)); }

}  // namespace
}  // namespace tundish::ops
