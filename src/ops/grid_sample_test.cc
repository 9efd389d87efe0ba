#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

// A row of four elements sampled at these places, given in elements.
Result<Tensor> sampled(const char* mode, const char* padding, std::vector<float> places,
                       int64_t align_corners = 1) {
  for (float& place : places) place = place / 1.5F - 1;
  const auto count = static_cast<int64_t>(places.size());
  return run_op({"GridSample",
                 {tensor<float>({10, 20, 40, 80}, {1, 1, 4}),
                  Tensor::of(std::span<const float>(places), {1, count, 1})},
                 {{"mode", std::string(mode)},
                  {"padding_mode", std::string(padding)},
                  {"align_corners", align_corners}}});
}

TEST(GridSample, interpolates) {
  expect_near<float>(sampled("linear", "zeros", {0, 0.5, 2.25, 3}), {10, 15, 50, 80}, 1e-4);
  expect_near<float>(sampled("nearest", "zeros", {0.4F, 0.6F, 2.9F}), {10, 20, 80}, 0);
  expect_near<float>(sampled("cubic", "border", {1, 1.5}), {20, 27.1875}, 1e-4);
}

TEST(GridSample, pads) {
  expect_near<float>(sampled("linear", "zeros", {-0.5, 3.5, -9}), {5, 40, 0}, 1e-4);
  expect_near<float>(sampled("linear", "border", {-0.5, 3.5, 1e9}), {10, 80, 80}, 1e-4);
  expect_near<float>(sampled("linear", "reflection", {-1, 4, 5, 7.5}), {20, 40, 20, 30}, 1e-3);
  // Cubic filters reach beyond the border: the weights of 0.5 on 10, 10, 10, 20.
  expect_near<float>(sampled("cubic", "border", {-0.5}), {10 - 0.09375 * 10}, 1e-4);
}

TEST(GridSample, is_safe_from_places_far_away) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    expect_near<float>(sampled(mode, "zeros", {nan, infinity, -1e30F}), {0, 0, 0}, 0);
    expect_near<float>(sampled(mode, "border", {-1e30F, 1e30F}), {10, 80}, 0);
    EXPECT_TRUE(sampled(mode, "reflection", {nan, infinity, 1e30F}, 0).has_value());
  }
}

TEST(GridSample, rounds_ties_to_even) {
  const OpCall call{"GridSample",
                    {tensor<float>({10, 20, 40}, {1, 1, 3}), tensor<float>({-0.5, 0.5}, {1, 2, 1})},
                    {{"mode", std::string("nearest")}, {"align_corners", int64_t{1}}}};
  expect_values<float>(run_op(call), {1, 1, 2}, {10, 40});
}

TEST(GridSample, samples_more_axes_and_channels) {
  const Tensor x = counting<float>({1, 2, 2, 3});
  const Tensor grid = tensor<float>({-1, -1, 1, 1, 0, 0}, {1, 1, 3, 2});
  OpCall call{"GridSample", {x, grid}, {{"align_corners", int64_t{1}}}};
  expect_values<float>(run_op(call), {1, 2, 1, 3}, {0, 5, 2.5, 6, 11, 8.5});
  call.thread_count = 2;
  expect_values<float>(run_op(call), {1, 2, 1, 3}, {0, 5, 2.5, 6, 11, 8.5});
  const Tensor cube = counting<double>({1, 1, 2, 2, 2});
  const Tensor place = tensor<double>({1, 0, -1}, {1, 1, 1, 1, 3});
  expect_values<double>(run_op({"GridSample", {cube, place}, {{"align_corners", int64_t{1}}}}),
                        {1, 1, 1, 1, 1}, {2});
}

TEST(GridSample, takes_other_types) {
  const Tensor grid = tensor<float>({-1, 0.25}, {1, 2, 1});
  const Attributes nearest{{"mode", std::string("nearest")}, {"align_corners", int64_t{1}}};
  const Tensor words = strings({"a", "b"}).reshaped({1, 1, 2});
  expect_strings(run_op({"GridSample", {words, grid}, nearest}), {"a", "b"});
  expect_values<bool>(
      run_op({"GridSample", {tensor<bool>({true, false}, {1, 1, 2}), grid}, nearest}), {1, 1, 2},
      {true, false});
  const Tensor numbers = tensor<int32_t>({-3, 4}, {1, 1, 2});
  expect_values<int32_t>(run_op({"GridSample", {numbers, grid}, {{"align_corners", int64_t{1}}}}),
                         {1, 1, 2}, {-3, 1});
  const Tensor halves = counting<Float16>({1, 1, 2});
  expect_values<Float16>(run_op({"GridSample", {halves, grid}, {{"align_corners", int64_t{1}}}}),
                         {1, 1, 2}, {Float16(0.0F), Float16(0.625F)});
  // The image alone says what type comes out.
  const Tensor half_grid = tensor<Float16>({Float16(-1.0F)}, {1, 1, 1});
  expect_values<float>(run_op({"GridSample", {counting<float>({1, 1, 2}), half_grid}}), {1, 1, 1},
                       {0});
}

TEST(GridSample, takes_nothing) {
  const Tensor grid = tensor<float>({0}, {1, 1, 1});
  for (const char* padding : {"zeros", "border", "reflection"}) {
    expect_values<float>(run_op({"GridSample",
                                 {counting<float>({1, 1, 0}), grid},
                                 {{"padding_mode", std::string(padding)}}}),
                         {1, 1, 1}, {0});
  }
  const Tensor none = Tensor::allocate(DType::kFloat32, {1, 0, 1}).value();
  expect_values<float>(run_op({"GridSample", {counting<float>({1, 1, 4}), none}}), {1, 1, 0}, {});
}

TEST(GridSample, infers_and_rejects) {
  const OpCall call{"GridSample", {counting<float>({1, 2, 4}), counting<float>({1, 5, 1})}};
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, 7}), dims({symbol("N"), symbol("P"), 1})}),
            "float32[N, 2, P]");
  EXPECT_EQ(inferred(call, {SymbolicShape(), dims({symbol("N"), 5, 1})}), "float32[N, ?, 5]");
  const auto with = [&](const char* name, const char* value) {
    return OpCall{"GridSample", call.inputs, {{name, std::string(value)}}};
  };
  expect_refused(with("mode", "bilinear"), "\"bilinear\" is none of linear, nearest, cubic");
  expect_refused(with("padding_mode", "wrap"), "\"wrap\" is none of zeros, border, reflection");
  expect_refused({"GridSample", {counting<float>({1, 2}), counting<float>({1, 1})}}, "are not [");
  expect_refused({"GridSample", {counting<float>({1, 2, 4}), counting<float>({1, 5, 2})}},
                 "the grid has 2 coordinates for 1 axes");
  expect_refused({"GridSample", {counting<float>({2, 2, 4}), counting<float>({1, 5, 1})}},
                 "the image has batch 2, the grid 1");
  expect_refused({"GridSample", {tensor<bool>({true}, {1, 1, 1}), counting<float>({1, 1, 1})}},
                 "interpolation of bool", ErrorCode::kUnsupported);
  expect_fails_to_run({"GridSample", {counting<float>({1, 2, 4}), counting<float>({1, 5, 2})}},
                      "the grid has 2 coordinates");
}

}  // namespace
}  // namespace tundish
