#include "data/number_text.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T> T number(std::string_view text) {
  T value{};
  EXPECT_EQ(parse_number(text, value), CellState::kValue) << text;
  return value;
}
template <class T> CellState state(std::string_view text) {
  T value{};
  return parse_number(text, value);
}

TEST(NumberText, reads_the_nearest_value) {
  EXPECT_EQ(number<double>("0.1"), 0.1);
  EXPECT_EQ(number<double>(" +1.5 "), 1.5);
  EXPECT_EQ(number<double>(".5"), 0.5);
  EXPECT_EQ(number<double>("1."), 1.0);
  EXPECT_TRUE(std::signbit(number<double>("-0")));
  EXPECT_EQ(number<float>("16777217"), 16777216.0F);
  EXPECT_EQ(number<double>("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(number<double>("5e-324"), 5e-324);
}

TEST(NumberText, goes_to_infinity_and_zero_beyond_the_range) {
  EXPECT_EQ(number<double>("1e400"), kInfinity);
  EXPECT_EQ(number<double>("-1e400"), -kInfinity);
  EXPECT_EQ(number<double>("0.0001e9999"), kInfinity);
  EXPECT_EQ(number<double>("123456e-9999999999999999999999"), 0.0);
  EXPECT_TRUE(std::signbit(number<double>("-1e-400")));
  EXPECT_EQ(number<float>("1e39"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(number<float>("4.9e-324"), 0.0F);
  const std::string tiny = "0." + std::string(400, '0') + "1";
  EXPECT_EQ(number<double>(tiny), 0.0);
  EXPECT_EQ(number<double>("1" + std::string(400, '0')), kInfinity);
  EXPECT_EQ(number<double>("inf"), kInfinity);
  EXPECT_EQ(number<double>("-Infinity"), -kInfinity);
}

TEST(NumberText, tells_missing_from_text) {
  for (const char* word : {"", "  ", "NA", "N/A", "nan", "-NaN", "null", "None", "<NA>"}) {
    EXPECT_EQ(state<double>(word), CellState::kMissing) << word;
    EXPECT_EQ(state<int64_t>(word), CellState::kMissing) << word;
  }
  for (const char* word :
       {"abc", "1x", "0x10", "1,5", "--1", "+-1", "1e", "e5", "nan(1)", "-", "+", "1 2", "Nope"}) {
    EXPECT_EQ(state<double>(word), CellState::kNotNumber) << word;
  }
}

TEST(NumberText, reads_integers_and_words_for_truth) {
  EXPECT_EQ(number<int64_t>("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(number<uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(number<int32_t>("3.0"), 3);
  EXPECT_EQ(number<int32_t>("1e3"), 1000);
  EXPECT_EQ(number<uint8_t>("True"), 1);
  EXPECT_EQ(number<double>("FALSE"), 0.0);
  EXPECT_EQ(state<int8_t>("128"), CellState::kOutOfRange);
  EXPECT_EQ(state<uint8_t>("-1"), CellState::kOutOfRange);
  EXPECT_EQ(state<int64_t>("1e300"), CellState::kOutOfRange);
  EXPECT_EQ(state<int64_t>("1.5"), CellState::kNotInteger);
  EXPECT_EQ(state<int64_t>("inf"), CellState::kNotInteger);
  EXPECT_EQ(state<int64_t>("x"), CellState::kNotNumber);
}

TEST(NumberText, reads_as_number_for_headers) {
  EXPECT_TRUE(reads_as_number("1e5"));
  EXPECT_TRUE(reads_as_number("NA"));
  EXPECT_FALSE(reads_as_number("age"));
  EXPECT_EQ(bool_word("maybe"), -1);
}

}  // namespace
}  // namespace tundish
