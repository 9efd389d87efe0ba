#include <gtest/gtest.h>

#include "import/onnx/test_ops.h"
#include "import/onnx/upgrade/support/test_trees.h"
#include "ir/tree_ensemble.h"

namespace tundish {
namespace {

using namespace test_models;

const ValueType kRows = floats({Dim::symbol("N"), 2});

OneNode node(Attributes attributes, ValueType rows = kRows, int64_t version = 3) {
  return {.op = "TreeEnsembleRegressor",
          .inputs = {std::move(rows)},
          .attributes = std::move(attributes),
          .ml_opset = version};
}
std::string error(const Attributes& changes, const ValueType& rows = kRows, int64_t version = 3) {
  const std::string text = refusal(node(with(regressor(), changes), rows, version), lift_ops());
  const std::string place = "node 0 \"n0\" (TreeEnsembleRegressor): ";
  EXPECT_TRUE(text.starts_with(place)) << text;
  return text.starts_with(place) ? text.substr(place.size()) : text;
}

/// The tables of the only tree node of a graph.
TreeEnsemble tables(const Result<Graph>& graph) {
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  for (const NodeId id : graph->order()) {
    if (!graph->node(id).is(kDomainTundish, "TreeEnsemble")) continue;
    auto read = tree_ensemble_of(*graph, graph->node(id));
    EXPECT_TRUE(read.has_value()) << read.error().to_string();
    return std::move(*read);
  }
  ADD_FAILURE() << "no trees";
  return {};
}

template <class T> std::vector<T> elements(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

TEST(LiftTreeRegressor, lists_become_tables) {
  for (const int64_t version : {1, 3, 5}) {
    const TreeEnsemble trees = tables(read_one(node(regressor(), kRows, version), lift_ops()));
    EXPECT_EQ(trees.tree_count(), 2);
    EXPECT_EQ(trees.accumulate, DType::kFloat32);
    EXPECT_EQ(trees.aggregate, Aggregate::kSum);
    EXPECT_EQ(elements<int32_t>(trees.node_feature), (std::vector<int32_t>{0, 1}));
    EXPECT_EQ(elements<double>(trees.node_threshold), (std::vector<double>{0.5, 2}));
    EXPECT_EQ(elements<uint8_t>(trees.node_mode),
              (std::vector<uint8_t>{static_cast<uint8_t>(TreeMode::kLeq) | kMissingTrue,
                                    static_cast<uint8_t>(TreeMode::kLt)}));
    EXPECT_EQ(elements<float>(trees.leaf_weight), (Floats{10, 20, 30, 100}));
    EXPECT_FALSE(trees.base.defined());
  }
}

TEST(LiftTreeRegressor, every_mode) {
  const char* const names[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                               "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};
  for (uint8_t mode = 0; mode < 6; ++mode) {
    const Attributes attributes =
        with(regressor(),
             {{"nodes_modes", Strings{"BRANCH_LEQ", names[mode], "LEAF", "LEAF", "LEAF", "LEAF"}}});
    EXPECT_EQ(elements<uint8_t>(tables(read_one(node(attributes), lift_ops())).node_mode)[1], mode);
  }
}

TEST(LiftTreeRegressor, a_base_is_added_last_and_after_an_aggregate) {
  const Attributes with_base = with(regressor(), {{"base_values", Floats{0.5F}}});
  const TreeEnsemble sum = tables(read_one(node(with_base), lift_ops()));
  EXPECT_EQ(elements<float>(sum.base), Floats{0.5F});
  EXPECT_EQ(sum.base_order, BaseOrder::kLast);
  const std::pair<const char*, Aggregate> others[] = {
      {"AVERAGE", Aggregate::kAverage}, {"MIN", Aggregate::kMin}, {"MAX", Aggregate::kMax}};
  for (const auto& [name, aggregate] : others) {
    const Result<Graph> graph =
        read_one(node(with(with_base, {{"aggregate_function", name}})), lift_ops());
    const TreeEnsemble trees = tables(graph);
    EXPECT_EQ(trees.aggregate, aggregate);
    EXPECT_FALSE(trees.base.defined());
    EXPECT_EQ(graph->producer(graph->outputs()[0])->op, "Add");
  }
}

TEST(LiftTreeRegressor, sums_in_the_type_of_the_rows_and_answers_float32) {
  const Attributes precise =
      with(without(regressor(), "target_weights"),
           {{"target_weights_as_tensor", list_tensor<double>({0.1, 0.2, 0.3, 0.4})}});
  const Result<Graph> graph = read_one(node(precise, doubles({Dim::symbol("N"), 2})), lift_ops());
  EXPECT_EQ(elements<double>(tables(graph).leaf_weight), (std::vector<double>{0.3, 0.2, 0.1, 0.4}));
  EXPECT_EQ(graph->value(graph->outputs()[0]).type.dtype, DType::kFloat32);
  for (const DType dtype : {DType::kInt32, DType::kInt64}) {
    const Result<Graph> integers =
        read_one(node(regressor(), type_of(dtype, {Dim::symbol("N"), 2})), lift_ops());
    EXPECT_EQ(tables(integers).accumulate, DType::kFloat32);
    EXPECT_EQ(integers->node(integers->order()[0]).op, "Cast");
  }
}

TEST(LiftTreeRegressor, leaves_of_one_target_and_of_several) {
  // Target 1 for the second tree: each leaf has one target.
  const Attributes separate =
      with(regressor(), {{"n_targets", int64_t{2}}, {"target_ids", Ints{0, 0, 0, 1}}});
  const TreeEnsemble one = tables(read_one(node(separate), lift_ops()));
  EXPECT_EQ(elements<int32_t>(one.leaf_target), (std::vector<int32_t>{0, 0, 0, 1}));
  const Attributes mixed =
      with(regressor(), {{"n_targets", int64_t{2}}, {"target_ids", Ints{1, 0, 0, 1}}});
  const TreeEnsemble vectors = tables(read_one(node(mixed), lift_ops()));
  EXPECT_FALSE(vectors.leaf_target.defined());
  EXPECT_EQ(elements<float>(vectors.leaf_weight), (Floats{10, 0, 20, 0, 0, 30, 0, 100}));
}

TEST(LiftTreeRegressor, refuses_unknown_attributes_and_values) {
  EXPECT_EQ(error({{"nodes_value", Floats{1}}}),
            "attribute \"nodes_value\" does not exist in TreeEnsembleRegressor");
  EXPECT_EQ(error({{"base_values_as_tensor", list_tensor<float>({1})}}, kRows, 1),
            "attribute \"base_values_as_tensor\" exists in TreeEnsembleRegressor from opset 3 on, "
            "the file is of opset 1");
  EXPECT_EQ(error({{"aggregate_function", "MEDIAN"}}),
            "attribute \"aggregate_function\": unknown value \"MEDIAN\"");
  EXPECT_EQ(error({{"post_transform", "TANH"}}),
            "attribute \"post_transform\": unknown value \"TANH\"");
  EXPECT_NE(error({{"n_targets", Tensor()}}).find("\"n_targets\""), std::string::npos);
  EXPECT_NE(error({{"n_targets", 1.0F}}).find("\"n_targets\""), std::string::npos);
  EXPECT_EQ(error({{"n_targets", int64_t{0}}}), "0 targets");
}

TEST(LiftTreeRegressor, refuses_rows_that_it_cannot_take) {
  EXPECT_EQ(error({}, type_of(DType::kString, {Dim::symbol("N"), 2})),
            "TreeEnsembleRegressor on string");
  EXPECT_EQ(error({}, floats({2})), "X of rank 1; only [rows, columns] is read");
  EXPECT_EQ(error({}, floats({Dim::symbol("N"), Dim::symbol("F")})),
            "the number of columns of X is not known");
  EXPECT_EQ(error({}, ValueType::tensor(DType::kFloat32, {})),
            "X has an unknown rank; its number of columns is needed");
  EXPECT_NE(error({}, floats({Dim::symbol("N"), 1})).find("feature 1"), std::string::npos);
  OneNode two = node(regressor());
  two.inputs.emplace_back(kRows);
  EXPECT_EQ(refusal(two, lift_ops()),
            "node 0 \"n0\" (TreeEnsembleRegressor): expected 1 inputs, got 2");
  OneNode outputs = node(regressor());
  outputs.output_count = 2;
  EXPECT_EQ(refusal(outputs, lift_ops()),
            "node 0 \"n0\" (TreeEnsembleRegressor): expected 1 output, got 2");
}

TEST(LiftTreeRegressor, refuses_bases_that_readers_disagree_on) {
  EXPECT_EQ(error({{"base_values", Floats{1, 2}}}), "2 base_values for 1 targets");
  EXPECT_EQ(error({{"n_targets", int64_t{2}},
                   {"target_ids", Ints{0, 0, 1, 0}},
                   {"base_values", Floats{1, 2}}}),
            "target 1 has a base value and a score for some rows only");
  EXPECT_EQ(error({{"n_targets", int64_t{2}},
                   {"target_ids", Ints{0, 0, 1, 0}},
                   {"aggregate_function", "MIN"}}),
            "MIN or MAX over leaves that do not score every target");
}

}  // namespace
}  // namespace tundish
