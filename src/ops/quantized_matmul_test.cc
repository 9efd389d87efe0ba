#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall product(std::vector<Tensor> inputs) { return {"MatMulInteger", std::move(inputs)}; }
Tensor number(float value) { return Tensor::scalar(value); }
template <class T> Tensor zero(T value) { return Tensor::scalar(value); }

OpCall qlinear(Tensor a, Tensor a_scale, Tensor a_zero, Tensor b, Tensor b_scale, Tensor b_zero,
               Tensor y_scale, Tensor y_zero) {
  return {"QLinearMatMul",
          {std::move(a), std::move(a_scale), std::move(a_zero), std::move(b), std::move(b_scale),
           std::move(b_zero), std::move(y_scale), std::move(y_zero)}};
}

TEST(MatMulInteger, subtracts_zero_points) {
  // The case of the ONNX text.
  const Tensor a = tensor<uint8_t>({11, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0}, {4, 3});
  const Tensor b = tensor<uint8_t>({1, 4, 2, 5, 3, 6}, {3, 2});
  expect_values<int32_t>(run_op(product({a, b, zero(uint8_t{12}), zero(uint8_t{0})})), {4, 2},
                         {-38, -83, -44, -98, -50, -113, -56, -128});
  expect_values<int32_t>(run_op(product({a, b})), {4, 2}, {34, 97, 28, 82, 22, 67, 16, 52});
  expect_values<int32_t>(run_op(product({a, b, Tensor(), zero(uint8_t{1})})), {4, 2},
                         {13, 76, 10, 64, 7, 52, 4, 40});
}

TEST(MatMulInteger, zero_points_of_rows_and_columns) {
  const Tensor a = tensor<int8_t>({1, 2, 3, 4}, {2, 2});
  const Tensor b = tensor<uint8_t>({1, 1, 1, 1}, {2, 2});
  expect_values<int32_t>(run_op(product({a, b, vector<int8_t>({1, 3})})), {2, 2}, {1, 1, 1, 1});
  expect_values<int32_t>(run_op(product({a, b, Tensor(), vector<uint8_t>({0, 1})})), {2, 2},
                         {3, 0, 7, 0});
  const Tensor stack = tensor<int8_t>({1, 2, 3, 4, 1, 2, 3, 4}, {2, 2, 2});
  const Tensor rows = tensor<int8_t>({1, 2, 3, 4}, {2, 2, 1});
  expect_values<int32_t>(run_op(product({stack, b, rows})), {2, 2, 2},
                         {1, 1, 3, 3, -3, -3, -1, -1});
  const Tensor columns = tensor<uint8_t>({0, 1, 1, 0}, {2, 1, 2});
  const Tensor pair = tensor<uint8_t>({1, 1, 1, 1, 1, 1, 1, 1}, {2, 2, 2});
  expect_values<int32_t>(run_op(product({a, pair, Tensor(), columns})), {2, 2, 2},
                         {3, 0, 7, 0, 0, 3, 0, 7});
}

TEST(MatMulInteger, the_extremes_are_exact) {
  Tensor a = Tensor::allocate(DType::kInt8, Shape{1, 4096}).value();
  Tensor b = Tensor::allocate(DType::kUint8, Shape{4096, 1}).value();
  std::fill_n(static_cast<int8_t*>(a.mutable_data()), 4096, int8_t{-128});
  std::fill_n(static_cast<uint8_t*>(b.mutable_data()), 4096, uint8_t{255});
  expect_values<int32_t>(run_op(product({a, b, zero(int8_t{127})})), {1, 1}, {-255 * 255 * 4096});
  expect_values<int32_t>(run_op(product({vector<int8_t>({-128}), vector<int8_t>({-128})})), {},
                         {16384});
}

TEST(MatMulInteger, of_nothing) {
  expect_values<int32_t>(run_op(product({tensor<int8_t>({}, {2, 0}), tensor<int8_t>({}, {0, 1})})),
                         {2, 1}, {0, 0});
  expect_values<int32_t>(run_op(product({tensor<int8_t>({}, {0, 1}), tensor<int8_t>({1}, {1, 1})})),
                         {0, 1}, {});
}

TEST(MatMulInteger, threads_change_nothing) {
  Tensor a = Tensor::allocate(DType::kUint8, Shape{70, 90}).value();
  Tensor b = Tensor::allocate(DType::kInt8, Shape{90, 80}).value();
  for (size_t i = 0; i < 6300; ++i) a.mutable_values<uint8_t>()[i] = static_cast<uint8_t>(i * 7);
  for (size_t i = 0; i < 7200; ++i) b.mutable_values<int8_t>()[i] = static_cast<int8_t>(i * 11);
  OpCall call = product({a, b, zero(uint8_t{100}), zero(int8_t{-7})});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(MatMulInteger, infers_and_rejects) {
  const Tensor a = tensor<uint8_t>({1, 2}, {1, 2});
  const Tensor b = tensor<uint8_t>({1, 2}, {2, 1});
  EXPECT_EQ(inferred(product({a, b}), {dims({symbol("N"), 2})}), "int32[N, 1]");
  expect_refused(product({vector<int32_t>({1}), b}), "int32 is not allowed");
  expect_refused(product({a, b, zero(int8_t{0})}), "differ in element type");
  expect_refused(product({a, a}), "shapes");
  expect_fails_to_run(product({a, a}), "cannot be multiplied");
  const OpCall rows = product({a, b, vector<uint8_t>({1, 2})});
  expect_refused(rows, "input 2: shape [2] is neither one number nor one per row");
  expect_fails_to_run(rows, "input 2: shape [2] is neither one number nor one per row");
  expect_refused(product({a, b, Tensor(), vector<uint8_t>({1, 2})}), "nor one per column");
  EXPECT_EQ(traits_of("MatMulInteger"), "p");
}

TEST(QLinearMatMul, rounds_to_even_and_saturates) {
  const Tensor a = tensor<int8_t>({1, 3, 5, 127, -128}, {5, 1});
  const Tensor b = tensor<int8_t>({1}, {1, 1});
  const auto half = [&](int8_t y_zero) {
    return run_op(qlinear(a, number(1), zero(int8_t{0}), b, number(1), zero(int8_t{0}), number(2),
                          zero(y_zero)));
  };
  expect_values<int8_t>(half(0), {5, 1}, {0, 2, 2, 64, -64});
  expect_values<int8_t>(half(1), {5, 1}, {1, 3, 3, 65, -63});
  expect_values<int8_t>(half(100), {5, 1}, {100, 102, 102, 127, 36});
}

TEST(QLinearMatMul, takes_types_and_scales_apart) {
  const Tensor a = tensor<uint8_t>({10, 20, 30, 40}, {2, 2});
  const Tensor b = tensor<int8_t>({1, 0, 0, 1}, {2, 2});
  expect_values<uint8_t>(
      run_op(qlinear(a, vector<float>({1, 0.5F}), zero(uint8_t{10}), b, vector<float>({1, 2}),
                     zero(int8_t{0}), number(1), zero(uint8_t{5}))),
      {2, 2}, {5, 25, 15, 35});
  const Tensor v = vector<uint8_t>({10, 20});
  expect_values<int8_t>(run_op(qlinear(v, number(1), zero(uint8_t{0}), b, vector<float>({1, 2}),
                                       zero(int8_t{0}), number(1), zero(int8_t{0}))),
                        {2}, {10, 40});
  expect_values<int8_t>(
      run_op(qlinear(a, vector<float>({1, 0.5F}), zero(uint8_t{0}), vector<int8_t>({1, 0}),
                     number(1), zero(int8_t{0}), number(1), zero(int8_t{0}))),
      {2}, {10, 15});
}

TEST(QLinearMatMul, of_8_bit_floats) {
  Tensor a = Tensor::allocate(DType::kFloat8E4M3FN, Shape{1, 2}).value();
  a.mutable_values<uint8_t>()[0] = 0x38;  // 1
  a.mutable_values<uint8_t>()[1] = 0x3c;  // 1.5
  const Tensor none = Tensor::allocate(DType::kFloat8E4M3FN, Shape{}).value();
  const Tensor got =
      run_op(qlinear(a, number(2), none, a.reshaped({2, 1}), number(1), none, number(0.5F), none))
          .value();
  EXPECT_EQ(got.dtype(), DType::kFloat8E4M3FN);
  EXPECT_EQ(got.values<uint8_t>()[0], 0x55);  // (1 + 2.25) * 2 / 0.5 = 13
}

TEST(QLinearMatMul, infers_and_rejects) {
  const Tensor a = tensor<uint8_t>({1, 2}, {1, 2});
  const Tensor b = tensor<int8_t>({1, 2}, {2, 1});
  const OpCall good = qlinear(a, number(1), zero(uint8_t{0}), b, number(1), zero(int8_t{0}),
                              number(1), zero(int8_t{0}));
  EXPECT_EQ(inferred(good, {dims({symbol("N"), 2})}), "int8[N, 1]");
  OpCall bad = good;
  bad.inputs[2] = zero(int8_t{0});
  expect_refused(bad, "differ in element type");
  bad = good;
  bad.inputs[4] = vector<double>({1});
  expect_refused(bad, "float64 is not allowed");
  bad = good;
  bad.inputs[6] = vector<float>({1, 2});
  expect_fails_to_run(bad, "input 6: expected one number, got shape [2]");
  bad = good;
  bad.inputs[1] = vector<float>({1, 2});
  expect_refused(bad, "input 1: shape [2] is neither");
}

}  // namespace
}  // namespace tundish
