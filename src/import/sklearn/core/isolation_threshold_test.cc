#include "import/sklearn/core/isolation_threshold.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tundish::sklearn {
namespace {

PathScale scale_of(double denominator) { return {PathScale::Form::kGuardedSum, 100, denominator}; }

// The labels of whatever power function answers within 1 ulp.
bool is_outlier(const IsolationLimit& limit, double depth) { return depth < limit.low; }

TEST(IsolationLimit, rows_on_the_limit_are_no_outliers_whatever_the_power_function) {
  // offset_ as another library's power, 1 ulp off in either direction, would have stored it.
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> ratio(0.2, 1.5);
  for (int i = 0; i < 2000; ++i) {
    const PathScale scale = scale_of(1 + static_cast<double>(random() % 1000) * 1.37);
    const double depth = ratio(random) * scale.denominator;
    for (const int direction : {-1, 0, 1}) {
      const double exact = scale.score(depth);
      const double offset = direction == 0 ? exact : std::nextafter(exact, direction * 2.0);
      const IsolationLimit limit = find_limit(scale, offset, 0, LimitOrigin::kTrainingScore);
      ASSERT_TRUE(limit.by_depth);
      EXPECT_LE(limit.low, depth) << "row on the limit lost";
      EXPECT_GE(limit.high, depth);
      EXPECT_LT(limit.high - limit.low, depth * 1e-13) << "band too wide";
      // Outside the band any power within 1 ulp agrees with ours.
      EXPECT_LT(scale.score(limit.low - (limit.high - limit.low)), std::nextafter(offset, -2.0));
      EXPECT_GT(scale.score(limit.high + (limit.high - limit.low)), std::nextafter(offset, 2.0));
    }
  }
}

TEST(IsolationLimit, fixed_limit_has_no_band_and_follows_the_power) {
  for (const double denominator : {1.0, 7.0, 1024.5, 1024.4883}) {
    const PathScale scale = scale_of(denominator);
    const IsolationLimit limit = find_limit(scale, -0.5, 0, LimitOrigin::kFixed);
    ASSERT_TRUE(limit.by_depth);
    EXPECT_EQ(limit.low, limit.high);
    double depth = denominator;
    for (int i = 0; i < 40; ++i) depth = std::nextafter(depth, 0);
    for (int i = 0; i < 80; ++i, depth = std::nextafter(depth, 1e9)) {
      EXPECT_EQ(is_outlier(limit, depth), scale.score(depth) + 0.5 < 0) << depth;
    }
    EXPECT_FALSE(is_outlier(limit, denominator));  // 2 ** -1 is exact: decision 0
  }
}

TEST(IsolationLimit, old_behaviour_compares_with_its_threshold) {
  const PathScale scale{PathScale::Form::kMean, 50, 6.5};
  const double depth = 210.25;
  const double threshold = scale.score(depth) + 0.5;
  const IsolationLimit limit = find_limit(scale, -0.5, threshold, LimitOrigin::kTrainingScore);
  ASSERT_TRUE(limit.by_depth);
  EXPECT_EQ(limit.decision, threshold);
  EXPECT_FALSE(is_outlier(limit, depth));
  EXPECT_TRUE(is_outlier(limit, depth - 1e-9));
}

TEST(IsolationLimit, leaves_the_decision_to_compare_where_depth_says_nothing) {
  EXPECT_FALSE(find_limit(scale_of(0), -0.5, 0, LimitOrigin::kFixed).by_depth);
  EXPECT_FALSE(find_limit(scale_of(-3), -0.5, 0, LimitOrigin::kFixed).by_depth);
  EXPECT_FALSE(find_limit(scale_of(9), 0.5, 0, LimitOrigin::kTrainingScore).by_depth);
  EXPECT_FALSE(find_limit(scale_of(9), -1.5, 0, LimitOrigin::kTrainingScore).by_depth);
}

TEST(IsolationLimit, a_limit_of_minus_one_keeps_rows_without_depth) {
  const IsolationLimit limit = find_limit(scale_of(9), -1, 0, LimitOrigin::kTrainingScore);
  ASSERT_TRUE(limit.by_depth);
  EXPECT_FALSE(is_outlier(limit, 0));
}

TEST(PathScale, keeps_the_order_of_operations_of_each_version) {
  EXPECT_EQ(scale_of(0).score(0), -0.5);
  EXPECT_TRUE(std::isnan(PathScale({PathScale::Form::kSum, 5, 0}).score(0)));
  EXPECT_EQ(PathScale({PathScale::Form::kMean, 3, 0.7}).score(2),
            -std::pow(2.0, -(2.0 / 3.0) / 0.7));
}

}  // namespace
}  // namespace tundish::sklearn
