#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall fused(std::vector<Tensor> inputs, std::string program) {
  return {"FusedElementwise", std::move(inputs), {{"program", std::move(program)}}, "tundish"};
}

const Tensor kNumbers = tensor<float>({-3, -1, -0.5F, -0.0F, 0, 0.25F, 1, 2, 5, 30}, {2, 5});

// Each operation has the bits of the operator of its name on the same machine.
TEST(FusedElementwise, operations_are_the_operators) {
  const Tensor other = tensor<float>({2, -1, 0.5F, 3, -2}, {5});
  for (const char* name : {"Neg", "Abs", "Sqrt", "Reciprocal", "Relu", "Exp", "Log", "Tanh",
                           "Sigmoid", "Erf", "Gelu"}) {
    const auto want = run_op({name, {kNumbers}});
    const auto got = run_op(fused({kNumbers}, std::string(name) + " x0"));
    ASSERT_TRUE(got.has_value() && want.has_value());
    expect_alike(got.value(), want.value(), name);
  }
  for (const char* name : {"Add", "Sub", "Mul", "Div", "Min", "Max", "Pow"}) {
    for (const Tensor& second : {other, tensor<float>({2}, {}), tensor<float>({3, 2}, {2, 1})}) {
      const auto want = run_op({name, {kNumbers, second}});
      const auto got = run_op(fused({kNumbers, second}, std::string(name) + " x0 x1"));
      ASSERT_TRUE(got.has_value() && want.has_value());
      EXPECT_TRUE(same_bits(got.value(), want.value())) << name;
    }
  }
}

TEST(FusedElementwise, chains) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_values<float>(run_op(fused({x, vector<float>({1, -1}), tensor<float>({10}, {})},
                                    "Add x0 x1; Mul t0 x2; Relu t1; Sub t2 x0")),
                       {2, 2}, {19, 8, 37, 26});
  expect_values<float>(
      run_op(fused({vector<float>({1, 2}), tensor<float>({10, 20}, {2, 1})}, "Mul x0 x1")), {2, 2},
      {10, 20, 20, 40});
  expect_values<float>(
      run_op(fused({tensor<float>({}, {0, 3}), vector<float>({1, 2, 3})}, "Mul x0 x1")), {0, 3},
      {});
}

TEST(FusedElementwise, threads_change_nothing) {
  std::vector<float> values(300 * 700);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1009) / 100 - 5;
  const Tensor x = Tensor::of(std::span<const float>(values), Shape{300, 700});
  OpCall call = fused({x, x.reshaped({300, 700})}, "Tanh x0; Mul t0 x1; Exp t1; Add t2 x0");
  const auto one = run_op(call);
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(run_op(call).value(), one.value()));
}

TEST(FusedElementwise, infers_and_refuses) {
  const Tensor x = vector<float>({1, 2});
  EXPECT_EQ(inferred(fused({x, x}, "Add x0 x1"), {dims({symbol("N"), 2}), dims({2})}),
            "float32[N, 2]");
  expect_refused(fused({x, vector<float>({1, 2, 3})}, "Add x0 x1"), "");
  expect_refused(fused({x}, "Sine x0"), "attribute \"program\"");
  expect_refused(fused({x, vector<double>({1, 2})}, "Add x0 x1"), "input 1");
}

}  // namespace
}  // namespace tundish
