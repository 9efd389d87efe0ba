#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

Attributes texts(std::vector<std::pair<const char*, const char*>> pairs) {
  Attributes made;
  for (const auto& [name, value] : pairs) made.emplace_back(name, std::string(value));
  return made;
}
OpCall scaled(Tensor x, std::initializer_list<float> scales, Attributes attributes = {}) {
  return {"Resize", {std::move(x), Tensor(), vector<float>(scales)}, std::move(attributes)};
}
OpCall sized(Tensor x, std::initializer_list<int64_t> sizes, Attributes attributes = {}) {
  return {
      "Resize", {std::move(x), Tensor(), Tensor(), vector<int64_t>(sizes)}, std::move(attributes)};
}
Tensor row() { return vector<float>({10, 20, 40, 80}); }

TEST(Resize, moves_the_nearest_elements) {
  expect_values<float>(run_op(scaled(row(), {2})), {8}, {10, 10, 20, 20, 40, 40, 80, 80});
  expect_values<float>(run_op(scaled(row(), {0.6F})), {2}, {10, 40});
  const auto with = [&](const char* nearest) {
    return run_op(sized(
        row(), {8},
        texts({{"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", nearest}})));
  };
  expect_values<float>(with("round_prefer_floor"), {8}, {10, 10, 20, 20, 40, 40, 80, 80});
  expect_values<float>(with("round_prefer_ceil"), {8}, {10, 20, 20, 40, 40, 80, 80, 80});
  expect_values<float>(with("floor"), {8}, {10, 10, 20, 20, 40, 40, 80, 80});
  expect_values<float>(with("ceil"), {8}, {10, 20, 20, 40, 40, 80, 80, 80});
}

TEST(Resize, is_not_led_astray_by_rounded_scales) {
  // 4 / 3 as float32 is a little more: element 4 lies at 3, not before it.
  const Attributes down =
      texts({{"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}});
  expect_values<float>(run_op(scaled(vector<float>({0, 1, 2, 3, 4, 5}), {4.0F / 3}, down)), {8},
                       {0, 0, 1, 2, 3, 3, 4, 5});
  // 0.7 as float32 is a little less; 10 * 0.7 are 7 elements.
  EXPECT_EQ(run_op(scaled(counting<float>({10}), {0.7F})).value().shape().to_string(), "[7]");
}

TEST(Resize, moves_elements_of_every_type) {
  expect_strings(run_op(scaled(strings({"a", "b"}), {2})), {"a", "a", "b", "b"});
  expect_values<bool>(run_op(scaled(vector<bool>({true, false}), {1.5})), {3}, {true, true, false});
  expect_values<Float16>(run_op(scaled(counting<Float16>({2}), {0.5})), {1}, {Float16(0.0F)});
  const Tensor image = tensor<int8_t>({1, 2, 3, 4}, {2, 2});
  expect_values<int8_t>(run_op(scaled(image, {2, 1})), {4, 2}, {1, 2, 1, 2, 3, 4, 3, 4});
  expect_values<int8_t>(run_op(scaled(image, {1, 2})), {2, 4}, {1, 1, 2, 2, 3, 3, 4, 4});
}

TEST(Resize, interpolates) {
  const auto linear = [&](const char* how) {
    return run_op(
        scaled(row(), {2}, texts({{"mode", "linear"}, {"coordinate_transformation_mode", how}})));
  };
  expect_near<float>(linear("half_pixel"), {10, 12.5, 17.5, 25, 35, 50, 70, 80}, 1e-5);
  expect_near<float>(linear("asymmetric"), {10, 15, 20, 30, 40, 60, 80, 80}, 1e-5);
  expect_near<float>(linear("align_corners"),
                     {10, 10 + 30.0 / 7, 10 + 60.0 / 7, 20 + 40.0 / 7, 20 + 100.0 / 7,
                      40 + 40.0 / 7, 40 + 160.0 / 7, 80},
                     1e-4);
  expect_near<float>(
      run_op(sized(
          row(), {1},
          texts({{"mode", "linear"}, {"coordinate_transformation_mode", "pytorch_half_pixel"}}))),
      {10}, 0);
  // 2.4 elements, of which 2 are kept, in the middle.
  expect_near<float>(
      run_op(scaled(
          row(), {0.6F},
          texts({{"mode", "linear"}, {"coordinate_transformation_mode", "half_pixel_symmetric"}}))),
      {10 + 20.0 / 3, 40 + 40.0 / 3}, 1e-4);
}

TEST(Resize, interpolates_with_cubics) {
  Attributes cubic = texts({{"mode", "cubic"}});
  // Weights of half-way: -0.09375, 0.59375, 0.59375, -0.09375.
  expect_near<float>(run_op(sized(row(), {2}, cubic)),
                     {0.59375 * 30 - 0.09375 * 50, 0.59375 * 120 - 0.09375 * 100}, 1e-4);
  cubic.emplace_back("exclude_outside", int64_t{1});
  expect_near<float>(
      run_op(sized(row(), {2}, cubic)),
      {(0.59375 * 30 - 0.09375 * 40) / 1.09375, (0.59375 * 120 - 0.09375 * 20) / 1.09375}, 1e-4);
  cubic.emplace_back("cubic_coeff_a", 0.0F);
  expect_near<float>(run_op(sized(row(), {2}, cubic)), {15, 60}, 1e-4);
}

TEST(Resize, widens_filters_against_aliasing) {
  Attributes linear = texts({{"mode", "linear"}});
  linear.emplace_back("antialias", int64_t{1});
  // Weights 1/4, 3/4, 3/4, 1/4 of what lies around 0.5 and 2.5.
  expect_near<float>(run_op(sized(row(), {2}, linear)),
                     {(2.5 + 7.5 + 15 + 10) / 2, (5.0 + 30 + 60 + 20) / 2}, 1e-4);
  // Growing needs none.
  const Tensor plain = run_op(scaled(row(), {2}, texts({{"mode", "linear"}}))).value();
  EXPECT_TRUE(same_bits(plain, run_op(scaled(row(), {2}, linear)).value()));
}

TEST(Resize, crops) {
  Attributes crop = texts({{"coordinate_transformation_mode", "tf_crop_and_resize"}});
  crop.emplace_back("extrapolation_value", 7.0F);
  OpCall call = sized(row(), {3}, crop);
  call.inputs[1] = vector<float>({0, 2});
  expect_values<float>(run_op(call), {3}, {10, 80, 7});
  call.attributes.emplace_back("mode", std::string("linear"));
  call.inputs[1] = vector<float>({0.5, 1});
  expect_near<float>(run_op(call), {30, 50, 80}, 1e-4);
  call.inputs[3] = vector<int64_t>({1});
  expect_near<float>(run_op(call), {50}, 1e-4);
}

TEST(Resize, keeps_aspect_ratios) {
  const Tensor x = counting<float>({4, 8});
  const auto shape = [&](const char* policy, std::initializer_list<int64_t> sizes) {
    return run_op(sized(x, sizes, texts({{"keep_aspect_ratio_policy", policy}})))
        .value()
        .shape()
        .to_string();
  };
  EXPECT_EQ(shape("stretch", {2, 3}), "[2, 3]");
  EXPECT_EQ(shape("not_larger", {2, 3}), "[2, 3]");
  EXPECT_EQ(shape("not_larger", {8, 8}), "[4, 8]");
  EXPECT_EQ(shape("not_smaller", {8, 8}), "[8, 16]");
  EXPECT_EQ(shape("not_smaller", {1, 3}), "[2, 3]");
}

TEST(Resize, takes_some_axes) {
  Attributes last{{"axes", ints({-1})}};
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_values<float>(run_op(scaled(x, {2}, last)), {2, 4}, {1, 1, 2, 2, 3, 3, 4, 4});
  Attributes turned{{"axes", ints({1, 0})}};
  EXPECT_EQ(run_op(sized(x, {5, 3}, turned)).value().shape().to_string(), "[3, 5]");
}

TEST(Resize, rounds_integers_and_holds_them_to_their_range) {
  Attributes cubic = texts({{"mode", "cubic"}});
  const Tensor x = vector<uint8_t>({0, 0, 255, 255});
  expect_values<uint8_t>(run_op(scaled(x, {2}, cubic)), {8}, {0, 0, 0, 58, 197, 255, 255, 255});
  const Tensor big = vector<int64_t>({-4, 5});
  expect_values<int64_t>(run_op(scaled(big, {2}, texts({{"mode", "linear"}}))), {4},
                         {-4, -2, 3, 5});
}

TEST(Resize, gives_the_same_for_any_threads_and_for_halves) {
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    OpCall call =
        scaled(noise<float>({1, 3, 40, 50}, 1), {1, 1, 1.7F, 0.6F}, texts({{"mode", mode}}));
    const Tensor one = run_op(call).value();
    call.thread_count = 2;
    EXPECT_TRUE(same_bits(one, run_op(call).value()));
  }
  // The image alone says what type comes out.
  OpCall crop =
      sized(row(), {4},
            texts({{"coordinate_transformation_mode", "tf_crop_and_resize"}, {"mode", "linear"}}));
  crop.inputs[1] = vector<Float16>({Float16(0.0F), Float16(1.0F)});
  expect_values<float>(run_op(crop), {4}, {10, 20, 40, 80});
  expect_values<Float16>(run_op(sized(counting<Float16>({2}), {4}, texts({{"mode", "linear"}}))),
                         {4}, {Float16(0.0F), Float16(0.25F), Float16(0.75F), Float16(1.0F)});
}

TEST(Resize, of_version_10_rounds_by_direction) {
  OpCall call{"Resize", {row(), vector<float>({0.6F})}};
  call.version = 10;
  expect_values<float>(run_op(call), {2}, {10, 40});
  call.inputs[1] = vector<float>({1.5F});
  expect_values<float>(run_op(call), {6}, {10, 10, 20, 40, 40, 80});
  call.attributes = texts({{"mode", "linear"}});
  expect_near<float>(run_op(call), {10, 10 + 20.0 / 3, 20 + 20.0 / 3, 40, 40 + 80.0 / 3, 80}, 1e-4);
}

TEST(Resize, infers_shapes) {
  const OpCall call = scaled(counting<float>({1, 3, 4, 5}), {1, 1, 2, 0.5});
  const Dim n = symbol("N");
  EXPECT_EQ(inferred(call, {dims({n, 3, 4, 5})}), "float32[N, 3, 8, 2]");
  EXPECT_EQ(inferred(call, {dims({n, 3, symbol("H"), 5})}), "float32[N, 3, ?, 2]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?...]");
  OpCall some = scaled(counting<float>({1, 3}), {2}, {{"axes", ints({1})}});
  EXPECT_EQ(inferred(some, {dims({n, 3}), SymbolicShape(), dims({1})}), "float32[N, ?]");
  EXPECT_EQ(inferred(sized(counting<float>({1, 3}), {7, 9}), {dims({n, symbol("W")})}),
            "float32[7, 9]");
}

TEST(Resize, rejects_inputs) {
  const float nan = std::nanf("");
  for (const float scale : {nan, -1.0F, 0.0F, HUGE_VALF}) {
    expect_refused(scaled(row(), {scale}), "is not a positive number");
    expect_fails_to_run(scaled(row(), {scale}), "is not a positive number");
  }
  expect_refused({"Resize", {row()}}, "neither scales nor sizes are given");
  expect_refused({"Resize", {row(), {}, vector<float>({1}), vector<int64_t>({4})}}, "both given");
  expect_refused(scaled(row(), {1, 1}), "scales have 2 values for 1 axes");
  expect_refused(sized(row(), {1, 1}), "sizes have 2 values for 1 axes");
  expect_refused(sized(row(), {-1}), "size -1 is negative");
  expect_refused(scaled(row(), {3e38F}), "is too large");
  expect_refused(sized(counting<float>({0}), {3}), "an axis of no elements");
  expect_values<float>(run_op(sized(row(), {0})), {0}, {});
  expect_fails_to_run(
      sized(row(), {3}, texts({{"coordinate_transformation_mode", "tf_crop_and_resize"}})),
      "the area has 0 values for 1 axes");
  expect_refused(scaled(row(), {1}, {{"axes", ints({1})}}), "axis 1 outside [-1, 1)");
  expect_refused(scaled(row(), {1, 1}, {{"axes", ints({0, -1})}}), "names axis 0 twice");
  expect_refused(scaled(row(), {1}, texts({{"mode", "area"}})), "unknown value \"area\"");
  expect_refused(scaled(vector<bool>({true}), {1}, texts({{"mode", "linear"}})),
                 "interpolation of bool", ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace tundish
