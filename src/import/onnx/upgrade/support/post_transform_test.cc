#include "import/onnx/upgrade/support/post_transform.h"

#include <gtest/gtest.h>

#include "import/onnx/test_ops.h"
#include "import/onnx/upgrade/support/test_trees.h"

namespace tundish {
namespace {

using namespace test_models;

/// Operators after the trees of a regressor with two targets, "op op op".
std::string operators(const std::string& transform, int64_t targets) {
  const Attributes attributes =
      with(regressor(), {{"n_targets", targets},
                         {"target_ids", targets == 1 ? Ints{0, 0, 0, 0} : Ints{0, 0, 0, 1}},
                         {"post_transform", transform}});
  const Result<Graph> graph = read_one({.op = "TreeEnsembleRegressor",
                                        .inputs = {floats({Dim::symbol("N"), 2})},
                                        .attributes = attributes,
                                        .ml_opset = 3},
                                       lift_ops());
  if (!graph.has_value()) return graph.error().to_string();
  std::string list;
  for (const NodeId id : graph->order()) list += graph->node(id).op + " ";
  return list;
}

TEST(PostTransform, names) {
  const std::pair<const char*, PostTransform> names[] = {
      {"NONE", PostTransform::kNone},
      {"SOFTMAX", PostTransform::kSoftmax},
      {"LOGISTIC", PostTransform::kLogistic},
      {"SOFTMAX_ZERO", PostTransform::kSoftmaxZero},
      {"PROBIT", PostTransform::kProbit}};
  for (const auto& [name, wanted] : names) EXPECT_EQ(*post_transform_of(name), wanted);
  for (const char* name : {"", "none", "SOFTMAX "}) {
    const auto refused = post_transform_of(name);
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_NE(refused.error().to_string().find("attribute \"post_transform\""), std::string::npos);
  }
}

TEST(PostTransform, operators_of_each) {
  EXPECT_EQ(operators("NONE", 2), "TreeEnsemble ");
  EXPECT_EQ(operators("LOGISTIC", 2), "TreeEnsemble Abs Neg Exp Add Div Sub Less Where ");
  EXPECT_EQ(operators("SOFTMAX", 2), "TreeEnsemble ReduceMax Sub Exp ReduceSum Div ");
  EXPECT_EQ(operators("SOFTMAX_ZERO", 2),
            "TreeEnsemble ReduceMax Sub Exp Abs Greater Neg Exp Mul Where Where ReduceSum Div ");
  EXPECT_EQ(operators("PROBIT", 2),
            "TreeEnsemble Mul Sub Sub Add Mul Log Mul Add Mul Mul Sub Sqrt Sub Sqrt Less Neg Where "
            "Mul ");
}

// As ONNX Runtime does it.
TEST(PostTransform, one_target_takes_nothing_but_probit) {
  for (const char* name : {"LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"}) {
    EXPECT_EQ(operators(name, 1), "TreeEnsemble ");
  }
  EXPECT_NE(operators("PROBIT", 1).find("Log"), std::string::npos);
}

TEST(PostTransform, float32_scores_only) {
  Builder builder(lift_ops(), "g");
  const Limits limits;
  Lift lift{.builder = builder, .ops = lift_ops(), .limits = limits};
  const ValueId scores = *builder.input("s", doubles({Dim::symbol("N"), 2}));
  EXPECT_EQ(*add_post_transform(lift, scores, PostTransform::kNone), scores);
  const auto refused = add_post_transform(lift, scores, PostTransform::kSoftmax);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().to_string(), "post_transform of float64 scores");
}

}  // namespace
}  // namespace tundish
