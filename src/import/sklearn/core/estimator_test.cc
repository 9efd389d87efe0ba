#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(Reader, unknown_class_is_named_with_its_place) {
  const std::string step =
      py::object("sklearn.linear_model._ridge", "Ridge", {{"alpha", py::number(1)}});
  const Result<ImportedModel> model = import_value(pipeline({scaler(), step}));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code(), ErrorCode::kUnsupported);
  const std::string text = message(model);
  EXPECT_NE(text.find("sklearn.linear_model._ridge.Ridge"), std::string::npos) << text;
  EXPECT_NE(text.find("pipeline.steps[1]"), std::string::npos) << text;
}

TEST(Reader, module_names_before_0_22) {
  Entries state = with(forest_state(), "_sklearn_version", py::text("0.21.3"));
  state.emplace_back("behaviour", py::text("new"));
  const Result<ImportedModel> model =
      import_value(py::object("sklearn.ensemble.iforest", "IsolationForest", state));
  ASSERT_TRUE(model) << message(model);
  ASSERT_EQ(model->notes.size(), 1u);
  EXPECT_NE(model->notes[0].find("0.21.3"), std::string::npos);
}

TEST(Reader, version_missing_garbled_or_new) {
  const Result<ImportedModel> missing =
      import_value(scaler(without(scaler_state(), "_sklearn_version")));
  ASSERT_TRUE(missing) << message(missing);
  EXPECT_EQ(missing->notes.size(), 1u);
  const Result<ImportedModel> garbled =
      import_value(scaler(with(scaler_state(), "_sklearn_version", py::text("one.two"))));
  ASSERT_FALSE(garbled);
  EXPECT_EQ(garbled.error().code(), ErrorCode::kInvalidModel);
  const Result<ImportedModel> future =
      import_value(scaler(with(scaler_state(), "_sklearn_version", py::text("1.12.0"))));
  ASSERT_TRUE(future) << message(future);
  ASSERT_EQ(future->notes.size(), 1u);
  EXPECT_NE(future->notes[0].find("1.12.0"), std::string::npos);
}

}  // namespace
}  // namespace tundish::sklearn
