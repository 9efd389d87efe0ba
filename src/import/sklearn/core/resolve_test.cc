#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(Resolve, dict_of_scaler_and_model_becomes_a_pipeline) {
  const Result<ImportedModel> model =
      import_value(py::dict({{"model", forest()},
                             {"threshold", py::number(0.3)},
                             {"nested", py::dict({{"scaler", scaler()}})}}));
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(model->source.estimator, "Pipeline(StandardScaler, IsolationForest)");
  ASSERT_EQ(model->notes.size(), 2u);
  EXPECT_EQ(model->notes[0],
            "assumed a pipeline of [\"nested\"][\"scaler\"] (StandardScaler), [\"model\"] "
            "(IsolationForest)");
  EXPECT_EQ(model->notes[1], "not used: [\"threshold\"]");
  EXPECT_TRUE(import_value(py::tuple({forest(), scaler()})));
  EXPECT_TRUE(import_value(py::list({scaler(), forest(), py::text("x")})));
}

TEST(Resolve, several_models_need_a_choice) {
  const std::string value = py::dict({{"day", forest()}, {"night", forest()}});
  const Result<ImportedModel> model = import_value(value);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(message(model).find("[\"day\"] (IsolationForest), [\"night\"]"), std::string::npos);
  for (const char* select : {"day", "[\"night\"]", "['day']", ".day"}) {
    ImportOptions options;
    options.select = select;
    const Result<ImportedModel> chosen = import_value(value, options);
    ASSERT_TRUE(chosen) << select << message(chosen);
  }
  for (const char* select : {"dusk", "[0]", "day.x", "[", "[\"day]", "day[0", "..", "[-1]"}) {
    ImportOptions options;
    options.select = select;
    const Result<ImportedModel> chosen = import_value(value, options);
    ASSERT_FALSE(chosen) << select;
    EXPECT_EQ(chosen.error().code(), ErrorCode::kInvalidArgument) << select << message(chosen);
  }
  EXPECT_FALSE(import_value(py::list({scaler(), scaler()})));
  EXPECT_TRUE(import_value(py::list({scaler()})));
}

TEST(Resolve, a_part_of_the_pipeline_is_not_applied_twice) {
  // The scaler is remembered (BINPUT 1) and given again beside the pipeline (BINGET 1).
  const std::string value = py::dict(
      {{"model", pipeline({scaler() + "q\x01", forest()})}, {"scaler", std::string("h\x01")}});
  const Result<ImportedModel> model = import_value(value);
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(model->source.estimator, "Pipeline(StandardScaler, IsolationForest)");
  EXPECT_EQ(model->notes.front(), "[\"scaler\"] is a part of [\"model\"] already");
}

TEST(Resolve, unsupported_part_of_a_dict_is_no_silent_loss) {
  const std::string ridge =
      py::object("sklearn.linear_model._ridge", "Ridge", {{"alpha", py::number(1)}});
  const Result<ImportedModel> model =
      import_value(py::dict({{"scaler", scaler()}, {"model", ridge}}));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(message(model).find("[\"model\"]"), std::string::npos) << message(model);
}

TEST(Resolve, no_model_inside) {
  for (const std::string& value : {py::dict({{"a", py::integer(1)}}), py::integer(4), py::list({}),
                                   py::doubles({1, 2}), py::tuple({py::none()})}) {
    const Result<ImportedModel> model = import_value(value);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code(), ErrorCode::kInvalidModel) << message(model);
  }
}

}  // namespace
}  // namespace tundish::sklearn
