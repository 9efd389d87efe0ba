#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(TreeRecord, broken_trees_are_refused_by_node) {
  const auto refused = [](const py::Node& root, std::string_view part) {
    std::vector<py::Node> nodes = small_tree();
    nodes[0] = root;
    const Result<ImportedModel> model = import_value(forest(forest_state(py::tree(2, nodes))));
    ASSERT_FALSE(model) << part;
    EXPECT_EQ(model.error().code(), ErrorCode::kInvalidModel);
    EXPECT_NE(message(model).find(part), std::string::npos) << message(model);
    EXPECT_NE(message(model).find("estimators_[0]"), std::string::npos) << message(model);
  };
  refused({.left = 0, .right = 2, .feature = 1}, "cycle");
  refused({.left = 1000000, .right = 2, .feature = 1}, "left child is 1000000");
  refused({.left = 1, .right = INT64_MIN, .feature = 1}, "right child is -9223372036854775808");
  refused({.left = -1, .right = 2, .feature = 1}, "left child is -1");
  refused({.left = 1, .right = 1, .feature = 1}, "both children are node 1");
  refused({.left = 1, .right = 2, .feature = 2}, "feature 2 of 2");
  refused({.left = 1, .right = 2, .feature = -2}, "feature -2 of 2");
  refused({.left = 1, .right = 2, .feature = 1, .threshold = NAN}, "threshold is NaN");
  refused({}, "never reached");
}

}  // namespace
}  // namespace tundish::sklearn
