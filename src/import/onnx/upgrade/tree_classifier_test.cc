#include <gtest/gtest.h>

#include "import/onnx/test_ops.h"
#include "import/onnx/upgrade/support/test_trees.h"
#include "ir/tree_ensemble.h"

namespace tundish {
namespace {

using namespace test_models;

const ValueType kRows = floats({Dim::symbol("N"), 2});

OneNode node(Attributes attributes, ValueType rows = kRows) {
  return {.op = "TreeEnsembleClassifier",
          .inputs = {std::move(rows)},
          .attributes = std::move(attributes),
          .output_count = 2,
          .ml_opset = 3};
}
std::string error(const Attributes& changes, const ValueType& rows = kRows) {
  const std::string text = refusal(node(with(classifier(), changes), rows), lift_ops());
  const std::string place = "node 0 \"n0\" (TreeEnsembleClassifier): ";
  EXPECT_TRUE(text.starts_with(place)) << text;
  return text.starts_with(place) ? text.substr(place.size()) : text;
}
/// Operators of the graph in order, "op op op".
std::string operators(const Attributes& attributes, const ValueType& rows = kRows) {
  const Result<Graph> graph = read_one(node(attributes, rows), lift_ops());
  if (!graph.has_value()) return graph.error().to_string();
  std::string list;
  for (const NodeId id : graph->order()) {
    list += (list.empty() ? "" : " ") + graph->node(id).op;
  }
  return list;
}
/// Two labels, weights for one class alone.
Attributes one_column(int64_t column) {
  return with(node_lists(), {{"class_treeids", Ints{4, 4, 4, 1}},
                             {"class_nodeids", Ints{20, 7, 8, 0}},
                             {"class_ids", Ints(4, column)},
                             {"class_weights", Floats{0.25F, 0.5F, 0.75F, 0}},
                             {"classlabels_strings", Strings{"no", "yes"}}});
}

TEST(LiftTreeClassifier, the_largest_of_three_or_more_columns) {
  EXPECT_EQ(operators(classifier()), "TreeEnsemble ArgMax Gather");
  const Attributes base = with(classifier(), {{"base_values", Floats{0.1F, 0.2F, 0.3F}}});
  const Result<Graph> graph = read_one(node(base), lift_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const auto trees = tree_ensemble_of(*graph, graph->node(graph->order()[0]));
  ASSERT_TRUE(trees.has_value());
  EXPECT_EQ(trees->base_order, BaseOrder::kLast);
  EXPECT_EQ(trees->base.values<float>()[2], 0.3F);
  EXPECT_EQ(trees->target_count, 3);
  EXPECT_EQ(graph->value(graph->outputs()[0]).type.dtype, DType::kInt64);
  EXPECT_EQ(graph->value(graph->outputs()[1]).type.dtype, DType::kFloat32);
}

TEST(LiftTreeClassifier, classes_that_nothing_scores_are_not_candidates) {
  const Attributes four = with(classifier(), {{"classlabels_int64s", Ints{10, 11, 12, 13}}});
  EXPECT_EQ(operators(four), "TreeEnsemble Gather ArgMax Gather Gather");
}

TEST(LiftTreeClassifier, two_labels_from_one_column) {
  EXPECT_EQ(operators(one_column(0)), "TreeEnsemble Greater Cast Squeeze Gather Sub Concat");
  EXPECT_EQ(operators(one_column(1)), "TreeEnsemble Greater Cast Squeeze Gather Mul Concat");
  const Attributes negative =
      with(one_column(0), {{"class_weights", Floats{-0.25F, 0.5F, 0.75F, 0}}});
  EXPECT_EQ(operators(negative), "TreeEnsemble Greater Cast Squeeze Gather Neg Concat");
  // The bound is 0.5 where no weight is negative.
  EXPECT_NE(text_of(read_one(node(one_column(0)), lift_ops())).find("float32[1] = [0.5]"),
            std::string::npos);
  EXPECT_EQ(text_of(read_one(node(negative), lift_ops())).find("float32[1] = [0.5]"),
            std::string::npos);
}

TEST(LiftTreeClassifier, an_output_that_nobody_names_is_left_out) {
  OneNode label_only = node(classifier());
  label_only.output_count = 1;
  const Result<Graph> graph = read_one(label_only, lift_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(graph->outputs().size(), 1u);
  OneNode three = node(classifier());
  three.output_count = 3;
  EXPECT_EQ(refusal(three, lift_ops()),
            "node 0 \"n0\" (TreeEnsembleClassifier): more than two outputs");
}

TEST(LiftTreeClassifier, refuses_labels_that_do_not_fit) {
  EXPECT_EQ(error({{"classlabels_int64s", Tensor()}}),
            "expected classlabels_int64s or classlabels_strings, one of them");
  EXPECT_EQ(error({{"classlabels_strings", Strings{"a", "b", "c"}}}),
            "expected classlabels_int64s or classlabels_strings, one of them");
  EXPECT_EQ(error({{"classlabels_int64s", Ints{1}}}), "a classifier with one label");
  EXPECT_NE(error({{"classlabels_int64s", Ints{1, 2}}}).find("two labels with a column of scores"),
            std::string::npos);
  EXPECT_NE(error({{"class_ids", Ints{0, 1, 2, 0, 3, 1, 0}}}).find("target 3 outside [0, 3)"),
            std::string::npos);
  EXPECT_NE(error({{"classlabels_int64s", 1.0F}}).find("attribute \"classlabels_int64s\""),
            std::string::npos);
}

TEST(LiftTreeClassifier, refuses_what_readers_disagree_on) {
  EXPECT_EQ(error({{"class_treeids", Ints{4, 4, 4, 1}},
                   {"class_nodeids", Ints{20, 7, 8, 0}},
                   {"class_ids", Ints{0, 1, 2, 2}},
                   {"class_weights", Floats{1, 1, 1, 1}}}),
            "class 0 has a score for some rows only");
  EXPECT_EQ(error({{"base_values", Floats{1}}}), "1 base_values for 3 classes");
  const auto one = [](int64_t column, const Attributes& changes) {
    return refusal(node(with(one_column(column), changes)), lift_ops());
  };
  const std::string place = "node 0 \"n0\" (TreeEnsembleClassifier): ";
  EXPECT_EQ(one(1, {{"base_values", Floats{1}}}),
            place + "base_values for a classifier with weights for class 1 alone");
  EXPECT_EQ(one(0, {{"base_values", Floats{1, 2}}}),
            place + "two base_values for one column of scores");
  EXPECT_EQ(one(0, {{"post_transform", "PROBIT"}}),
            place + "PROBIT on one column of scores for two labels");
  EXPECT_EQ(one(2, {}), place + "class 2 of two");
  EXPECT_EQ(error({{"post_transform", "SOFTMAX"}}, doubles({Dim::symbol("N"), 2})),
            "SOFTMAX of sums in float64");
}

TEST(LiftTreeClassifier, refuses_unknown_attributes_and_lists) {
  EXPECT_EQ(error({{"n_targets", int64_t{3}}}),
            "attribute \"n_targets\" does not exist in TreeEnsembleClassifier");
  EXPECT_EQ(error({{"class_ids", Ints{0}}}),
            "attribute \"class_ids\" has 1 entries, expected 7 as the list it belongs to");
  EXPECT_EQ(error({{"class_treeids", Ints{}},
                   {"class_nodeids", Ints{}},
                   {"class_ids", Ints{}},
                   {"class_weights", Floats{}}}),
            "no leaf has a weight");
  EXPECT_EQ(error({}, type_of(DType::kBool, {Dim::symbol("N"), 2})),
            "TreeEnsembleClassifier on bool");
}

}  // namespace
}  // namespace tundish
