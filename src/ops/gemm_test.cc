#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kA = tensor<float>({1, 2, 3, 4, 5, 6}, {2, 3});
const Tensor kB = tensor<float>({1, 2, 3, 4, 5, 6}, {3, 2});

OpCall gemm(std::vector<Tensor> inputs,
            std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  return {"Gemm", std::move(inputs), std::move(attributes)};
}

TEST(Gemm, transposes_either_operand) {
  expect_values<float>(run_op(gemm({kA, kB})), {2, 2}, {22, 28, 49, 64});
  expect_values<float>(run_op(gemm({kA, kA}, {{"transB", int64_t{1}}})), {2, 2}, {14, 32, 32, 77});
  expect_values<float>(run_op(gemm({kB, kB}, {{"transA", int64_t{1}}})), {2, 2}, {35, 44, 44, 56});
  expect_values<float>(run_op(gemm({kB, kA}, {{"transA", int64_t{1}}, {"transB", int64_t{1}}})),
                       {2, 2}, {22, 49, 28, 64});
}

TEST(Gemm, broadcasts_the_addend) {
  expect_values<float>(run_op(gemm({kA, kB, vector<float>({1, 2})})), {2, 2}, {23, 30, 50, 66});
  expect_values<float>(run_op(gemm({kA, kB, tensor<float>({1, 2}, {2, 1})})), {2, 2},
                       {23, 29, 51, 66});
  expect_values<float>(run_op(gemm({kA, kB, Tensor::scalar(1.0F)})), {2, 2}, {23, 29, 50, 65});
  expect_values<float>(run_op(gemm({kA, kB, tensor<float>({1, 2, 3, 4}, {2, 2})})), {2, 2},
                       {23, 30, 52, 68});
  expect_values<float>(run_op(gemm({kA, kB, tensor<float>({3}, {1, 1})})), {2, 2},
                       {25, 31, 52, 67});
}

TEST(Gemm, scales_both_parts) {
  const Tensor c = tensor<float>({1, 2}, {1, 2});
  expect_values<float>(run_op(gemm({kA, kB, c}, {{"alpha", 0.5F}, {"beta", 2.0F}})), {2, 2},
                       {13, 18, 26.5F, 36});
  expect_values<float>(run_op(gemm({kA, kB}, {{"alpha", 2.0F}})), {2, 2}, {44, 56, 98, 128});
  const Tensor nan = vector<float>({std::numeric_limits<float>::quiet_NaN(), 0});
  expect_values<float>(run_op(gemm({kA, kB, nan}, {{"beta", 0.0F}})), {2, 2}, {22, 28, 49, 64});
  const Tensor a = tensor<int32_t>({1, 2}, {1, 2});
  const Tensor b = tensor<int32_t>({3, 4}, {2, 1});
  expect_values<int32_t>(run_op(gemm({a, b, tensor<int32_t>({7}, {1, 1})}, {{"beta", 0.5F}})),
                         {1, 1}, {14});
}

TEST(Gemm, halves_and_nothing) {
  const auto half = halves<Float16>({1, 2}, {1, 2});
  expect_close(run_op(gemm({half, half.reshaped({2, 1}), halves<Float16>({0.5}, {1})})), {1, 1},
               {5.5});
  expect_values<float>(
      run_op(gemm({tensor<float>({}, {2, 0}), tensor<float>({}, {0, 1}), vector<float>({3})})),
      {2, 1}, {3, 3});
  expect_values<float>(run_op(gemm({tensor<float>({}, {0, 3}), kB}, {{"alpha", 2.0F}})), {0, 2},
                       {});
}

TEST(Gemm, infers_shapes) {
  EXPECT_EQ(inferred(gemm({kA, kB}), {dims({symbol("N"), 3})}), "float32[N, 2]");
  EXPECT_EQ(inferred(gemm({kA, kB}), {SymbolicShape()}), "float32[?, 2]");
  EXPECT_EQ(inferred(gemm({kA, kA}, {{"transA", int64_t{1}}}),
                     {dims({symbol("K"), symbol("M")}), dims({symbol("K"), 5})}),
            "float32[M, 5]");
}

TEST(Gemm, refusals) {
  expect_refused(gemm({kA, kA}), "3 columns against 2 rows");
  expect_fails_to_run(gemm({kA, kA}), "cannot be multiplied");
  expect_refused(gemm({kA.reshaped({2, 3, 1}), kB}), "input 0 has 3 axes, not 2");
  expect_fails_to_run(gemm({kA, kB.reshaped({6})}), "cannot be multiplied");
  expect_refused(gemm({kA, kB, vector<float>({1, 2, 3})}), "does not fit");
  expect_fails_to_run(gemm({kA, kB, kA}), "does not fit");
  expect_refused(gemm({kA, kB, vector<double>({1})}), "float32 and float64");
  expect_refused(gemm({kA, kB}, {{"alpha", int64_t{1}}}), "\"alpha\"");
  expect_refused(gemm({kA, Tensor(), kA}), "input 1 is left out");
}

}  // namespace
}  // namespace tundish
