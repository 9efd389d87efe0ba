#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(StandardScaler, scaler_rounds_float32_as_its_version_did) {
  ImportOptions options;
  options.input_type = DType::kFloat32;
  const Result<ImportedModel> old_model = import_value(scaler(), options);
  ASSERT_TRUE(old_model) << message(old_model);
  EXPECT_EQ(count_ops(old_model->graph, "Cast"), 4u);
  const Result<ImportedModel> new_model =
      import_value(scaler(with(scaler_state(), "_sklearn_version", py::text("1.8.0"))), options);
  ASSERT_TRUE(new_model) << message(new_model);
  EXPECT_EQ(count_ops(new_model->graph, "Cast"), 0u);
  EXPECT_EQ(new_model->default_method, "transform");
  EXPECT_EQ(new_model->methods[0].outputs, std::vector<std::string>{"variable"});
  EXPECT_FALSE(new_model->contract.accepts_float32_overflow);
}

TEST(StandardScaler, scaler_that_changes_nothing) {
  Entries state = scaler_state();
  for (const char* flag : {"with_mean", "with_std"}) state = with(state, flag, py::boolean(false));
  for (const char* array : {"mean_", "scale_", "var_"}) state = with(state, array, py::none());
  const Result<ImportedModel> model = import_value(scaler(state));
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(count_ops(model->graph, "Sub") + count_ops(model->graph, "Div"), 0u);
  const Result<ImportedModel> narrow = import_value(scaler(without(state, "n_features_in_")));
  EXPECT_NE(message(narrow).find("does not say how many features"), std::string::npos);
}

TEST(StandardScaler, missing_and_wrong_attributes_are_named) {
  const auto refused = [](const std::string& value, std::string_view part) {
    const Result<ImportedModel> model = import_value(value);
    ASSERT_FALSE(model) << part;
    EXPECT_EQ(model.error().code(), ErrorCode::kInvalidModel) << message(model);
    EXPECT_NE(message(model).find(part), std::string::npos) << message(model);
  };
  refused(scaler(without(scaler_state(), "mean_")), "not fitted, or lacks mean_");
  refused(scaler(with(scaler_state(), "mean_", py::none())), "mean_ is None");
  refused(scaler(with(scaler_state(), "mean_", py::doubles({1}))), "shape is [1]");
  refused(scaler(with(scaler_state(), "n_features_in_", py::integer(-1))), "features is -1");
}

}  // namespace
}  // namespace tundish::sklearn
