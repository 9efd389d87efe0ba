#include "import/sklearn/core/select_path.h"

#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(SelectPath, reads_positions_and_names) {
  const auto steps = parse_path("parts[\"a.b\"].steps[12]['x'].y");
  ASSERT_TRUE(steps);
  const std::vector<PathStep> wanted = {std::string("parts"), std::string("a.b"),
                                        std::string("steps"), uint64_t{12},
                                        std::string("x"),     std::string("y")};
  EXPECT_EQ(*steps, wanted);
}

TEST(SelectPath, refuses_what_is_no_path) {
  for (const char* path : {"", ".", "a..b", "[", "[1", "[1x]", "[\"a]", "[\"a\"", "a]", "[-1]",
                           "[99999999999999999999]", "[]", "a."}) {
    const auto steps = parse_path(path);
    ASSERT_FALSE(steps) << path;
    EXPECT_EQ(steps.error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(SelectPath, select_reaches_into_a_pipeline) {
  for (const char* select : {"steps[1]", "pipeline.steps[1]", "steps.step1", "steps[\"step1\"]"}) {
    ImportOptions options;
    options.select = select;
    const Result<ImportedModel> model = import_value(pipeline({scaler(), forest()}), options);
    ASSERT_TRUE(model) << select << message(model);
    EXPECT_EQ(model->source.estimator, "IsolationForest") << select;
  }
}

}  // namespace
}  // namespace tundish::sklearn
