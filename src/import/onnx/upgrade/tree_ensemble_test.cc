#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "import/onnx/test_ops.h"
#include "import/onnx/upgrade/support/test_trees.h"
#include "ir/tree_ensemble.h"
#include "tensor/half.h"

namespace tundish {
namespace {

using namespace test_models;

const ValueType kRows = floats({Dim::symbol("N"), 2});

const std::string kOp = "TreeEnsemble";

OneNode node(Attributes attributes, ValueType rows = kRows) {
  return {
      .op = kOp, .inputs = {std::move(rows)}, .attributes = std::move(attributes), .ml_opset = 5};
}
std::string error(const Attributes& changes, const ValueType& rows = kRows) {
  const std::string text = refusal(node(with(tree_ensemble<float>(), changes), rows), lift_ops());
  const std::string place = "node 0 \"n0\" (TreeEnsemble): ";
  EXPECT_TRUE(text.starts_with(place)) << text;
  return text.starts_with(place) ? text.substr(place.size()) : text;
}
TreeEnsemble tables(const Attributes& attributes, const ValueType& rows = kRows) {
  const Result<Graph> graph = read_one(node(attributes, rows), lift_ops());
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  if (!graph.has_value()) return {};
  for (const NodeId id : graph->order()) {
    if (graph->node(id).domain != kDomainTundish) continue;
    auto read = tree_ensemble_of(*graph, graph->node(id));
    EXPECT_TRUE(read.has_value()) << read.error().to_string();
    return std::move(*read);
  }
  return {};
}
template <class T> std::vector<T> elements(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

TEST(LiftTreeEnsemble, inner_nodes_and_leaves) {
  const TreeEnsemble trees = tables(tree_ensemble<float>());
  EXPECT_EQ(elements<int32_t>(trees.tree_roots), (std::vector<int32_t>{0, ~3}));
  EXPECT_EQ(elements<int32_t>(trees.node_feature), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(elements<double>(trees.node_threshold), (std::vector<double>{0.5, 2}));
  EXPECT_EQ(elements<uint8_t>(trees.node_mode), (std::vector<uint8_t>{kMissingTrue, 1}));
  EXPECT_EQ(elements<int32_t>(trees.node_true), (std::vector<int32_t>{~0, ~1}));
  EXPECT_EQ(elements<int32_t>(trees.node_false), (std::vector<int32_t>{1, ~2}));
  EXPECT_EQ(elements<float>(trees.leaf_weight), (Floats{10, 20, 30, 100}));
  EXPECT_EQ(trees.accumulate, DType::kFloat32);
  const TreeEnsemble precise = tables(tree_ensemble<double>(), doubles({Dim::symbol("N"), 2}));
  EXPECT_EQ(precise.accumulate, DType::kFloat64);
}

TEST(LiftTreeEnsemble, halves_are_computed_as_float32) {
  const auto half = [](float value) { return Float16(value); };
  const Attributes attributes =
      with(tree_ensemble<float>(),
           {{"nodes_splits", list_tensor<Float16>({half(0.5F), half(2), half(0)})},
            {"leaf_weights", list_tensor<Float16>({half(10), half(20), half(30), half(100)})}});
  const ValueType rows = type_of(DType::kFloat16, {Dim::symbol("N"), 2});
  const TreeEnsemble trees = tables(attributes, rows);
  EXPECT_EQ(elements<double>(trees.node_threshold), (std::vector<double>{0.5, 2}));
  EXPECT_EQ(elements<float>(trees.leaf_weight), (Floats{10, 20, 30, 100}));
  const Result<Graph> graph = read_one(node(attributes, rows), lift_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(graph->value(graph->outputs()[0]).type.dtype, DType::kFloat16);
}

TEST(LiftTreeEnsemble, aggregates) {
  const Aggregate wanted[] = {Aggregate::kAverage, Aggregate::kSum, Aggregate::kMin,
                              Aggregate::kMax};
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(tables(with(tree_ensemble<float>(), {{"aggregate_function", i}})).aggregate,
              wanted[i]);
  }
}

TEST(LiftTreeEnsemble, single_leaves_at_the_front_are_a_base) {
  const Attributes front = with(tree_ensemble<float>(), {{"tree_roots", Ints{2, 0}}});
  const TreeEnsemble trees = tables(front);
  EXPECT_EQ(trees.tree_count(), 1);
  EXPECT_EQ(elements<float>(trees.base), Floats{100});
  EXPECT_EQ(trees.base_order, BaseOrder::kFirst);
  // An average is not a sum, and 0.0 + -0.0 is not -0.0.
  EXPECT_FALSE(tables(with(front, {{"aggregate_function", int64_t{0}}})).base.defined());
  const Tensor negative_zero = list_tensor<float>({10, 20, 30, -0.0F});
  EXPECT_FALSE(tables(with(front, {{"leaf_weights", negative_zero}})).base.defined());
}

TEST(LiftTreeEnsemble, sets_become_chains_of_equalities) {
  const TreeEnsemble trees = tables(
      with(tree_ensemble<float>(), {{"nodes_modes", list_tensor<uint8_t>({6, 1, 0})},
                                    {"membership_values", list_tensor<float>({3, 4, NAN})}}));
  ASSERT_EQ(trees.node_count(), 3);
  const auto modes = elements<uint8_t>(trees.node_mode);
  EXPECT_EQ(modes[0], static_cast<uint8_t>(TreeMode::kEq) | kMissingTrue);
  const auto splits = elements<double>(trees.node_threshold);
  EXPECT_EQ(splits[0], 3);
  EXPECT_NE(std::find(splits.begin(), splits.end(), 4), splits.end());
}

TEST(LiftTreeEnsemble, shared_subtrees_are_copied) {
  // Both children of the root are node 1: three inner nodes in all.
  const TreeEnsemble trees =
      tables(with(tree_ensemble<float>(), {{"tree_roots", Ints{0}},
                                           {"nodes_truenodeids", Ints{1, 1, 3}},
                                           {"nodes_trueleafs", Ints{0, 1, 1}}}));
  EXPECT_EQ(trees.node_count(), 3);
  EXPECT_EQ(trees.leaf_count(), 4);
}

TEST(LiftTreeEnsemble, refuses_what_is_missing) {
  for (const char* name : {"n_targets", "tree_roots", "nodes_featureids", "nodes_splits",
                           "nodes_modes", "leaf_targetids", "leaf_weights"}) {
    const std::string text = error({{name, Tensor()}});
    EXPECT_NE(text.find(std::string("attribute \"") + name + "\""), std::string::npos) << text;
  }
  for (const char* name :
       {"nodes_truenodeids", "nodes_trueleafs", "nodes_falsenodeids", "nodes_falseleafs"}) {
    EXPECT_EQ(error({{name, Tensor()}}),
              std::string("attribute \"") + name + "\" has 0 entries, nodes_featureids has 3");
  }
}

TEST(LiftTreeEnsemble, refuses_lists_of_other_lengths_and_kinds) {
  EXPECT_EQ(error({{"nodes_missing_value_tracks_true", Ints{1}}}),
            "attribute \"nodes_missing_value_tracks_true\" has 1 entries, nodes_featureids has 3");
  EXPECT_EQ(error({{"nodes_splits", list_tensor<float>({1})}}),
            "nodes_splits has 1 entries, nodes_modes 3, nodes_featureids 3");
  EXPECT_EQ(error({{"nodes_modes", list_tensor<uint8_t>({0})}}),
            "nodes_splits has 3 entries, nodes_modes 1, nodes_featureids 3");
  EXPECT_EQ(error({{"leaf_targetids", Ints{0}}}), "leaf_targetids has 1 entries, leaf_weights 4");
  EXPECT_EQ(error({{"nodes_splits", list_tensor<double>({1, 2, 3})}}),
            "attribute \"nodes_splits\": expected float32 of rank 1, got float64[3]");
  EXPECT_EQ(error({{"leaf_weights", tensor_of<float>({1, 2, 3, 4}, Shape{2, 2})}}),
            "attribute \"leaf_weights\": expected float32 of rank 1, got float32[2, 2]");
  EXPECT_EQ(error({{"nodes_modes", list_tensor<int8_t>({0, 0, 0})}}),
            "attribute \"nodes_modes\": expected uint8 of rank 1");
  for (const auto& [name, value] : tree_ensemble<float>()) {
    const std::string text = error({{name, Attribute(1.0F)}});
    EXPECT_NE(text.find("attribute \"" + name + "\""), std::string::npos) << text;
  }
}

TEST(LiftTreeEnsemble, refuses_numbers_out_of_range) {
  EXPECT_EQ(error({{"nodes_modes", list_tensor<uint8_t>({0, 7, 0})}}),
            "attribute \"nodes_modes\": node 1 has mode 7");
  EXPECT_EQ(error({{"nodes_truenodeids", Ints{0, -1, 3}}}),
            "attribute \"nodes_truenodeids\": node 1 has a negative child");
  EXPECT_EQ(error({{"nodes_falsenodeids", Ints{-5, 1, 3}}}),
            "attribute \"nodes_falsenodeids\": node 0 has a negative child");
  EXPECT_EQ(error({{"nodes_falsenodeids", Ints{3, 2, 3}}}),
            "tree 0: node 3 does not exist, there are 3");
  EXPECT_EQ(error({{"nodes_truenodeids", Ints{9, 1, 3}}}),
            "tree 0: leaf 9 does not exist, there are 4");
  EXPECT_EQ(error({{"tree_roots", Ints{0, 5}}}), "tree 1: node 5 does not exist, there are 3");
  EXPECT_EQ(error({{"tree_roots", Ints{0, -1}}}), "attribute \"tree_roots\": negative root -1");
  EXPECT_EQ(error({{"nodes_featureids", Ints{0, -1, 0}}}), "tree 0: node 1: feature -1");
  EXPECT_NE(error({{"nodes_featureids", Ints{0, 2, 0}}}).find("feature 2"), std::string::npos);
  EXPECT_EQ(error({{"leaf_targetids", Ints{0, 0, 1, 0}}}), "leaf 2: target 1 outside [0, 1)");
  EXPECT_EQ(error({{"aggregate_function", int64_t{4}}}),
            "attribute \"aggregate_function\": unknown value 4");
  EXPECT_EQ(error({{"post_transform", int64_t{5}}}),
            "attribute \"post_transform\": unknown value 5");
}

TEST(LiftTreeEnsemble, refuses_cycles) {
  EXPECT_EQ(error({{"nodes_falsenodeids", Ints{0, 2, 3}}}), "tree 0: node 0 is its own descendant");
  EXPECT_EQ(error({{"nodes_falsenodeids", Ints{1, 0, 3}}, {"nodes_falseleafs", Ints{0, 0, 1}}}),
            "tree 0: node 0 is its own descendant");
}

TEST(LiftTreeEnsemble, refuses_sets_that_do_not_match_the_nodes) {
  const Tensor member = list_tensor<uint8_t>({6, 1, 0});
  EXPECT_EQ(error({{"nodes_modes", member}}),
            "membership_values has fewer sets than there are MEMBER nodes");
  EXPECT_EQ(
      error({{"nodes_modes", member}, {"membership_values", list_tensor<float>({1, NAN, 2})}}),
      "membership_values has more sets than there are MEMBER nodes");
  EXPECT_EQ(error({{"membership_values", list_tensor<float>({1})}}),
            "membership_values has more sets than there are MEMBER nodes");
}

TEST(LiftTreeEnsemble, refuses_the_wrong_rows_and_versions) {
  EXPECT_EQ(error({}, type_of(DType::kInt64, {Dim::symbol("N"), 2})), "TreeEnsemble on int64");
  EXPECT_EQ(error({}, floats({Dim::symbol("N"), 2, 2})),
            "X of rank 3; only [rows, columns] is read");
  OneNode early = node(tree_ensemble<float>());
  early.ml_opset = 3;
  EXPECT_EQ(
      refusal(early, lift_ops()),
      "node 0 \"n0\" (TreeEnsemble): operator TreeEnsemble exists from opset 5 on, the file is "
      "of opset 3");
  EXPECT_EQ(error({{"leaf_weight", list_tensor<float>({1})}}),
            "attribute \"leaf_weight\" does not exist in TreeEnsemble");
}

}  // namespace
}  // namespace tundish
