#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

// Three boxes of one size: the second overlaps the first by half, the third none.
Tensor boxes() { return tensor<float>({0, 0, 1, 1, 0, 0.5, 1, 1.5, 5, 5, 6, 6}, {1, 3, 4}); }

OpCall suppress(Tensor where, Tensor scores, int64_t most, float iou) {
  return {"NonMaxSuppression",
          {std::move(where), std::move(scores), vector<int64_t>({most}), vector<float>({iou})}};
}

TEST(NonMaxSuppression, takes_the_best_that_do_not_overlap) {
  const Tensor scores = tensor<float>({0.5, 0.9, 0.7, 0.9, 0.1, 0.2}, {1, 2, 3});
  expect_values<int64_t>(run_op(suppress(boxes(), scores, 9, 0.2F)), {4, 3},
                         {0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 2});
  expect_values<int64_t>(run_op(suppress(boxes(), scores, 1, 0.2F)), {2, 3}, {0, 0, 1, 0, 1, 0});
  expect_values<int64_t>(run_op(suppress(boxes(), scores, 0, 0.2F)), {0, 3}, {});
  expect_values<int64_t>(run_op(suppress(boxes(), scores, -3, 0.2F)), {0, 3}, {});
}

TEST(NonMaxSuppression, keeps_boxes_at_the_threshold_and_the_first_of_equals) {
  const Tensor same = tensor<float>({0, 0, 1, 1, 0, 0, 1, 0.5}, {1, 2, 4});
  const Tensor scores = tensor<float>({0.5, 0.5}, {1, 1, 2});
  expect_values<int64_t>(run_op(suppress(same, scores, 9, 0.5F)), {2, 3}, {0, 0, 0, 0, 0, 1});
  expect_values<int64_t>(run_op(suppress(same, scores, 9, 0.4F)), {1, 3}, {0, 0, 0});
}

TEST(NonMaxSuppression, reads_centres_and_corners_in_any_order) {
  OpCall call = suppress(tensor<float>({0.5, 0.5, 1, 1, 1, 0.5, 1, 1}, {1, 2, 4}),
                         tensor<float>({0.5, 0.6}, {1, 1, 2}), 9, 0.3F);
  call.attributes = {{"center_point_box", int64_t{1}}};
  expect_values<int64_t>(run_op(call), {1, 3}, {0, 0, 1});
  const Tensor turned = tensor<float>({1, 1, 0, 0, 1, 0.5, 0, 1.5}, {1, 2, 4});
  expect_values<int64_t>(run_op(suppress(turned, tensor<float>({0.5, 0.6}, {1, 1, 2}), 9, 0.3F)),
                         {1, 3}, {0, 0, 1});
}

TEST(NonMaxSuppression, leaves_low_scores_and_nan_out) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  OpCall call = suppress(boxes(), tensor<float>({0.5, nan, 0.4}, {1, 1, 3}), 9, 0.2F);
  expect_values<int64_t>(run_op(call), {2, 3}, {0, 0, 0, 0, 0, 2});
  call.inputs.push_back(vector<float>({0.4F}));
  expect_values<int64_t>(run_op(call), {1, 3}, {0, 0, 0});
  call.inputs.resize(2);
  expect_values<int64_t>(run_op(call), {0, 3}, {});
}

TEST(NonMaxSuppression, boxes_without_area_overlap_nothing) {
  const Tensor flat = tensor<float>({0, 0, 0, 1, 0, 0, 0, 1}, {1, 2, 4});
  expect_values<int64_t>(run_op(suppress(flat, tensor<float>({1, 2}, {1, 1, 2}), 9, 0)), {2, 3},
                         {0, 0, 1, 0, 0, 0});
}

TEST(NonMaxSuppression, infers_and_rejects) {
  const Tensor scores = counting<float>({1, 1, 3});
  EXPECT_EQ(inferred(suppress(boxes(), scores, 1, 0), {dims({1, symbol("B"), 4})}), "int64[?, 3]");
  expect_refused(suppress(counting<float>({1, 3, 5}), scores, 1, 0),
                 "expected [batches, boxes, 4]");
  expect_refused(suppress(boxes(), counting<float>({1, 1, 2}), 1, 0),
                 "expected [batches, classes, boxes]");
  OpCall many = suppress(boxes(), scores, 1, 0);
  many.inputs[2] = vector<int64_t>({1, 2});
  expect_refused(many, "input 2: expected one value, got shape [2]");
  expect_fails_to_run(suppress(boxes(), scores, 1, 2), "IoU threshold 2 outside [0, 1]");
  expect_fails_to_run(suppress(boxes(), counting<float>({2, 1, 3}), 1, 0), "scores have shape");
}

}  // namespace
}  // namespace tundish
