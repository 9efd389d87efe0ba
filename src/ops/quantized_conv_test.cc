#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Ints = std::vector<int64_t>;

/// `shape` elements of a fixed pattern in [least, least + 16).
template <class T> Tensor pattern(const Shape& shape, int least) {
  Tensor made = Tensor::allocate(dtype_of<T>, shape).value();
  uint32_t state = 12345;
  for (T& value : made.mutable_values<T>()) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<T>(least + static_cast<int>(state >> 28));
  }
  return made;
}

/// Conv of float32 numbers as exact integers.
std::vector<float> by_conv(const Shape& x, const Shape& w, int x_least, int w_least,
                           const Attributes& attributes) {
  const Tensor y =
      run_op({"Conv", {pattern<float>(x, x_least), pattern<float>(w, w_least)}, attributes})
          .value();
  const auto values = y.values<float>();
  return {values.begin(), values.end()};
}

void expect_as_conv(const Shape& x, const Shape& w, const Attributes& attributes) {
  OpCall call{"ConvInteger",
              {pattern<uint8_t>(x, 100), pattern<int8_t>(w, -20), Tensor::scalar(uint8_t{107}),
               Tensor::scalar(int8_t{-12})},
              attributes};
  const Tensor y = run_op(call).value();
  const auto values = y.values<int32_t>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), by_conv(x, w, -7, -8, attributes));
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(y, run_op(call).value()));
}

TEST(ConvInteger, of_the_onnx_text) {
  const Tensor x = tensor<uint8_t>({2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 1, 3, 3});
  const Tensor w = tensor<uint8_t>({1, 1, 1, 1}, {1, 1, 2, 2});
  const Tensor zero = Tensor::scalar(uint8_t{1});
  expect_values<int32_t>(run_op({"ConvInteger", {x, w, zero}}), {1, 1, 2, 2}, {12, 16, 24, 28});
  expect_values<int32_t>(run_op({"ConvInteger", {x, w, zero}, {{"pads", Ints{1, 1, 1, 1}}}}),
                         {1, 1, 4, 4}, {1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9});
}

TEST(ConvInteger, agrees_with_conv_in_every_form) {
  expect_as_conv({2, 3, 6, 7}, {4, 3, 3, 2}, {});
  expect_as_conv({2, 3, 6, 7}, {4, 3, 3, 2}, {{"pads", Ints{1, 2, 0, 1}}, {"strides", Ints{2, 3}}});
  expect_as_conv({1, 4, 9, 9}, {6, 2, 3, 3},
                 {{"group", int64_t{2}}, {"dilations", Ints{2, 3}}, {"pads", Ints{2, 2, 2, 2}}});
  expect_as_conv({1, 2, 11}, {3, 2, 4}, {{"auto_pad", std::string("SAME_UPPER")}});
  expect_as_conv({1, 2, 3, 4, 5}, {2, 2, 2, 2, 2}, {{"strides", Ints{1, 2, 2}}});
  expect_as_conv({2, 8, 5, 5}, {8, 8, 1, 1}, {});
  expect_as_conv({1, 3, 4, 4}, {3, 1, 3, 3}, {{"group", int64_t{3}}, {"pads", Ints{9, 9, 9, 9}}});
}

TEST(ConvInteger, zero_points_of_channels) {
  const Tensor x = tensor<int8_t>({1, 2, 3}, {1, 1, 3});
  const Tensor w = tensor<int8_t>({5, 5}, {2, 1, 1});
  expect_values<int32_t>(run_op({"ConvInteger", {x, w, Tensor(), vector<int8_t>({5, 4})}}),
                         {1, 2, 3}, {0, 0, 0, 1, 2, 3});
}

TEST(ConvInteger, of_no_channels) {
  const Tensor x = tensor<uint8_t>({}, {1, 0, 3});
  const Tensor w = tensor<uint8_t>({}, {2, 0, 2});
  expect_values<int32_t>(run_op({"ConvInteger", {x, w}}), {1, 2, 2}, {0, 0, 0, 0});
}

TEST(ConvInteger, infers_and_rejects) {
  const Tensor x = tensor<uint8_t>({1, 2, 3}, {1, 1, 3});
  const Tensor w = tensor<uint8_t>({1, 2}, {1, 1, 2});
  EXPECT_EQ(inferred({"ConvInteger", {x, w}}, {dims({symbol("N"), 1, 3})}), "int32[N, 1, 2]");
  expect_refused({"ConvInteger", {tensor<float>({1}, {1, 1, 1}), w}}, "float32 is not allowed");
  expect_refused({"ConvInteger", {x, w, Tensor::scalar(int8_t{0})}}, "differ in element type");
  OpCall call{"ConvInteger", {x, w, vector<uint8_t>({1, 2})}};
  expect_refused(call, "input 2: expected one number, got shape [2]");
  expect_fails_to_run(call, "input 2: expected one number, got shape [2]");
  call = {"ConvInteger", {x, w, Tensor(), vector<uint8_t>({1, 2})}};
  expect_refused(call, "input 3: shape [2] is neither one number nor one per output channel");
  expect_fails_to_run(call, "input 3: shape [2] is neither");
  expect_refused({"ConvInteger", {x, tensor<uint8_t>({1, 2}, {1, 2, 1})}}, "has 1 channels");
  EXPECT_EQ(traits_of("ConvInteger"), "p");
}

OpCall qlinear(Tensor x, Tensor w, Tensor w_scale, Tensor w_zero, Tensor bias) {
  const Tensor half = Tensor::scalar(0.5F);
  OpCall call{"QLinearConv",
              {std::move(x), half, Tensor::scalar(uint8_t{10}), std::move(w), std::move(w_scale),
               std::move(w_zero), Tensor::scalar(1.0F), Tensor::scalar(int8_t{1})}};
  if (bias.defined()) call.inputs.push_back(std::move(bias));
  return call;
}

TEST(QLinearConv, rounds_to_even_and_saturates) {
  const Tensor x = tensor<uint8_t>({11, 13, 15, 255, 0}, {1, 1, 5});
  const Tensor w = tensor<int8_t>({1, 2}, {2, 1, 1});
  const Tensor zero = Tensor::scalar(int8_t{0});
  expect_values<int8_t>(run_op(qlinear(x, w, Tensor::scalar(1.0F), zero, Tensor())), {1, 2, 5},
                        {1, 3, 3, 123, -4, 2, 4, 6, 127, -9});
  expect_values<int8_t>(run_op(qlinear(x, w, vector<float>({1, 0.5F}), vector<int8_t>({0, 1}),
                                       vector<int32_t>({2, -4}))),
                        {1, 2, 5}, {3, 3, 5, 125, -3, 0, 1, 1, 61, -3});
}

TEST(QLinearConv, infers_and_rejects) {
  const Tensor x = tensor<uint8_t>({1, 2, 3}, {1, 1, 3});
  const Tensor w = tensor<int8_t>({1, 2}, {1, 1, 2});
  const Tensor one = Tensor::scalar(1.0F);
  const Tensor zero = Tensor::scalar(int8_t{0});
  EXPECT_EQ(inferred(qlinear(x, w, one, zero, Tensor()), {dims({symbol("N"), 1, 3})}),
            "int8[N, 1, 2]");
  expect_refused(qlinear(x, w, vector<double>({1}), zero, Tensor()), "float64 is not allowed");
  expect_refused(qlinear(x, w, one, Tensor::scalar(uint8_t{0}), Tensor()), "differ");
  OpCall call = qlinear(x, w, vector<float>({1, 2}), zero, Tensor());
  expect_refused(call, "input 4: shape [2] is neither");
  expect_fails_to_run(call, "input 4: shape [2] is neither");
  call = qlinear(x, w, one, zero, vector<int32_t>({1, 2}));
  expect_refused(call, "the bias has shape [2]");
  expect_fails_to_run(call, "the bias has 2 values for 1 output channels");
  call = qlinear(x, w, one, zero, vector<float>({1}));
  expect_refused(call, "float32 is not allowed");
  call = qlinear(x, w, one, zero, Tensor());
  call.inputs[6] = vector<float>({1, 2});
  expect_refused(call, "input 6: expected one number");
  expect_fails_to_run(call, "input 6: expected one number");
}

}  // namespace
}  // namespace tundish
