#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall skip(const char* op, std::vector<Tensor> inputs, float epsilon, size_t outputs = 4) {
  return {.op = op,
          .inputs = std::move(inputs),
          .attributes = {{"epsilon", epsilon}},
          .domain = "com.microsoft",
          .output_count = outputs};
}
constexpr const char* kLayer = "SkipLayerNormalization";
constexpr const char* kSimplified = "SkipSimplifiedLayerNormalization";

const Shape kShape{1, 2, 3};
template <class T> Tensor data() { return tensor<T>({1, 2, 4, -1, 0, 3}, kShape); }
template <class T> Tensor other() { return tensor<T>({T(0.5), -1, 2, 1, 1, -2}, kShape); }
template <class T> Tensor gamma() { return vector<T>({1, 2, T(0.5)}); }

// Expected values are ONNX Runtime 1.31.1's.
template <class T> void check_layer() {
  const Tensor beta = vector<T>({T(0.1), T(0.2), T(0.3)});
  const Tensor bias = vector<T>({1, -1, T(0.5)});
  const auto all = run_all(skip(kLayer, {data<T>(), other<T>(), gamma<T>(), beta, bias}, 0.25F));
  expect_close(nth(all, 0), kShape,
               {-0.08359701, -2.0031643, 0.9425896, 0.3085144, -1.8851442, 0.71702886});
  expect_close(nth(all, 1), {1, 2, 1}, {3, 2.5 / 3});
  // 1 / sqrt(variance + 1 / 4)
  expect_close(nth(all, 2), {1, 2, 1},
               {1 / std::sqrt(21.5 / 3 + 0.25), 1 / std::sqrt(3.5 / 9 + 0.25)});
  expect_close(nth(all, 3), kShape, {2.5, 0, 6.5, 1, 0, 1.5});
  const auto plain = run_op(skip(kLayer, {data<T>(), other<T>(), gamma<T>()}, 1e-12F, 1));
  expect_close(plain, kShape,
               {-0.5929995, -1.6307486, 0.7041868, -1.4142137, 1.4142135, 0.35355338});
}

TEST(SkipLayerNormalization, normalises_the_sum) {
  check_layer<float>();
  check_layer<double>();
}

template <class T> void check_simplified() {
  const Tensor bias = vector<T>({1, -1, T(0.5)});
  const auto all = run_all(skip(kSimplified, {data<T>(), other<T>(), gamma<T>(), bias}, 0.25F));
  expect_close(nth(all, 0), kShape, {0.6170175, 0, 0.8021228, 0.86602545, 0, 0.6495191});
  expect_close(nth(all, 3), kShape, {2.5, 0, 6.5, 1, 0, 1.5});
  const auto plain = run_op(skip(kSimplified, {data<T>(), other<T>(), gamma<T>()}, 1e-12F, 1));
  expect_close(plain, kShape, {0.41469812, 0.55293083, 0.82939625, 0, 2.4494896, 0.6123724});
}

TEST(SkipSimplifiedLayerNormalization, normalises_the_sum) {
  check_simplified<float>();
  check_simplified<double>();
}

TEST(SkipLayerNormalization, skip_repeats_over_leading_axes) {
  const Tensor x = tensor<float>({1, 2, 5, 3, 1, 2, 4, 4}, {2, 2, 2});
  const Tensor row = tensor<float>({1, 0, 0, 2}, {2, 2});
  const Tensor gamma = vector<float>({1, 1});
  const auto repeated = run_op(skip(kLayer, {x, row, gamma}, 0.5F, 1));
  const Tensor whole = tensor<float>({1, 0, 0, 2, 1, 0, 0, 2}, {2, 2, 2});
  const auto full = run_op(skip(kLayer, {x, whole, gamma}, 0.5F, 1));
  EXPECT_TRUE(same_bits(repeated.value(), full.value()));
  const auto leading = run_op(skip(kLayer, {x, row.reshaped({1, 2, 2}), gamma}, 0.5F, 1));
  EXPECT_TRUE(same_bits(leading.value(), full.value()));
}

TEST(SkipLayerNormalization, halves_and_nothing) {
  const Tensor x = halves<Float16>({1, 3}, {1, 2});
  const Tensor ones = halves<Float16>({1, 1}, {2});
  const auto all = run_all(skip(kLayer, {x, x, ones}, 0.0F));
  EXPECT_EQ(all.value()[0].dtype(), DType::kFloat16);
  EXPECT_EQ(all.value()[1].dtype(), DType::kFloat32);
  expect_close(nth(all, 0), {1, 2}, {-1, 1});
  const Tensor none = tensor<float>({}, {0, 2});
  expect_values<float>(run_op(skip(kLayer, {none, none, vector<float>({1, 1})}, 0.0F, 1)), {0, 2},
                       {});
}

TEST(SkipLayerNormalization, refusals) {
  const Tensor x = data<float>();
  expect_refused(skip(kLayer, {x, x, vector<float>({1, 2})}, 0), "rows of 3 elements");
  expect_refused(skip(kLayer, {x, x, gamma<double>()}, 0), "float64");
  expect_refused(skip(kSimplified, {x, x, gamma<float>(), vector<float>({1})}, 0), "input 3");
  expect_fails_to_run(skip(kLayer, {x, tensor<float>({1, 2}, {1, 1, 2}), gamma<float>()}, 0),
                      "skip of shape");
  expect_fails_to_run(skip(kLayer, {x, x, vector<float>({1, 2})}, 0), "rows of 3 elements");
}

}  // namespace
}  // namespace tundish
