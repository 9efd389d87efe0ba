#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(SklearnImport, names_of_a_bare_forest) {
  const Result<ImportedModel> model = import_value(forest());
  ASSERT_TRUE(model) << message(model);
  const Graph& graph = model->graph;
  EXPECT_EQ(graph.name(), "IsolationForest");
  ASSERT_EQ(graph.inputs().size(), 1u);
  EXPECT_EQ(graph.value(graph.inputs()[0]).name, "X");
  EXPECT_EQ(graph.value(graph.inputs()[0]).type.to_string(), "float64[N, 2]");
  std::vector<std::string> outputs;
  for (const ValueId id : graph.outputs()) outputs.push_back(graph.value(id).name);
  EXPECT_EQ(outputs, (std::vector<std::string>{"label", "scores", "score_samples"}));
  ASSERT_EQ(model->methods.size(), 3u);
  EXPECT_EQ(model->methods[0].name, "predict");
  EXPECT_EQ(model->methods[0].dtype, DType::kInt64);
  EXPECT_EQ(model->methods[0].shape, "rows");
  EXPECT_EQ(model->methods[1].name, "decision_function");
  EXPECT_EQ(model->methods[1].outputs, std::vector<std::string>{"scores"});
  EXPECT_EQ(model->default_method, "decision_function");
  EXPECT_EQ(model->source.library, "scikit-learn");
  EXPECT_EQ(model->source.version, "1.2.2");
  EXPECT_EQ(model->source.estimator, "IsolationForest");
  EXPECT_EQ(model->contract.input_kind, "matrix");
  EXPECT_EQ(model->contract.count, 2);
  EXPECT_FALSE(model->contract.accepts_nan);
  EXPECT_EQ(model->contract.estimator, "IsolationForest");
  EXPECT_TRUE(model->notes.empty());
}

TEST(SklearnImport, files_side_by_side_are_joined_in_order) {
  const auto first = std::make_shared<const std::string>(py::file(scaler()));
  const auto second = std::make_shared<const std::string>(py::file(forest()));
  const ImportSource source{"scaler.joblib", first, as_bytes(*first)};
  ImportOptions options;
  options.steps.push_back({"model.joblib", second, as_bytes(*second)});
  const Result<ImportedModel> model = importer_sklearn().import(source, options, fake_ops());
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(model->source.estimator, "Pipeline(StandardScaler, IsolationForest)");
  EXPECT_EQ(model->notes.back(),
            "joined into one pipeline, in this order: scaler.joblib, model.joblib");
  options.steps.push_back({"again.joblib", second, as_bytes(*second)});
  EXPECT_FALSE(importer_sklearn().import(source, options, fake_ops()));
}

TEST(SklearnImport, formats_lists_every_estimator) {
  const std::vector<FormatRow> rows = importer_sklearn().formats();
  ASSERT_GE(rows.size(), 3u);
  for (const FormatRow& row : rows) EXPECT_EQ(row.library, "scikit-learn");
}

}  // namespace
}  // namespace tundish::sklearn
