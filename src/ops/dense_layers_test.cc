#include <gtest/gtest.h>

#include <cmath>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

OpCall layers(std::vector<Tensor> inputs, std::vector<std::string> activations,
              std::vector<std::pair<std::string, Attribute>> more = {}) {
  OpCall call{"DenseLayers", std::move(inputs), std::move(more), std::string(kDomainTundish)};
  call.attributes.emplace_back("activations", std::move(activations));
  call.constant_from = 1;
  return call;
}

Tensor matrix(std::initializer_list<float> values, int64_t rows, int64_t columns) {
  return tensor<float>(values, {rows, columns});
}

TEST(DenseLayers, goes_through_all_layers) {
  const Tensor x = matrix({1, 2, -3, 4}, 2, 2);
  const Tensor first = matrix({1, -1, 2, 2, 1, 0}, 2, 3);
  const Tensor second = matrix({1, 2, 3}, 3, 1);
  // x W1 + b1 = {6, 1, 3}, {6, 7, -5}.
  expect_values<float>(
      run_op(layers({x, first, vector<float>({1, 0, 1}), second, Tensor()}, {"Relu", ""})), {2, 1},
      {17, 20});
  const Tensor turned = matrix({1, 2, -1, 1, 2, 0}, 3, 2);
  expect_values<float>(run_op(layers({x, turned, vector<float>({1, 0, 1}), second}, {"Relu", ""},
                                     {{"transB", std::vector<int64_t>{1, 0}}})),
                       {2, 1}, {17, 20});
}

TEST(DenseLayers, begins_with_steps_and_ends_with_softmax) {
  const Tensor x = matrix({3, 5}, 1, 2);
  const Tensor unit = matrix({1, 0, 0, 1}, 2, 2);
  const Tensor mean = vector<float>({1, 1});
  const Tensor scale = vector<float>({2, 4});
  expect_values<float>(run_op(layers({x, mean, scale, unit}, {""},
                                     {{"steps", std::vector<std::string>{"Sub", "Div"}}})),
                       {1, 2}, {1, 1});
  expect_values<float>(
      run_op(layers({x, mean, scale, unit}, {""},
                    {{"steps", std::vector<std::string>{"Sub", "Div"}}, {"softmax", int64_t{1}}})),
      {1, 2}, {0.5F, 0.5F});
}

TEST(DenseLayers, knows_every_activation) {
  const auto once = [](std::string name) {
    return run_op(layers({matrix({0.5F, -2}, 2, 1), matrix({1}, 1, 1)}, {std::move(name)}));
  };
  expect_near<float>(once("Relu"), {2, 1}, {0.5F, 0}, 1e-6);
  expect_near<float>(once("Sigmoid"), {2, 1}, {0.62245933F, 0.11920292F}, 1e-6);
  expect_near<float>(once("Tanh"), {2, 1}, {0.46211716F, -0.96402758F}, 1e-6);
  expect_near<float>(once("Silu"), {2, 1}, {0.31122967F, -0.23840584F}, 1e-6);
  expect_near<float>(once("Gelu"), {2, 1}, {0.34573123F, -0.04550026F}, 1e-6);
  expect_near<float>(once("GeluTanh"), {2, 1}, {0.34571400F, -0.04540231F}, 1e-6);
}

TEST(DenseLayers, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, {5000, 8}).value();
  Tensor w = Tensor::allocate(DType::kFloat32, {8, 64}).value();
  for (size_t i = 0; i < 40000; ++i) {
    x.mutable_values<float>()[i] = std::sin(static_cast<float>(i));
  }
  for (size_t i = 0; i < 512; ++i) w.mutable_values<float>()[i] = std::cos(static_cast<float>(i));
  OpCall call = layers({x, w}, {"Tanh"});
  const Result<Tensor> one = run_op(call);
  call.thread_count = 3;
  const Result<Tensor> three = run_op(call);
  ASSERT_TRUE(one && three);
  EXPECT_TRUE(same_bits(*one, *three));
}

TEST(DenseLayers, infers_shapes) {
  const OpCall call = layers({matrix({1, 2}, 1, 2), matrix({1, 2, 3, 4, 5, 6}, 2, 3)}, {""});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float32[N, 3]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?, 3]");
}

TEST(DenseLayers, refusals) {
  const Tensor x = matrix({1, 2}, 1, 2);
  const Tensor w = matrix({1, 2, 3, 4, 5, 6}, 2, 3);
  expect_refused(layers({x, w}, {}), "names no layer");
  expect_refused(layers({x, w}, {"Swish"}), "activation \"Swish\"");
  expect_refused(layers({x, w}, {"", ""}), "2 inputs, 4 or 5 expected");
  expect_refused(layers({x, w}, {""}, {{"transB", std::vector<int64_t>{1}}}),
                 "a matrix for 2 columns");
  expect_refused(layers({x, w, vector<float>({1, 2})}, {""}), "input 2 of shape [2], expected [3]");
  expect_refused(
      layers({x, vector<float>({1}), w}, {""}, {{"steps", std::vector<std::string>{"Sub"}}}),
      "input 1 of shape [1], expected [2]");
  expect_refused(layers({x, x, w}, {""}, {{"steps", std::vector<std::string>{"Pow"}}}),
                 "step \"Pow\"");
  expect_refused(layers({vector<float>({1, 2}), w}, {""}), "a matrix");
  expect_refused(layers({x, vector<double>({1, 2})}, {""}), "float64");
  OpCall call = layers({vector<float>({1, 2}), w}, {""});
  call.constant_from = SIZE_MAX;
  expect_fails_to_run(call, "expected a matrix");
}

}  // namespace
}  // namespace tundish::ops
