#include "api/value_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace tundish {
namespace {

using ::testing::HasSubstr;

FeatureContract contract_of(int64_t count) {
  FeatureContract contract;
  contract.present = true;
  contract.input_kind = "matrix";
  contract.count = count;
  contract.dtype = DType::kFloat64;
  contract.estimator = "IsolationForest";
  return contract;
}

std::string refusal(const FeatureContract& contract, std::array<double, 4> values) {
  const Status status = ValueGuard(contract).check(matrix_view(values.data(), 2, 2), contract);
  return status ? "" : status.error().to_string();
}

TEST(ValueGuard, names_row_and_column_of_nan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  FeatureContract contract = contract_of(2);
  EXPECT_THAT(refusal(contract, {0, 1, 2, nan}), HasSubstr("row 1, column 1 is NaN"));
  contract.names = {"a", "b"};
  EXPECT_THAT(refusal(contract, {0, 1, 2, nan}), HasSubstr("(\"b\")"));
  contract.accepts_nan = true;
  EXPECT_EQ(refusal(contract, {0, 1, 2, nan}), "");
}

TEST(ValueGuard, tells_infinity_from_overflow) {
  FeatureContract contract = contract_of(2);
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_THAT(refusal(contract, {0, -inf, 0, 0}), HasSubstr("-infinite"));
  EXPECT_THAT(refusal(contract, {1e39, 0, 0, 0}), HasSubstr("beyond the range of float32"));
  contract.accepts_float32_overflow = true;
  EXPECT_EQ(refusal(contract, {1e39, 0, 0, 0}), "");
  EXPECT_THAT(refusal(contract, {0, inf, 0, 0}), HasSubstr("infinite"));
}

TEST(ValueGuard, the_bound_is_where_rounding_reaches_infinity) {
  const FeatureContract contract = contract_of(2);
  const double below = std::nextafter(0x1.ffffffp127, 0.0);
  EXPECT_EQ(refusal(contract, {below, -below, 0, 0}), "");
  EXPECT_NE(refusal(contract, {0x1.ffffffp127, 0, 0, 0}), "");
}

TEST(ValueGuard, refuses_other_widths_and_no_rows) {
  const FeatureContract contract = contract_of(3);
  const std::array<double, 4> values{};
  const Status wrong = ValueGuard(contract).check(matrix_view(values.data(), 2, 2), contract);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("2 features, IsolationForest expects 3"));
  EXPECT_FALSE(ValueGuard(contract).check(matrix_view(values.data(), 0, 3), contract));
}

}  // namespace
}  // namespace tundish
