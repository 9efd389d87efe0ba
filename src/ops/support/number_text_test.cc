#include "ops/support/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tundish::ops {
namespace {

TEST(NumberText, is_the_shortest_that_reads_back) {
  EXPECT_EQ(number_text(0.1F), "0.1");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(314.15926), "314.15926");
  EXPECT_EQ(number_text(3.0F), "3");
  EXPECT_EQ(number_text(-0.0), "-0");
  EXPECT_EQ(number_text(16777216.0F), "16777216");
  EXPECT_EQ(number_text(1e-5F), "1e-05");
  EXPECT_EQ(number_text(1e20), "1e+20");
  EXPECT_EQ(number_text(std::numeric_limits<double>::lowest()), "-1.7976931348623157e+308");
  EXPECT_EQ(number_text(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(number_text(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
}

TEST(NumberText, spells_what_is_no_number) {
  EXPECT_EQ(number_text(std::nanf("")), "NaN");
  EXPECT_EQ(number_text(-std::nan("")), "NaN");
  EXPECT_EQ(number_text(INFINITY), "INF");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-INF");
}

TEST(NumberText, reads_plain_and_scientific_numbers) {
  EXPECT_EQ(parse_float64("3.14"), 3.14);
  EXPECT_EQ(parse_float64("1000"), 1000.0);
  EXPECT_EQ(parse_float64("1e-5"), 1e-5);
  EXPECT_EQ(parse_float64("1E8"), 1e8);
  EXPECT_EQ(parse_float64(" \t-2.5\r\n"), -2.5);
  EXPECT_EQ(parse_float64("+.5"), 0.5);
  EXPECT_EQ(parse_float64("5."), 5.0);
  // One rounding, not two: next to half-way between two float32 numbers.
  EXPECT_EQ(parse_float32("1.00000005960464477540"), 0x1.000002p0F);
  EXPECT_EQ(parse_float32("16777217"), 16777216.0F);
}

TEST(NumberText, reads_infinity_and_nan_in_any_case) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const char* text : {"INF", "+INF", "inf", "+Inf", "Infinity"}) {
    EXPECT_EQ(parse_float64(text), kInf) << text;
  }
  EXPECT_EQ(parse_float64("-INF"), -kInf);
  EXPECT_EQ(parse_float32("-inf"), -INFINITY);
  for (const char* text : {"NaN", "nan", "NAN", "-nan"}) {
    EXPECT_TRUE(std::isnan(parse_float64(text).value())) << text;
  }
}

TEST(NumberText, too_great_is_infinity_and_too_small_is_zero) {
  EXPECT_EQ(parse_float64("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_float64("-1e+99999999999999999999"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_float64("1e-999"), 0.0);
  EXPECT_EQ(parse_float64("1e-99999999999999999999"), 0.0);
  EXPECT_EQ(parse_float64("0e999"), 0.0);
  EXPECT_EQ(parse_float64("0.0001e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_float64("12345e-400"), 0.0);
  EXPECT_EQ(parse_float32("1e39"), INFINITY);
  EXPECT_EQ(parse_float32("1e-50"), 0.0F);
  EXPECT_EQ(parse_float32("1e-45"), std::numeric_limits<float>::denorm_min());
}

TEST(NumberText, other_texts_are_no_numbers) {
  for (const char* text : {"", " ", "abc", "+", "-", "--1", "+-1", "1x", "0x10", "1,5", "1 2", "e5",
                           "1e", ".", "nan1", "infin", "1_000"}) {
    EXPECT_FALSE(parse_float64(text).has_value()) << text;
    EXPECT_FALSE(parse_int64(text).has_value()) << text;
  }
}

TEST(NumberText, reads_integers_that_fit) {
  EXPECT_EQ(parse_int64("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parse_int64(" +7 "), 7);
  EXPECT_FALSE(parse_int64("9223372036854775808").has_value());
  EXPECT_FALSE(parse_int64("1.5").has_value());
  EXPECT_EQ(parse_uint64("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  EXPECT_FALSE(parse_uint64("-1").has_value());
  EXPECT_FALSE(parse_uint64("18446744073709551616").has_value());
}

}  // namespace
}  // namespace tundish::ops
