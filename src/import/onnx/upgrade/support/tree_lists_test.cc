#include <gtest/gtest.h>

#include "import/onnx/test_ops.h"
#include "import/onnx/upgrade/support/test_trees.h"
#include "ir/tree_ensemble.h"

namespace tundish {
namespace {

using namespace test_models;

const ValueType kRows = floats({Dim::symbol("N"), 2});

std::string error(const Attributes& changes, const ValueType& rows = kRows) {
  const std::string text = refusal({.op = "TreeEnsembleRegressor",
                                    .inputs = {rows},
                                    .attributes = with(regressor(), changes),
                                    .ml_opset = 3},
                                   lift_ops());
  const std::string place = "node 0 \"n0\" (TreeEnsembleRegressor): ";
  EXPECT_TRUE(text.starts_with(place)) << text;
  return text.starts_with(place) ? text.substr(place.size()) : text;
}

TEST(TreeLists, lists_of_different_lengths_are_named) {
  for (const char* name : {"nodes_nodeids", "nodes_featureids", "nodes_truenodeids",
                           "nodes_falsenodeids", "nodes_missing_value_tracks_true"}) {
    EXPECT_EQ(error({{name, Ints{1, 2}}}),
              std::string("attribute \"") + name +
                  "\" has 2 entries, expected 6 as the list it belongs "
                  "to");
  }
  EXPECT_EQ(error({{"nodes_modes", Strings{"LEAF"}}}),
            "nodes_modes has 1 entries, nodes_values 6, nodes_treeids 6");
  EXPECT_EQ(error({{"nodes_values", Floats{1}}}),
            "nodes_modes has 6 entries, nodes_values 1, nodes_treeids 6");
  for (const char* name : {"target_nodeids", "target_ids"}) {
    EXPECT_EQ(error({{name, Ints{1, 2, 3}}}), std::string("attribute \"") + name +
                                                  "\" has 3 entries, expected 4 as the list it "
                                                  "belongs to");
  }
  EXPECT_EQ(error({{"target_weights", Floats{1}}}),
            "target_weights has 1 entries, target_treeids 4");
}

TEST(TreeLists, what_is_missing_is_said) {
  EXPECT_EQ(error({{"nodes_treeids", Tensor()}}), "no nodes are listed");
  EXPECT_EQ(error({{"nodes_nodeids", Tensor()}}),
            "attribute \"nodes_nodeids\" has 0 entries, expected 6 as the list it belongs to");
  EXPECT_EQ(error({{"target_treeids", Ints{}},
                   {"target_nodeids", Ints{}},
                   {"target_ids", Ints{}},
                   {"target_weights", Floats{}}}),
            "no leaf has a weight");
}

TEST(TreeLists, missing_value_tracks_may_be_left_out) {
  EXPECT_TRUE(read_one({.op = "TreeEnsembleRegressor",
                        .inputs = {kRows},
                        .attributes = without(regressor(), "nodes_missing_value_tracks_true"),
                        .ml_opset = 1},
                       lift_ops())
                  .has_value());
}

TEST(TreeLists, kinds_are_checked) {
  for (const auto& [name, value] : regressor()) {
    const std::string text = error({{name, Attribute(1.0F)}});
    EXPECT_NE(text.find("attribute \"" + name + "\""), std::string::npos) << text;
  }
}

TEST(TreeLists, nodes_that_are_not_listed_or_twice) {
  EXPECT_EQ(error({{"nodes_truenodeids", Ints{20, 70, 0, 0, 0, 0}}}),
            "tree 4, node 30: tree 4 has no node 70");
  EXPECT_EQ(error({{"nodes_falsenodeids", Ints{-1, 8, 0, 0, 0, 0}}}),
            "tree 4, node 10: tree 4 has no node -1");
  EXPECT_EQ(error({{"nodes_nodeids", Ints{10, 30, 20, 7, 7, 0}}}), "tree 4 lists node 7 twice");
  EXPECT_EQ(error({{"target_nodeids", Ints{8, 7, 21, 0}}}), "tree 4 has no node 21");
  EXPECT_EQ(error({{"target_treeids", Ints{4, 4, 4, 9}}}), "tree 9 has no node 0");
}

TEST(TreeLists, modes_are_checked) {
  EXPECT_EQ(
      error({{"nodes_modes", Strings{"BRANCH_LEQ", "BRANCH_XOR", "LEAF", "LEAF", "LEAF", "LEAF"}}}),
      "tree 4, node 30: attribute \"nodes_modes\": unknown mode \"BRANCH_XOR\"");
}

TEST(TreeLists, a_tree_that_bites_its_tail) {
  EXPECT_EQ(error({{"nodes_truenodeids", Ints{20, 10, 0, 0, 0, 0}}}),
            "tree 0: node 0 is its own descendant");
  EXPECT_EQ(error({{"nodes_truenodeids", Ints{20, 30, 0, 0, 0, 0}}}),
            "tree 0: node 1 is its own descendant");
}

TEST(TreeLists, targets_out_of_range_and_doubled) {
  EXPECT_EQ(error({{"target_ids", Ints{0, 0, 1, 0}}}), "leaf 0: target 1 outside [0, 1)");
  EXPECT_EQ(error({{"target_ids", Ints{0, -1, 0, 0}}}), "leaf 1: target -1 outside [0, 1)");
  EXPECT_EQ(error({{"target_nodeids", Ints{8, 8, 20, 0}}}), "leaf 2 has two weights for target 0");
}

TEST(TreeLists, numbers_as_tensors) {
  EXPECT_EQ(error({{"nodes_values_as_tensor", list_tensor<float>({1})}}),
            "both \"nodes_values\" and \"nodes_values_as_tensor\" are given");
  EXPECT_EQ(error({{"base_values_as_tensor", list_tensor<double>({1})}}),
            "attribute \"base_values_as_tensor\" in float64 with X in float32");
  EXPECT_EQ(error({{"base_values_as_tensor", list_tensor<int64_t>({1})}}),
            "attribute \"base_values_as_tensor\" of int64");
  EXPECT_TRUE(read_one({.op = "TreeEnsembleRegressor",
                        .inputs = {kRows},
                        .attributes =
                            with(regressor(), {{"base_values_as_tensor", list_tensor<float>({1})}}),
                        .ml_opset = 3},
                       lift_ops())
                  .has_value());
}

// Weights of nodes that are not leaves count for nothing.
TEST(TreeLists, weights_of_inner_nodes_are_passed_over) {
  const OneNode plain = {
      .op = "TreeEnsembleRegressor", .inputs = {kRows}, .attributes = regressor(), .ml_opset = 3};
  OneNode more = plain;
  more.attributes = with(regressor(), {{"target_treeids", Ints{4, 4, 4, 4, 1}},
                                       {"target_nodeids", Ints{10, 8, 7, 20, 0}},
                                       {"target_ids", Ints{0, 0, 0, 0, 0}},
                                       {"target_weights", Floats{-9, 30, 20, 10, 100}}});
  EXPECT_EQ(text_of(read_one(more, lift_ops())), text_of(read_one(plain, lift_ops())));
}

}  // namespace
}  // namespace tundish
