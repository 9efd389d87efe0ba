#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall align(std::initializer_list<float> roi, Attributes attributes) {
  return {"RoiAlign",
          {counting<float>({1, 1, 4, 4}), tensor<float>(roi, {1, 4}), vector<int64_t>({0})},
          std::move(attributes)};
}
const Attribute kOldShift = std::string("output_half_pixel");

TEST(RoiAlign, averages_samples) {
  const Attributes four{{"output_height", int64_t{2}}, {"output_width", int64_t{2}}};
  expect_values<float>(run_op(align({0.5, 0.5, 2.5, 2.5}, four)), {1, 1, 2, 2},
                       {2.5, 3.5, 6.5, 7.5});
  Attributes old = four;
  old.emplace_back("coordinate_transformation_mode", kOldShift);
  expect_values<float>(run_op(align({0, 0, 2, 2}, old)), {1, 1, 2, 2}, {2.5, 3.5, 6.5, 7.5});
  old.emplace_back("spatial_scale", 0.5F);
  old.emplace_back("sampling_ratio", int64_t{2});
  expect_values<float>(run_op(align({0, 0, 4, 4}, old)), {1, 1, 2, 2}, {2.5, 3.5, 6.5, 7.5});
}

TEST(RoiAlign, takes_the_largest_weighted_neighbour) {
  const Attributes most{{"mode", std::string("max")}, {"sampling_ratio", int64_t{1}}};
  expect_values<float>(run_op(align({1, 1, 2, 2}, most)), {1, 1, 1, 1}, {5});
  expect_values<float>(run_op(align({1.5, 1, 2.5, 2}, most)), {1, 1, 1, 1}, {3});
}

TEST(RoiAlign, has_zeros_outside_and_for_empty_regions) {
  expect_values<float>(run_op(align({10, 10, 12, 12}, {})), {1, 1, 1, 1}, {0});
  expect_values<float>(run_op(align({2, 2, 2, 2}, {})), {1, 1, 1, 1}, {0});
  // Without the shift a region has at least one element.
  expect_values<float>(run_op(align({1, 1, 1, 1}, {{"coordinate_transformation_mode", kOldShift}})),
                       {1, 1, 1, 1}, {7.5});
}

TEST(RoiAlign, takes_images_channels_types_and_threads) {
  OpCall call{
      "RoiAlign",
      {noise<double>({2, 3, 9, 9}, 1), tensor<double>({0, 0, 5, 5, 2, 3, 9, 9, 1, 1, 2, 2}, {3, 4}),
       vector<int64_t>({1, 0, 1})},
      {{"output_height", int64_t{3}}, {"output_width", int64_t{2}}}};
  const Tensor one = run_op(call).value();
  EXPECT_EQ(one.shape().to_string(), "[3, 3, 3, 2]");
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
  const Tensor halves = counting<Float16>({1, 1, 2, 2});
  expect_values<Float16>(
      run_op({"RoiAlign", {halves, counting<Float16>({0, 4}), vector<int64_t>({})}}), {0, 1, 1, 1},
      {});
}

TEST(RoiAlign, infers_shapes) {
  OpCall call = align({0, 0, 1, 1}, {{"output_height", int64_t{3}}});
  EXPECT_EQ(inferred(call, {dims({2, symbol("C"), 9, 9}), dims({symbol("R"), 4})}),
            "float32[R, C, 3, 1]");
}

TEST(RoiAlign, rejects_what_cannot_be_sampled) {
  const float infinity = std::numeric_limits<float>::infinity();
  expect_fails_to_run(align({0, 0, 1e30F, 1}, {}), "region 0 from 0 to");
  expect_fails_to_run(align({-infinity, 0, 1, 1}, {}), "cannot be sampled");
  expect_fails_to_run(align({0, 0, 1e5F, 1e5F}, {}), "samples an element");
  OpCall call = align({0, 0, 1, 1}, {});
  call.inputs[2] = vector<int64_t>({1});
  expect_fails_to_run(call, "batch index 1 outside [0, 1)");
  expect_refused(align({0, 0, 1, 1}, {{"mode", std::string("min")}}), "neither avg nor max");
  expect_refused(align({0, 0, 1, 1}, {{"output_width", int64_t{0}}}), "output of 1 x 0 elements");
  expect_refused(align({0, 0, 1, 1}, {{"sampling_ratio", int64_t{-1}}}), "-1 is negative");
  expect_refused(align({0, 0, 1, 1}, {{"coordinate_transformation_mode", std::string("x")}}),
                 "neither half_pixel nor output_half_pixel");
  call.inputs[2] = vector<int64_t>({0, 0});
  expect_refused(call, "expected one per region");
  call.inputs[1] = counting<float>({1, 5});
  expect_refused(call, "expected [regions, 4]");
  call.inputs[0] = counting<float>({1, 1, 4});
  expect_fails_to_run(call, "expected an image of 4 dimensions, got 3");
}

}  // namespace
}  // namespace tundish
