#include "ops/support/vector_span.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

using testing::tensor;

// The operator on the best instruction set of this machine.
Tensor best(const char* op, const Tensor& x, int threads) {
  const Graph graph = testing::graph_of({op, {x}}, testing::Known::kConstants).value();
  const Node& node = graph.node(graph.order()[0]);
  const Tensor inputs[] = {x};
  testing::TestContext context(node, inputs, nullptr, kernels::table_for(kernels::detect_isa()),
                               threads);
  EXPECT_TRUE(builtin_ops().find(node)->run(context).has_value());
  return context.results[0];
}

TEST(VectorSpan, operators_agree_with_double) {
  std::vector<float> values;
  for (int i = -300; i <= 300; ++i) values.push_back(static_cast<float>(i) / 20);
  const Tensor x = Tensor::of(std::span<const float>(values));
  const std::vector<double> wide(values.begin(), values.end());
  const Tensor exact = Tensor::of(std::span<const double>(wide));
  for (const char* op : {"Exp", "Erf", "Tanh", "Sigmoid", "Gelu", "Swish", "Relu"}) {
    const Tensor got = best(op, x, 1);
    const Tensor want = best(op, exact, 1);
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(got.values<float>()[i]), want.values<double>()[i],
                  1e-6 * std::fabs(want.values<double>()[i]) + 1e-12)
          << op << " of " << values[i];
    }
  }
}

TEST(VectorSpan, threads_and_halves) {
  std::vector<float> values(200000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 4001) / 400 - 5;
  const Tensor x = Tensor::of(std::span<const float>(values));
  EXPECT_TRUE(testing::same_bits(best("Tanh", x, 1), best("Tanh", x, 2)));
  const Tensor half = best("Exp", testing::halves<Float16>({0, 1}), 1);
  ASSERT_EQ(half.dtype(), DType::kFloat16);
  EXPECT_EQ(half.values<Float16>()[1].bits, Float16(2.71828F).bits);
}

// Two tensors on the best instruction set.
Tensor best_pair(const char* op, const Tensor& a, const Tensor& b, int threads) {
  const Graph graph = testing::graph_of({op, {a, b}}, testing::Known::kConstants).value();
  const Node& node = graph.node(graph.order()[0]);
  const Tensor inputs[] = {a, b};
  testing::TestContext context(node, inputs, nullptr, kernels::table_for(kernels::detect_isa()),
                               threads);
  EXPECT_TRUE(builtin_ops().find(node)->run(context).has_value());
  return context.results[0];
}

TEST(VectorSpan, pairs_are_broadcast) {
  std::vector<float> values(700 * 300);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 97) - 40;
  const Tensor whole = Tensor::of(std::span<const float>(values), Shape{700, 300});
  const std::span<const float> some(values.data(), 300);
  const Tensor others[] = {Tensor::of(some, Shape{300}), Tensor::of(some.first(1), Shape{1}), whole,
                           Tensor::of(std::span<const float>(values.data(), 700), Shape{700, 1})};
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Min", "Max"}) {
    for (const Tensor& other : others) {
      const Tensor one = best_pair(op, whole, other, 1);
      EXPECT_TRUE(testing::same_bits(one, best_pair(op, whole, other, 3))) << op;
      const auto plain = testing::run_op({op, {whole, other}});
      EXPECT_TRUE(testing::same_bits(one, plain.value())) << op;
    }
  }
}

}  // namespace
}  // namespace tundish::ops
