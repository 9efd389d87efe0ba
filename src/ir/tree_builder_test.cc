#include <gtest/gtest.h>

#include "ir/tree_ensemble.h"

namespace tundish {
namespace {

TEST(TreeBuilder, numbers_nodes_and_leaves_apart) {
  TreeBuilder builder({.feature_count = 1, .target_count = 2, .accumulate = DType::kFloat32});
  ASSERT_TRUE(builder.add_tree(std::vector<TreeNode>{{.leaf_row = 0}}, std::vector<double>{5, 6}));
  const std::vector<TreeNode> stump = {
      {.feature = 0, .threshold = 0.1, .mode = TreeMode::kLt, .true_child = 2, .false_child = 1},
      {.leaf_row = 1},
      {.leaf_row = 0}};
  ASSERT_TRUE(builder.add_tree(stump, std::vector<double>{1, 2, 3, 4}));
  builder.set_base(std::vector<double>{0.5, 0.5}, BaseOrder::kLast);
  const Result<TreeEnsemble> trees = std::move(builder).finish();
  ASSERT_TRUE(trees) << trees.error().to_string();
  EXPECT_EQ(trees->tree_roots.values<int32_t>()[0], ~0);
  EXPECT_EQ(trees->tree_roots.values<int32_t>()[1], 0);
  EXPECT_EQ(trees->node_true.values<int32_t>()[0], ~2);
  EXPECT_EQ(trees->node_false.values<int32_t>()[0], ~1);
  EXPECT_EQ(trees->node_threshold.values<double>()[0], 0.1);
  EXPECT_EQ(trees->node_mode.values<uint8_t>()[0], 1);
  EXPECT_EQ(trees->leaf_weight.values<float>()[4], 1.0f);  // leaf 2 has row 0
  EXPECT_EQ(trees->base.dtype(), DType::kFloat32);
}

TEST(TreeBuilder, refuses_at_once) {
  const TreeNode leaf = {.leaf_row = 0};
  const auto fault = [](std::vector<TreeNode> nodes, std::vector<double> weights) {
    TreeBuilder builder({.feature_count = 2});
    const Status status = builder.add_tree(nodes, weights);
    return status ? std::string("accepted") : status.error().to_string();
  };
  EXPECT_EQ(fault({}, {}), "tree 0: the tree has no node");
  EXPECT_EQ(fault({leaf}, {}), "tree 0: node 0: leaf row 0 outside [0, 0)");
  EXPECT_EQ(fault({leaf, leaf}, {1}), "tree 0: node 1 is not reached from the root");
  EXPECT_EQ(fault({{.feature = 2}, leaf, leaf}, {1}), "tree 0: node 0: feature 2 outside [0, 2)");
  EXPECT_EQ(fault({{.feature = 0, .true_child = 0, .false_child = 1}, leaf}, {1}),
            "tree 0: node 0: node 0 is reached twice");
  EXPECT_EQ(fault({{.feature = 0, .true_child = 3, .false_child = 1}, leaf}, {1}),
            "tree 0: node 0: child 3 outside [0, 2)");
}

TEST(TreeBuilder, kinds_of_leaves_do_not_mix) {
  const std::vector<TreeNode> leaf = {{.leaf_row = 0}};
  TreeBuilder builder({.feature_count = 2, .target_count = 1});
  ASSERT_TRUE(builder.add_tree(leaf, std::vector<double>{1}));
  EXPECT_FALSE(builder.add_tree(leaf, std::vector<double>{1}, 0));
  TreeBuilder other({.feature_count = 2, .target_count = 1});
  ASSERT_TRUE(other.add_tree(leaf, std::vector<double>{1}, 0));
  EXPECT_FALSE(other.add_tree(leaf, std::vector<double>{1}));
  EXPECT_FALSE(other.add_tree(leaf, std::vector<double>{1}, 1));
}

TEST(TreeBuilder, weights_must_fill_rows) {
  TreeBuilder builder({.feature_count = 2, .target_count = 2});
  EXPECT_EQ(builder.add_tree(std::vector<TreeNode>{{.leaf_row = 0}}, std::vector<double>{1, 2, 3})
                .error()
                .to_string(),
            "tree 0: 3 weights are no rows of 2");
  builder.set_base(std::vector<double>{1}, BaseOrder::kFirst);
  EXPECT_EQ(std::move(builder).finish().error().message(), "expected 2 base values, got 1");
}

TEST(TreeBuilder, no_trees_make_a_sum_only) {
  TreeBuilder sum({.feature_count = 2});
  EXPECT_TRUE(std::move(sum).finish());
  TreeBuilder average({.feature_count = 2});
  average.set_aggregate(Aggregate::kAverage);
  EXPECT_FALSE(std::move(average).finish());
}

// A chain of a million nodes: depth costs memory, never stack.
TEST(TreeBuilder, depth_is_no_limit) {
  const int64_t depth = 1'000'000;
  std::vector<TreeNode> nodes(2 * depth + 1, TreeNode{.leaf_row = 0});
  for (int64_t i = 0; i < depth; ++i) {
    nodes[2 * i] = {.feature = 0, .true_child = 2 * i + 1, .false_child = 2 * i + 2};
  }
  TreeBuilder builder({.feature_count = 1});
  ASSERT_TRUE(builder.add_tree(nodes, std::vector<double>{1}));
  EXPECT_TRUE(std::move(builder).finish());
}

}  // namespace
}  // namespace tundish
