#include "ir/tree_ensemble.h"

#include <gtest/gtest.h>

#include "ir/patch.h"
#include "ir/test_ops.h"

namespace tundish {
namespace {

// Root compares feature 0, its true child feature 1; leaves 0, 1, 2.
std::vector<TreeNode> small_tree() {
  return {{.feature = 0, .threshold = 0.5, .true_child = 1, .false_child = 2},
          {.feature = 1, .threshold = 1.5, .missing_true = true, .true_child = 3, .false_child = 4},
          {.leaf_row = 2},
          {.leaf_row = 0},
          {.leaf_row = 1}};
}

TreeEnsemble small_ensemble() {
  TreeBuilder builder({.feature_count = 2});
  const std::vector<TreeNode> nodes = small_tree();
  EXPECT_TRUE(builder.add_tree(nodes, std::vector<double>{1, 2, 3}));
  return std::move(builder).finish().value();
}

template <class T> Tensor changed(const Tensor& tensor, size_t at, T value) {
  Tensor copy = Tensor::copy_of(tensor.view()).value();
  copy.mutable_values<T>()[at] = value;
  return copy;
}

TEST(TreeEnsemble, round_trip_through_a_node) {
  TreeEnsemble trees = small_ensemble();
  trees.aggregate = Aggregate::kAverage;
  trees.base = Tensor::of(std::span<const double>({0.25}));
  trees.base_order = BaseOrder::kLast;
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({Dim::symbol("N"), 2}));
  const Result<ValueId> y = add_tree_ensemble(builder, x, trees);
  ASSERT_TRUE(y) << y.error().to_string();
  ASSERT_TRUE(builder.output(*y, "y"));
  const Result<Graph> graph = std::move(builder).finish();
  ASSERT_TRUE(graph) << graph.error().to_string();
  const Result<TreeEnsemble> back = tree_ensemble_of(*graph, *graph->producer(*y));
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(back->feature_count, 2);
  EXPECT_EQ(back->aggregate, Aggregate::kAverage);
  EXPECT_EQ(back->base_order, BaseOrder::kLast);
  EXPECT_EQ(back->base.values<double>()[0], 0.25);
  EXPECT_EQ(back->leaf_weight.data(), trees.leaf_weight.data());  // shared, not copied
}

TEST(TreeEnsemble, every_damage_is_named) {
  const TreeEnsemble good = small_ensemble();
  ASSERT_TRUE(validate(good));
  const auto fault = [&](auto change) {
    TreeEnsemble trees = good;
    change(trees);
    const Status status = validate(trees);
    return status ? std::string("accepted") : status.error().to_string();
  };
  EXPECT_EQ(fault([](auto& t) { t.node_true = changed<int32_t>(t.node_true, 1, 0); }),
            "tree 0: node 1: node 0 is reached twice");
  EXPECT_EQ(fault([](auto& t) { t.node_true = changed<int32_t>(t.node_true, 1, 9); }),
            "tree 0: node 1: node 9 does not exist, there are 2");
  EXPECT_EQ(fault([](auto& t) { t.node_true = changed<int32_t>(t.node_true, 1, -9); }),
            "tree 0: node 1: leaf 8 does not exist, there are 3");
  EXPECT_EQ(fault([](auto& t) { t.node_false = changed<int32_t>(t.node_false, 0, ~2); }),
            "tree 0: node 1: leaf 2 is reached twice");
  EXPECT_EQ(fault([](auto& t) { t.node_feature = changed<int32_t>(t.node_feature, 0, 2); }),
            "tree 0: node 0: feature 2 outside [0, 2)");
  EXPECT_EQ(fault([](auto& t) { t.node_mode = changed<uint8_t>(t.node_mode, 0, 6); }),
            "tree 0: node 0: unknown mode 6");
  EXPECT_EQ(fault([](auto& t) { t.tree_roots = changed<int32_t>(t.tree_roots, 0, 1); }),
            "node 0 is in no tree");
  EXPECT_EQ(fault([](auto& t) { t.tree_roots = changed<int32_t>(t.tree_roots, 0, INT32_MIN); }),
            "tree 0: leaf 2147483647 does not exist, there are 3");
  EXPECT_EQ(fault([](auto& t) { t.node_mode = t.node_feature; }),
            "node_mode: expected uint8[2], got int32[2]");
  EXPECT_EQ(fault([](auto& t) { t.leaf_weight = Tensor::scalar(1.0); }),
            "tree_roots and node_feature need one dimension, leaf_weight one or two");
  EXPECT_EQ(fault([](auto& t) { t.target_count = 2; }),
            "leaf_weight: expected float64[leaves, 2], got float64[3, 1]");
  EXPECT_EQ(fault([](auto& t) { t.base = Tensor::scalar(1.0); }),
            "base: expected float64[1], got float64[]");
}

TEST(TreeEnsemble, targets_are_checked) {
  TreeBuilder builder({.feature_count = 2, .target_count = 2});
  ASSERT_TRUE(builder.add_tree(small_tree(), std::vector<double>{1, 2, 3}, 1));
  TreeEnsemble trees = std::move(builder).finish().value();
  EXPECT_EQ(trees.leaf_weight.shape(), (Shape{3}));
  trees.leaf_target = changed<int32_t>(trees.leaf_target, 0, 2);
  EXPECT_EQ(validate(trees).error().message(), "leaf_target 2 outside [0, 2)");
}

TEST(TreeEnsemble, tables_must_be_constants) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({1, 2}));
  const ValueId roots = *builder.input("roots", ValueType::tensor(DType::kInt32, {}));
  const ValueId c = builder.constant(Tensor::of(std::span<const double>({1.0})));
  const auto y = *builder.add(
      {.op = "TreeEnsemble", .domain = "tundish", .inputs = {x, roots, c, c, c, c, c, c}});
  ASSERT_TRUE(builder.output(y[0], "y"));
  EXPECT_NE(std::move(builder).finish().error().to_string().find(
                "input 1 (tree_roots) is not a constant"),
            std::string::npos);
}

}  // namespace
}  // namespace tundish
