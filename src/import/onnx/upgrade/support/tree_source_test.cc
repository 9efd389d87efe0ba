#include "import/onnx/upgrade/support/tree_source.h"

#include <gtest/gtest.h>

#include <limits>

namespace tundish {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

SourceTrees leaves(int64_t count, int64_t targets = 1) {
  SourceTrees trees;
  trees.target_count = targets;
  for (int64_t i = 0; i < count; ++i) {
    trees.leaf_begin.push_back(i);
    trees.entries.push_back({0, static_cast<double>(i + 1)});
  }
  trees.leaf_begin.push_back(count);
  return trees;
}
std::string error(const SourceTrees& trees, const Limits& limits = {}) {
  const auto tables = tables_of(trees, 4, limits);
  return tables.has_value() ? "" : tables.error().to_string();
}
template <class T> std::vector<T> elements(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

TEST(TreeSource, a_node_with_one_leaf_on_both_sides_is_that_leaf) {
  SourceTrees trees = leaves(2);
  trees.nodes = {{.true_child = ~1, .false_child = ~1}};
  trees.roots = {0};
  const auto tables = tables_of(trees, 4, {});
  ASSERT_TRUE(tables.has_value());
  EXPECT_EQ(tables->node_count(), 0);
  EXPECT_EQ(elements<float>(tables->leaf_weight), std::vector<float>{2});
}

TEST(TreeSource, shared_subtrees_are_copied_up_to_a_limit) {
  // Each node has the next one on both sides: 2^20 leaves.
  constexpr int64_t kDepth = 20;
  SourceTrees trees = leaves(2);
  for (int64_t i = 0; i < kDepth; ++i) {
    const bool is_last = i + 1 == kDepth;
    trees.nodes.push_back(
        {.true_child = is_last ? ~0 : i + 1, .false_child = is_last ? ~1 : i + 1});
  }
  trees.roots = {0};
  Limits limits;
  limits.max_shared_tree_nodes = 1000;
  EXPECT_NE(error(trees, limits).find("max_shared_tree_nodes"), std::string::npos);
  trees.roots = {kDepth - 3};
  const auto tables = tables_of(trees, 4, limits);
  ASSERT_TRUE(tables.has_value());
  EXPECT_EQ(tables->leaf_count(), 8);
}

TEST(TreeSource, sets_are_chains) {
  SourceTrees trees = leaves(2);
  trees.nodes = {
      {.feature = 2, .missing_true = true, .member_set = 0, .true_child = ~0, .false_child = ~1}};
  trees.member_sets = {{5, 7}};
  trees.roots = {0};
  const auto tables = tables_of(trees, 4, {});
  ASSERT_TRUE(tables.has_value());
  EXPECT_EQ(elements<double>(tables->node_threshold), (std::vector<double>{5, 7}));
  EXPECT_EQ(elements<uint8_t>(tables->node_mode), (std::vector<uint8_t>{4 | kMissingTrue, 4}));
  EXPECT_EQ(elements<int32_t>(tables->node_false)[0], 1);
  EXPECT_EQ(elements<float>(tables->leaf_weight), (std::vector<float>{1, 1, 2}));
}

TEST(TreeSource, the_empty_set_holds_nothing_but_missing_values) {
  SourceTrees trees = leaves(2);
  trees.nodes = {{.missing_true = true, .member_set = 0, .true_child = ~0, .false_child = ~1}};
  trees.member_sets = {{}};
  trees.roots = {0};
  const auto tables = tables_of(trees, 4, {});
  ASSERT_TRUE(tables.has_value());
  ASSERT_EQ(tables->node_count(), 1);
  EXPECT_TRUE(elements<double>(tables->node_threshold)[0] !=
              elements<double>(tables->node_threshold)[0]);
  EXPECT_EQ(elements<uint8_t>(tables->node_mode)[0], 4 | kMissingTrue);
}

TEST(TreeSource, refusals_name_tree_and_node) {
  SourceTrees trees = leaves(2);
  trees.nodes = {{.true_child = ~0, .false_child = ~1}, {.true_child = 1, .false_child = ~1}};
  trees.roots = {0, 1};
  EXPECT_EQ(error(trees), "tree 1: node 1 is its own descendant");
  trees.nodes[1].true_child = 2;
  EXPECT_EQ(error(trees), "tree 1: node 2 does not exist, there are 2");
  trees.nodes[1].true_child = ~2;
  EXPECT_EQ(error(trees), "tree 1: leaf 2 does not exist, there are 2");
  trees.nodes[1] = {.feature = -4, .true_child = ~0, .false_child = ~1};
  EXPECT_EQ(error(trees), "tree 1: node 1: feature -4");
  trees.nodes[1].feature = 4;
  EXPECT_NE(error(trees).find("feature 4"), std::string::npos) << error(trees);
  trees.target_count = 0;
  EXPECT_EQ(error(trees), "0 targets");
}

TEST(TreeSource, rows_of_weights_must_fit_into_memory) {
  SourceTrees trees = leaves(2, int64_t{1} << 40);
  trees.nodes = {{.true_child = ~0, .false_child = ~1}};
  trees.roots = {0};
  trees.entries[1].target = 1;
  EXPECT_NE(error(trees).find("--memory-limit"), std::string::npos) << error(trees);
}

TEST(TreeSource, which_targets_are_scored) {
  SourceTrees trees = leaves(3, 4);
  trees.entries = {{0, 1}, {1, 1}, {0, 1}, {2, 1}};
  trees.leaf_begin = {0, 2, 3, 4};  // leaf 0: targets 0 and 1; leaf 1: 0; leaf 2: 2
  trees.nodes = {{.true_child = ~0, .false_child = ~1}, {.true_child = ~2, .false_child = ~2}};
  trees.roots = {0, 1};
  const auto scored = scored_targets(trees);
  ASSERT_TRUE(scored.has_value());
  EXPECT_EQ(*scored, (std::vector<Scored>{Scored::kAlways, Scored::kSometimes, Scored::kAlways,
                                          Scored::kNever}));
}

TEST(TreeSource, a_threshold_that_is_no_number_stays) {
  SourceTrees trees = leaves(2);
  trees.nodes = {{.threshold = kNan, .true_child = ~0, .false_child = ~1}};
  trees.roots = {0};
  EXPECT_EQ(error(trees), "");
}

}  // namespace
}  // namespace tundish
