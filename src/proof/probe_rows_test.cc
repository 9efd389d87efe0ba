#include "proof/probe_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "proof/test_graphs.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

ProbeSpace small_space() {
  ProbeSpace space;
  space.feature_count = 2;
  space.boundaries = {{0.25, 1.5}, {-3}};
  return space;
}

std::set<double> column(const ProbeRows& probes, size_t feature) {
  std::set<double> values;
  const Tensor rows = probes.rows(0, probes.count()).value();
  for (size_t i = feature; i < rows.values<double>().size(); i += 2) {
    values.insert(rows.values<double>()[i]);
  }
  return values;
}

TEST(ProbeRows, hold_each_threshold_and_its_neighbours) {
  const ProbeRows probes(small_space(), 0);
  EXPECT_TRUE(probes.covers_all_boundaries());
  EXPECT_EQ(probes.boundary_count(), 3u);
  const std::set<double> first = column(probes, 0);
  for (const double t : {0.25, 1.5}) {
    EXPECT_TRUE(first.contains(t));
    EXPECT_TRUE(first.contains(std::nextafter(t, 9)));
    EXPECT_TRUE(first.contains(std::nextafter(t, -9)));
  }
  EXPECT_TRUE(column(probes, 1).contains(-3));
}

TEST(ProbeRows, hold_only_what_the_original_takes) {
  ProbeSpace space = small_space();
  space.beyond_float32 = false;
  const ProbeRows probes(space, 0);
  const Tensor rows = probes.rows(0, probes.count()).value();
  for (const double value : rows.values<double>()) {
    EXPECT_TRUE(std::isfinite(static_cast<float>(value))) << value;
  }
  space.nan = space.infinity = true;
  const ProbeRows wide(space, 0);
  const Tensor more = wide.rows(0, wide.count()).value();
  EXPECT_TRUE(std::ranges::any_of(more.values<double>(), [](double v) { return std::isnan(v); }));
  EXPECT_TRUE(std::ranges::any_of(more.values<double>(), [](double v) { return std::isinf(v); }));
}

TEST(ProbeRows, keep_to_the_limit_and_are_the_same_each_time) {
  const ProbeRows probes(small_space(), 50);
  EXPECT_EQ(probes.count(), 50u);
  const Tensor a = probes.rows(0, 50).value();
  const Tensor b = ProbeRows(small_space(), 50).rows(0, 50).value();
  EXPECT_TRUE(std::ranges::equal(a.values<double>(), b.values<double>()));
  const Tensor part = probes.rows(20, 5).value();
  EXPECT_EQ(part.values<double>()[0], a.values<double>()[40]);
}

TEST(ProbeRows, say_where_they_come_from) {
  const ProbeRows probes(small_space(), 0);
  std::set<std::string> origins;
  for (uint64_t row = 0; row < probes.count(); ++row)
    origins.insert(probes.origin(row, {"a", "b"}));
  EXPECT_TRUE(origins.contains("generated: feature \"a\" at threshold 0.25 + 1 ulp"));
  EXPECT_TRUE(origins.contains("generated: feature \"b\" at threshold -3"));
  EXPECT_TRUE(origins.contains("generated: every feature -0"));
}

TEST(ProbeRows, boundaries_come_from_trees_on_the_input) {
  FeatureContract contract;
  contract.accepts_nan = true;
  const auto space = probe_space(test_graphs::bare(test_graphs::two_trees()), contract);
  ASSERT_TRUE(space) << space.error().to_string();
  EXPECT_EQ(space->boundaries[0], (std::vector<double>{0.5}));
  EXPECT_EQ(space->boundaries[1], (std::vector<double>{-1.25, 3}));
  EXPECT_TRUE(space->nan);
  const auto scaled = probe_space(test_graphs::scaled(test_graphs::two_trees()), contract);
  ASSERT_TRUE(scaled);
  EXPECT_TRUE(scaled->boundaries[0].empty());
}

}  // namespace
}  // namespace tundish
