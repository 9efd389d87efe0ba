#include "ops/support/post_transform.h"

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;
using ops::FirstScore;
using ops::PostTransform;

std::vector<float> transformed(std::vector<float> scores, PostTransform transform) {
  ops::transform_scores(scores, transform);
  return scores;
}
void expect_near(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << i;
    } else {
      EXPECT_NEAR(got[i], want[i], 2e-6) << i;
    }
  }
}

// Answers of ONNX Runtime 1.31.1 (LinearClassifier of three classes).
TEST(PostTransform, agrees_with_onnx_runtime) {
  const std::vector<float> scores = {0.1F, 0.0F, 0.2F};
  expect_near(transformed(scores, PostTransform::kNone), scores);
  expect_near(transformed(scores, PostTransform::kLogistic), {0.52497917F, 0.5F, 0.54983401F});
  expect_near(transformed(scores, PostTransform::kSoftmax),
              {0.33222499F, 0.30060962F, 0.36716539F});
  expect_near(transformed(scores, PostTransform::kSoftmaxZero), {0.47502083F, 0, 0.52497917F});
  expect_near(transformed({0.6F, 0.5F, -0.5F}, PostTransform::kProbit), {0.25335351F, 0, NAN});
}

TEST(PostTransform, makes_two_scores_of_one) {
  const auto split = [](float score, PostTransform transform, FirstScore first) {
    std::array<float, 2> out;
    ops::split_score(score, transform, first, out);
    return std::vector<float>(out.begin(), out.end());
  };
  expect_near(split(0.6F, PostTransform::kNone, FirstScore::kComplement), {0.4F, 0.6F});
  expect_near(split(0.6F, PostTransform::kNone, FirstScore::kNegated), {-0.6F, 0.6F});
  expect_near(split(0.6F, PostTransform::kSoftmax, FirstScore::kNegated), {0.4F, 0.6F});
  expect_near(split(0.6F, PostTransform::kLogistic, FirstScore::kNegated),
              {0.35434371F, 0.64565629F});
  expect_near(split(0.6F, PostTransform::kProbit, FirstScore::kNegated),
              {-0.25335351F, 0.25335351F});
  EXPECT_EQ(ops::transform_one(0.6F, PostTransform::kLogistic), 0.6F);
  EXPECT_NEAR(ops::transform_one(0.6F, PostTransform::kProbit), 0.25335351F, 1e-6);
}

TEST(PostTransform, does_not_overflow) {
  EXPECT_EQ(ops::logistic(-200), 0);
  EXPECT_EQ(ops::logistic(200), 1);
  expect_near(transformed({1000, 0}, PostTransform::kSoftmax), {1, 0});
}

TEST(PostTransform, is_read_from_its_name) {
  Node node;
  EXPECT_EQ(ops::read_post_transform(node).value(), PostTransform::kNone);
  node.attributes.set("post_transform", std::string("SOFTMAX_ZERO"));
  EXPECT_EQ(ops::read_post_transform(node).value(), PostTransform::kSoftmaxZero);
  node.attributes.set("post_transform", std::string("softmax"));
  expect_error(ops::read_post_transform(node), ErrorCode::kInvalidModel, "unknown value");
}

}  // namespace
}  // namespace tundish
