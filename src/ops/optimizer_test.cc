#include <cmath>

#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

ValueCall optimise(std::string op, int64_t count, std::vector<Tensor> tensors,
                   Attributes attributes, size_t outputs) {
  ValueCall call{std::move(op),
                 {Tensor::scalar(0.5), Tensor::scalar(count)},
                 std::move(attributes),
                 std::string(kDomainTraining),
                 outputs};
  for (Tensor& tensor : tensors) call.inputs.push_back(std::move(tensor));
  return call;
}
void expect_near(const Result<Tensor>& got, const std::vector<double>& want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(static_cast<size_t>(got.value().element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.value().values<double>()[i], want[i], 1e-12) << i;
  }
}
Tensor two(double a, double b) { return vector<double>({a, b}); }
Attributes momentum(std::string mode) {
  return {{"alpha", 0.5F}, {"beta", 0.25F}, {"norm_coefficient", 0.5F}, {"mode", std::move(mode)}};
}

TEST(Optimizer, adagrad_follows_its_formula) {
  const Attributes attributes{
      {"norm_coefficient", 0.5F}, {"decay_factor", 0.25F}, {"epsilon", 0.5F}};
  const ValueCall call = optimise("Adagrad", 4, {two(1, 2), two(3, -1), two(4, 9)}, attributes, 2);
  // r = 0.5 / 2; g = 0.5 x + g; h = h + g^2; x - r g / (sqrt(h) + 0.5)
  expect_near(run_tensor(call, 1), {16.25, 9});
  expect_near(run_tensor(call, 0), {1 - 0.25 * 3.5 / (std::sqrt(16.25) + 0.5), 2});
}

TEST(Optimizer, adam_follows_its_formula) {
  const Attributes attributes{{"alpha", 0.5F},
                              {"beta", 0.75F},
                              {"norm_coefficient", 0.5F},
                              {"norm_coefficient_post", 0.25F},
                              {"epsilon", 0.5F}};
  const auto run = [&](int64_t count, size_t output) {
    return run_tensor(optimise("Adam", count,
                               {vector<double>({1}), vector<double>({3}), vector<double>({2}),
                                vector<double>({4})},
                               attributes, 3),
                      output);
  };
  const double v = 0.5 * 2 + 0.5 * 3.5;
  const double h = 0.75 * 4 + 0.25 * 3.5 * 3.5;
  expect_near(run(2, 1), {v});
  expect_near(run(2, 2), {h});
  const double rate = 0.5 * std::sqrt(1 - 0.75 * 0.75) / (1 - 0.25);
  expect_near(run(2, 0), {0.75 * (1 - rate * v / (std::sqrt(h) + 0.5))});
  expect_near(run(0, 0), {0.75 * (1 - 0.5 * v / (std::sqrt(h) + 0.5))});
}

TEST(Optimizer, momentum_follows_its_formulas) {
  const auto run = [&](std::string mode, int64_t count, size_t output) {
    return run_tensor(
        optimise("Momentum", count, {vector<double>({1}), vector<double>({3}), vector<double>({2})},
                 momentum(std::move(mode)), 2),
        output);
  };
  const double v = 0.5 * 2 + 0.25 * 3.5;
  expect_near(run("standard", 1, 1), {v});
  expect_near(run("standard", 1, 0), {1 - 0.5 * v});
  expect_near(run("standard", 0, 1), {0.5 * 2 + 3.5});
  expect_near(run("nesterov", 1, 0), {1 - 0.5 * (3.5 + 0.5 * v)});
}

TEST(Optimizer, takes_several_tensors) {
  const ValueCall call = optimise(
      "Momentum", 1,
      {vector<float>({1}), two(1, 2), vector<float>({3}), two(0, 0), vector<float>({2}), two(0, 0)},
      momentum("standard"), 4);
  expect_values<float>(run_tensor(call, 2), {1}, {1.875F});
  expect_near(run_tensor(call, 3), {0.125, 0.25});
  expect_near(run_tensor(call, 1), {0.9375, 1.875});
  EXPECT_EQ(inferred(call, 3), "float64[2]");
}

TEST(Optimizer, rejects_lists_and_shapes) {
  const auto code = ErrorCode::kInvalidModel;
  const std::vector<Tensor> three = {two(1, 2), two(1, 2), two(1, 2)};
  expect_error(graph_of(optimise("Momentum", 1, three, momentum("standard"), 3)), code,
               "3 tensors in and 3 out");
  expect_error(
      graph_of(optimise("Adagrad", 1, {two(1, 2), two(1, 2), two(1, 2), two(1, 2)}, {}, 2)), code,
      "4 tensors in and 2 out");
  expect_error(graph_of(optimise("Momentum", 1, three, momentum("fast"), 2)), code,
               "unknown value \"fast\"");
  expect_error(graph_of(optimise("Momentum", 1, three, {}, 2)), code, "\"alpha\" is missing");
  expect_error(
      graph_of(optimise("Adagrad", 1, {two(1, 2), vector<float>({1, 2}), two(1, 2)}, {}, 2)), code,
      "differ in element type");
  const ValueCall shapes =
      optimise("Adagrad", 1, {two(1, 2), vector<double>({1}), two(1, 2)}, {}, 2);
  expect_error(run_values(shapes), ErrorCode::kInvalidArgument, "input 3 has shape [1]");
  ValueCall rates = optimise("Adagrad", 1, three, {}, 2);
  rates.inputs[0] = two(1, 2);
  expect_error(run_values(rates), ErrorCode::kInvalidArgument, "input 0: expected one number");
}

}  // namespace
}  // namespace tundish
