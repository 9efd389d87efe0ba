#include <cmath>
#include <functional>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

template <class T> Tensor made(const Shape& shape, int seed) {
  std::vector<T> values(static_cast<size_t>(shape.element_count()));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] =
        static_cast<T>(static_cast<int>((i * 37 + static_cast<size_t>(seed) * 11) % 23) - 11) /
        T(8);
  }
  return Tensor::of(std::span<const T>(values), shape);
}

OpCall fused(std::vector<Tensor> inputs,
             std::vector<std::pair<std::string, Attribute>> attributes) {
  return {"FusedMatMul", std::move(inputs), std::move(attributes), "tundish"};
}

using Function = std::function<double(double)>;
struct Case {
  std::string activation;
  Function f;
};
const Case kCases[] = {
    {"", [](double x) { return x; }},
    {"Relu", [](double x) { return x < 0 ? 0 : x; }},
    {"Clip", [](double x) { return std::min(std::max(x, -0.5), 0.75); }},
    {"LeakyRelu", [](double x) { return x < 0 ? -0.5 * x : x; }},
    {"Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"Tanh", [](double x) { return std::tanh(x); }},
    {"Silu", [](double x) { return x / (1 + std::exp(-x)); }},
    {"Gelu", [](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; }},
    {"GeluTanh",
     [](double x) {
       return x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))) / 2;
     }},
};

// Rows of `y` for operands [3, 5] and [5, 4], by loops.
template <class T> void expect_fused(const Case& c, bool transposes, bool is_late) {
  const Shape a_shape = transposes ? Shape{5, 3} : Shape{3, 5};
  const Shape b_shape = transposes ? Shape{4, 5} : Shape{5, 4};
  const Tensor a = made<T>(a_shape, 1);
  const Tensor b = made<T>(b_shape, 2);
  const Tensor bias = made<T>({4}, 3);
  const Tensor residual = made<T>({3, 4}, 4);
  const auto got = run_op(fused({a, b, bias, residual},
                                {{"transA", int64_t{transposes}},
                                 {"transB", int64_t{transposes}},
                                 {"alpha", 0.5F},
                                 {"activation", c.activation},
                                 {"activation_low", -0.5F},
                                 {"activation_high", 0.75F},
                                 {"residual_order", std::string(is_late ? "after" : "before")}}));
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().shape().to_string(), "[3, 4]");
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (size_t k = 0; k < 5; ++k) {
        sum += static_cast<double>(a.values<T>()[transposes ? k * 3 + i : i * 5 + k]) *
               static_cast<double>(b.values<T>()[transposes ? j * 5 + k : k * 4 + j]);
      }
      const double x = 0.5 * sum + static_cast<double>(bias.values<T>()[j]);
      const auto more = static_cast<double>(residual.values<T>()[i * 4 + j]);
      const double want = is_late ? c.f(x) + more : c.f(x + more);
      EXPECT_NEAR(static_cast<double>(got.value().values<T>()[i * 4 + j]), want,
                  sizeof(T) == 4 ? 2e-6 : 1e-12)
          << c.activation << transposes << is_late;
    }
  }
}

TEST(FusedMatMul, every_activation_and_order) {
  for (const Case& c : kCases) {
    for (const bool transposes : {false, true}) {
      for (const bool is_late : {false, true}) {
        expect_fused<float>(c, transposes, is_late);
        expect_fused<double>(c, transposes, is_late);
      }
    }
  }
}

TEST(FusedMatMul, without_extras_it_is_matmul) {
  for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 4}, Shape{4}, Shape{70, 4}}) {
    for (const Shape& right : {Shape{4, 6}, Shape{1, 4, 1}, Shape{2, 4, 3}, Shape{4}}) {
      if (shape == Shape{70, 4} && right.rank() == 3) continue;
      const Tensor a = made<float>(shape, 5);
      const Tensor b = made<float>(right, 6);
      const auto plain = run_op({"MatMul", {a, b}});
      const auto got = run_op(fused({a, b}, {}));
      ASSERT_TRUE(got.has_value()) << got.error().to_string();
      EXPECT_TRUE(same_bits(got.value(), plain.value())) << shape.to_string();
    }
  }
}

TEST(FusedMatMul, batches_of_transposed_left_sides) {
  const Tensor a = tensor<float>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  const Tensor b = tensor<float>({1, 10}, {2, 1});
  const Tensor residual = tensor<float>({100, 200, 300, 400}, {2, 2, 1});
  expect_values<float>(run_op(fused({a, b, Tensor(), residual}, {{"transA", int64_t{1}}})),
                       {2, 2, 1}, {131, 242, 375, 486});
}

TEST(FusedMatMul, two_threads_and_nothing) {
  OpCall call = fused({made<float>({130, 64}, 1), made<float>({64, 300}, 2), made<float>({300}, 3)},
                      {{"activation", std::string("Gelu")}});
  const auto one = run_op(call);
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(run_op(call).value(), one.value()));
  expect_values<float>(run_op(fused({made<float>({0, 2}, 1), made<float>({2, 3}, 1)}, {})), {0, 3},
                       {});
  expect_values<float>(
      run_op(fused({made<float>({2, 0}, 1), made<float>({0, 2}, 1), vector<float>({5, 6})}, {})),
      {2, 2}, {5, 6, 5, 6});
}

TEST(FusedMatMul, refusals) {
  const Tensor a = made<float>({3, 5}, 1);
  const Tensor b = made<float>({5, 4}, 2);
  expect_refused(fused({a, a}, {}), "5 columns against 3 rows");
  expect_refused(fused({a, b, made<float>({3}, 1)}, {}), "input 2 of shape [3], expected [4]");
  expect_refused(fused({a, b, Tensor(), made<float>({4}, 1)}, {}), "input 3");
  expect_refused(fused({a, b}, {{"activation", std::string("Cosine")}}), "Cosine");
  expect_refused(fused({a, b}, {{"residual_order", std::string("never")}}), "never");
  expect_refused(fused({a, made<double>({5, 4}, 2)}, {}), "float64");
  expect_fails_to_run(fused({a, b, made<float>({3}, 1)}, {}), "input 2 of shape [3]");
}

}  // namespace
}  // namespace tundish
