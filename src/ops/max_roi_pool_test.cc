#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall pooled(Tensor rois, std::vector<int64_t> shape, float scale = 1) {
  return {"MaxRoiPool",
          {counting<float>({1, 2, 4, 4}), std::move(rois)},
          {{"pooled_shape", ints(std::move(shape))}, {"spatial_scale", scale}}};
}
Tensor roi(std::initializer_list<float> values) { return tensor<float>(values, {1, 5}); }

TEST(MaxRoiPool, takes_the_largest_of_each_part) {
  expect_values<float>(run_op(pooled(roi({0, 0, 0, 3, 3}), {2, 2})), {1, 2, 2, 2},
                       {5, 7, 13, 15, 21, 23, 29, 31});
  expect_values<float>(run_op(pooled(roi({0, 2, 2, 6, 4}), {1, 1}, 0.5F)), {1, 2, 1, 1}, {11, 27});
  // Parts share elements where a region does not divide.
  expect_values<float>(run_op(pooled(roi({0, 0, 0, 2, 0}), {1, 2})), {1, 2, 1, 2}, {1, 2, 17, 18});
}

TEST(MaxRoiPool, has_zeros_outside) {
  expect_values<float>(run_op(pooled(roi({0, 9, 9, 10, 10}), {1, 1})), {1, 2, 1, 1}, {0, 0});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(run_op(pooled(roi({0, nan, nan, 1e30F, 1e30F}), {1, 1})).has_value());
}

TEST(MaxRoiPool, infers_and_rejects) {
  const OpCall call = pooled(roi({0, 0, 0, 1, 1}), {3, 2});
  EXPECT_EQ(inferred(call, {dims({1, symbol("C"), 4, 4}), dims({symbol("R"), 5})}),
            "float32[R, C, 3, 2]");
  expect_refused(pooled(counting<float>({1, 4}), {1, 1}), "expected [regions, 5]");
  expect_refused(pooled(roi({0, 0, 0, 1, 1}), {1}), "expected a height and a width above 0");
  expect_refused(pooled(roi({0, 0, 0, 1, 1}), {1, 0}), "expected a height and a width above 0");
  expect_fails_to_run(pooled(roi({1, 0, 0, 1, 1}), {1, 1}), "region 0 is of image 1");
  expect_fails_to_run(pooled(roi({-1, 0, 0, 1, 1}), {1, 1}), "outside [0, 1)");
  expect_fails_to_run(pooled(counting<float>({1, 4}), {1, 1}), "expected [regions, 5]");
}

}  // namespace
}  // namespace tundish
