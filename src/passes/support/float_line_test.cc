#include "passes/support/float_line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tundish {
namespace {

TEST(FloatLine, ends_are_infinite_and_the_middle_is_zero) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const FloatLine line(dtype);
    EXPECT_EQ(line.at(line.last()), std::numeric_limits<double>::infinity());
    EXPECT_EQ(line.at(-line.last()), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(line.at(0), 0.0);
    EXPECT_FALSE(std::signbit(line.at(0)));
  }
}

TEST(FloatLine, neighbours_are_neighbours) {
  const FloatLine wide(DType::kFloat64);
  const FloatLine narrow(DType::kFloat32);
  EXPECT_EQ(wide.at(1), 5e-324);
  EXPECT_EQ(wide.at(-1), -5e-324);
  EXPECT_EQ(narrow.at(1), std::numeric_limits<float>::denorm_min());
  for (const int64_t place : {int64_t{0x3ff0000000000000}, int64_t{12345}, int64_t{-987654321}}) {
    EXPECT_EQ(std::nextafter(wide.at(place), 1e308), wide.at(place + 1));
  }
  EXPECT_EQ(narrow.at(0x3f800000), 1.0);
  EXPECT_EQ(narrow.at(narrow.last() - 1), std::numeric_limits<float>::max());
}

}  // namespace
}  // namespace tundish
