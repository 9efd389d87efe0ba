#include "proof/ulp.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Ulp, counts_steps_across_zero) {
  EXPECT_EQ(ulp_distance(0.0, -0.0), 0u);
  EXPECT_EQ(ulp_distance(5e-324, -5e-324), 2u);
  EXPECT_EQ(ulp_distance(1.0, next_up(1.0)), 1u);
  EXPECT_EQ(ulp_distance(1.0f, next_down(next_down(1.0f))), 2u);
  EXPECT_EQ(ulp_distance(-1.5, -1.5), 0u);
}

TEST(Ulp, treats_nan_as_one_value) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ulp_distance(nan, -nan), 0u);
  EXPECT_EQ(ulp_distance(nan, 1.0), UINT64_MAX);
}

TEST(Ulp, spans_the_whole_range) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ulp_distance(-inf, inf), 2 * 0x7ff0000000000000ULL);
  EXPECT_EQ(next_up(inf), inf);
  EXPECT_EQ(next_down(inf), std::numeric_limits<double>::max());
}

}  // namespace
}  // namespace tundish
