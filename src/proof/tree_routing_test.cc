#include "proof/tree_routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proof/test_graphs.h"

namespace tundish {
namespace {

using test_graphs::two_trees;
using ::testing::HasSubstr;

RoutingResult route(const TreeEnsemble& theirs, const TreeEnsemble& ours, DType dtype) {
  TestEvaluator evaluator;
  const Graph graph = test_graphs::bare(theirs);
  auto result = prove_routing(graph, theirs, nullptr, ours, dtype, evaluator);
  EXPECT_TRUE(result) << result.error().to_string();
  return result ? *result : RoutingResult();
}

TreeEnsemble with_thresholds(TreeEnsemble trees, Tensor thresholds) {
  trees.node_threshold = std::move(thresholds);
  return trees;
}

TEST(TreeRouting, a_float32_threshold_rounded_down_is_equivalent_for_float32_rows) {
  // 0.1 lies between two float32: any threshold in that gap answers alike
  const TreeEnsemble theirs = two_trees(0.1);
  const auto exact = theirs.node_threshold.values<double>();
  std::vector<float> down;
  std::vector<float> up;
  for (const double t : exact) {
    float low = static_cast<float>(t);
    if (low > t) low = std::nextafter(low, -1e9f);
    down.push_back(low);
    up.push_back(std::nextafter(low, 1e9f));
  }
  const auto rounded = Tensor::of(std::span<const float>(down));
  EXPECT_TRUE(route(theirs, with_thresholds(theirs, rounded), DType::kFloat32).equivalent);
  const auto wrong = Tensor::of(std::span<const float>(up));
  EXPECT_FALSE(route(theirs, with_thresholds(theirs, wrong), DType::kFloat32).equivalent);
}

TEST(TreeRouting, strictness_matters) {
  const TreeEnsemble theirs = two_trees();
  TreeEnsemble strict = theirs;
  std::vector<uint8_t> modes(3, static_cast<uint8_t>(TreeMode::kLt));
  strict.node_mode = Tensor::of(std::span<const uint8_t>(modes));
  EXPECT_FALSE(route(theirs, strict, DType::kFloat64).equivalent);
  // x < next(t) is x <= t
  std::vector<double> next;
  for (const double t : theirs.node_threshold.values<double>())
    next.push_back(std::nextafter(t, 9));
  strict.node_threshold = Tensor::of(std::span<const double>(next));
  EXPECT_TRUE(route(theirs, strict, DType::kFloat64).equivalent);
}

TEST(TreeRouting, missing_values_must_go_the_same_way) {
  const TreeEnsemble theirs = two_trees();
  TreeEnsemble other = theirs;
  std::vector<uint8_t> modes(3, kMissingTrue);
  other.node_mode = Tensor::of(std::span<const uint8_t>(modes));
  EXPECT_THAT(route(theirs, other, DType::kFloat64).why, HasSubstr("missing values"));
}

TEST(TreeRouting, infinite_thresholds_are_compared_at_the_ends) {
  const double inf = std::numeric_limits<double>::infinity();
  TreeEnsemble always = two_trees();
  const std::vector<double> top(3, inf);
  always.node_threshold = Tensor::of(std::span<const double>(top));
  TreeEnsemble largest = always;
  const std::vector<double> below(3, std::numeric_limits<double>::max());
  largest.node_threshold = Tensor::of(std::span<const double>(below));
  EXPECT_FALSE(route(always, largest, DType::kFloat64).equivalent);
  EXPECT_TRUE(route(always, always, DType::kFloat64).equivalent);
}

TEST(TreeRouting, counts_what_was_shown) {
  const RoutingResult result = route(two_trees(), two_trees(), DType::kFloat64);
  EXPECT_EQ(result.comparisons, 3);
  EXPECT_EQ(result.trees, 2);
  EXPECT_EQ(result.leaves, 5);
}

}  // namespace
}  // namespace tundish
