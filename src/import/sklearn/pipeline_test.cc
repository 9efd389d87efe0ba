#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(Pipeline, pipeline_with_passthrough_and_nesting) {
  const Result<ImportedModel> model =
      import_value(pipeline({py::text("passthrough"), pipeline({scaler(), py::none()}), forest()}));
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(model->source.estimator,
            "Pipeline(passthrough, Pipeline(StandardScaler, passthrough), IsolationForest)");
  EXPECT_EQ(model->contract.estimator, "StandardScaler");
  EXPECT_EQ(model->default_method, "decision_function");
  EXPECT_FALSE(model->contract.accepts_float32_overflow);
}

TEST(Pipeline, pipeline_errors_name_the_step) {
  const std::string text = message(import_value(pipeline({forest(), scaler()})));
  EXPECT_NE(text.find("pipeline.steps[0]"), std::string::npos) << text;
  EXPECT_NE(text.find("has no transform"), std::string::npos) << text;
  EXPECT_FALSE(import_value(pipeline({})));
  EXPECT_FALSE(import_value(pipeline({py::text("drop"), forest()})));
  EXPECT_FALSE(import_value(pipeline({py::none()})));
  const std::string narrow =
      scaler(with(with(with(scaler_state(), "mean_", py::doubles({1})), "scale_", py::doubles({1})),
                  "n_features_in_", py::integer(1)));
  const std::string width = message(import_value(pipeline({narrow, forest()})));
  EXPECT_NE(width.find("fitted on 2 features, the step before gives 1"), std::string::npos)
      << width;
}

}  // namespace
}  // namespace tundish::sklearn
