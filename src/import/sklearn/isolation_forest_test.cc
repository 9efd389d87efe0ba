#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(IsolationForest, leaves_hold_depth_and_path_length) {
  const Result<ImportedModel> model = import_value(forest());
  ASSERT_TRUE(model) << message(model);
  for (const NodeId id : model->graph.order()) {
    const Node& node = model->graph.node(id);
    if (!node.is(kDomainTundish, "TreeEnsemble")) continue;
    Result<TreeEnsemble> trees = tree_ensemble_of(model->graph, node);
    ASSERT_TRUE(trees);
    const auto weights = trees->leaf_weight.values<double>();
    ASSERT_EQ(weights.size(), 2u);
    EXPECT_EQ(weights[0], 1.0);
    const double c3 = 2.0 * (std::log(2.0) + 0.5772156649015329) - 2.0 * 2.0 / 3.0;
    EXPECT_EQ(weights[1], 2.0 + c3 - 1.0);
    return;
  }
  FAIL() << "no trees";
}

TEST(IsolationForest, float32_rows_reach_the_forest_uncast) {
  ImportOptions options;
  options.input_type = DType::kFloat32;
  const Result<ImportedModel> model = import_value(forest(), options);
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(count_ops(model->graph, "Cast"), 0u);
  EXPECT_EQ(model->contract.dtype, DType::kFloat32);
  options.input_type = DType::kInt32;
  EXPECT_FALSE(import_value(forest(), options));
}

TEST(IsolationForest, missing_and_wrong_attributes_are_named) {
  const auto refused = [](const std::string& value, std::string_view part) {
    const Result<ImportedModel> model = import_value(value);
    ASSERT_FALSE(model) << part;
    EXPECT_EQ(model.error().code(), ErrorCode::kInvalidModel) << message(model);
    EXPECT_NE(message(model).find(part), std::string::npos) << message(model);
  };
  for (const char* key : {"estimators_", "estimators_features_", "offset_", "max_samples_",
                          "_max_features", "n_features_in_"}) {
    refused(forest(without(forest_state(), key)), cat("lacks ", key));
  }
  refused(forest(with(forest_state(), "estimators_", py::list({}))), "no trees");
  refused(forest(with(forest_state(), "estimators_", py::list({scaler(), scaler()}))), "2 trees");
  refused(forest(with(forest_state(), "estimators_", py::list({py::integer(3)}))),
          "estimators_[0]");
  refused(forest(with(forest_state(), "offset_", py::number(NAN))), "not finite");
  refused(forest(with(forest_state(), "max_samples_", py::integer(0))), "max_samples_");
  refused(forest(with(forest_state(), "_max_features", py::integer(3))), "_max_features");
  refused(forest(with(forest_state(), "estimators_features_", py::list({py::integers({0, 2})}))),
          "column 2 of 2");
}

TEST(IsolationForest, stored_path_lengths_are_used_as_they_are) {
  Entries state = with(forest_state(), "_sklearn_version", py::text("1.3.2"));
  state.emplace_back("_decision_path_lengths", py::tuple({py::integers({1, 2, 2})}));
  state.emplace_back("_average_path_length_per_tree", py::tuple({py::doubles({1, 0.125, 7})}));
  const Result<ImportedModel> model = import_value(forest(state));
  ASSERT_TRUE(model) << message(model);
  const std::string text = message(import_value(
      forest(with(state, "_average_path_length_per_tree", py::tuple({py::doubles({1, 2})})))));
  EXPECT_NE(text.find("for 3 nodes"), std::string::npos) << text;
}

TEST(IsolationForest, feature_subsets_are_mapped_to_the_whole_row) {
  Entries state = with(forest_state(), "n_features_in_", py::integer(5));
  state = with(state, "estimators_features_", py::list({py::integers({4, 3})}));
  const Result<ImportedModel> model = import_value(forest(state));
  ASSERT_TRUE(model) << message(model);
  for (const NodeId id : model->graph.order()) {
    const Node& node = model->graph.node(id);
    if (!node.is(kDomainTundish, "TreeEnsemble")) continue;
    EXPECT_EQ(tree_ensemble_of(model->graph, node)->node_feature.values<int32_t>()[0], 3);
  }
}

}  // namespace
}  // namespace tundish::sklearn
