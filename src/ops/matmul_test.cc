#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall matmul(Tensor a, Tensor b) { return {"MatMul", {std::move(a), std::move(b)}}; }

TEST(MatMul, multiplies_matrices_of_every_type) {
  const auto check = []<class T>(T) {
    expect_values<T>(run_op(matmul(tensor<T>({1, 2, 3, 4, 5, 6}, {2, 3}),
                                   tensor<T>({1, 2, 3, 4, 5, 6}, {3, 2}))),
                     {2, 2}, {22, 28, 49, 64});
  };
  check(float());
  check(double());
  check(int32_t());
  check(int64_t());
  check(uint32_t());
  check(uint64_t());
}

TEST(MatMul, halves_are_rounded_once) {
  const auto a = halves<Float16>({2048, 1, 1}, {1, 3});
  const auto b = halves<Float16>({1, 1, 1}, {3, 1});
  expect_close(run_op(matmul(a, b)), {1, 1}, {2050});
  EXPECT_EQ(
      run_op(matmul(halves<Bfloat16>({2}, {1, 1}), halves<Bfloat16>({3}, {1, 1}))).value().dtype(),
      DType::kBfloat16);
}

TEST(MatMul, vectors_are_rows_and_columns) {
  const Tensor v = vector<float>({1, 10});
  const Tensor m = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_values<float>(run_op(matmul(v, m)), {2}, {31, 42});
  expect_values<float>(run_op(matmul(m, v)), {2}, {21, 43});
  expect_values<float>(run_op(matmul(v, v)), {}, {101});
  expect_values<float>(run_op(matmul(v, m.reshaped({2, 2, 1}))), {2, 1}, {21, 43});
  expect_values<float>(run_op(matmul(tensor<float>({1, 2, 3, 4}, {2, 1, 2}), v)), {2, 1}, {21, 43});
}

TEST(MatMul, broadcasts_batches) {
  const Tensor a = tensor<int64_t>({1, 2, 3, 4}, {2, 1, 1, 2});
  const Tensor b = tensor<int64_t>({1, 10, 2, 20, 3, 30}, {3, 2, 1});
  expect_values<int64_t>(run_op(matmul(a, b)), {2, 3, 1, 1}, {21, 42, 63, 43, 86, 129});
  expect_values<int64_t>(run_op(matmul(b.reshaped({3, 1, 2}), a.reshaped({1, 2, 2}))), {3, 1, 2},
                         {31, 42, 62, 84, 93, 126});
}

TEST(MatMul, of_nothing) {
  expect_values<float>(run_op(matmul(tensor<float>({}, {2, 0}), tensor<float>({}, {0, 2}))), {2, 2},
                       {0, 0, 0, 0});
  expect_values<float>(run_op(matmul(tensor<float>({}, {0, 2}), tensor<float>({1, 2}, {2, 1}))),
                       {0, 1}, {});
  expect_values<float>(
      run_op(matmul(tensor<float>({}, {0, 1, 2}), tensor<float>({1, 2}, {1, 2, 1}))), {0, 1, 1},
      {});
}

TEST(MatMul, infers_shapes) {
  const OpCall call = matmul(tensor<float>({1}, {1, 1}), tensor<float>({1}, {1, 1}));
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3}), dims({3, 4})}), "float32[N, 4]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, 3}), dims({symbol("K"), 4})}),
            "float32[N, 2, 4]");
  EXPECT_EQ(inferred(call, {dims({3}), dims({symbol("N"), 3, 4})}), "float32[N, 4]");
  EXPECT_EQ(inferred(call, {SymbolicShape(), dims({3, 4})}), "float32[?...]");
}

TEST(MatMul, refusals) {
  const Tensor a = tensor<float>({1, 2, 3, 4}, {2, 2});
  const Tensor b = tensor<float>({1, 2, 3}, {3, 1});
  expect_refused(matmul(a, b), "2 columns against 3 rows");
  expect_fails_to_run(matmul(a, b), "cannot be multiplied");
  expect_refused(matmul(a, Tensor::scalar(1.0F)), "input 1 is a scalar");
  expect_fails_to_run(matmul(Tensor::scalar(1.0F), a), "scalar");
  expect_refused(matmul(a, tensor<double>({1, 2}, {2, 1})), "float32 and float64");
  expect_refused(matmul(vector<int8_t>({1}), vector<int8_t>({1})), "int8 is not allowed");
  const Tensor batch = tensor<float>({1, 2, 3, 4, 1, 2, 3, 4}, {2, 2, 2});
  const Tensor other = tensor<float>({1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}, {3, 2, 2});
  expect_refused(matmul(batch, other), "cannot be broadcast");
  expect_fails_to_run(matmul(batch, other), "cannot be broadcast");
  EXPECT_EQ(traits_of("MatMul"), "p");
}

}  // namespace
}  // namespace tundish
