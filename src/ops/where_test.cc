#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(Where, picks_bits) {
  const Tensor condition = vector<bool>({true, false, true});
  const Tensor x = vector<double>({-0.0, 1, NAN});
  const Tensor y = vector<double>({5, NAN, 6});
  expect_values<double>(run_op({"Where", {condition, x, y}}), {3}, {-0.0, NAN, NAN});
  expect_values<int8_t>(
      run_op({"Where", {condition, vector<int8_t>({1, 2, 3}), vector<int8_t>({-1, -2, -3})}}), {3},
      {1, -2, 3});
  expect_values<int16_t>(
      run_op({"Where", {condition, vector<int16_t>({1, 2, 3}), vector<int16_t>({-1, -2, -3})}}),
      {3}, {1, -2, 3});
  expect_values<float>(
      run_op({"Where", {condition, vector<float>({1, 2, 3}), vector<float>({-1, -2, -3})}}), {3},
      {1, -2, 3});
  expect_strings(run_op({"Where", {condition, strings({"a", "b", "c"}), strings({"d"})}}),
                 {"a", "d", "c"});
}

TEST(Where, takes_any_byte_but_zero_for_true) {
  Tensor odd = Tensor::allocate(DType::kBool, Shape{2}).value();
  static_cast<uint8_t*>(odd.mutable_data())[0] = 6;
  expect_values<double>(run_op({"Where", {odd, Tensor::scalar(1.0), Tensor::scalar(2.0)}}), {2},
                        {1, 2});
}

TEST(Where, broadcasts_all_three) {
  const Tensor column = tensor<bool>({true, false}, {2, 1});
  const Tensor row = vector<double>({1, 2, 3});
  expect_values<double>(run_op({"Where", {column, row, Tensor::scalar(9.0)}}), {2, 3},
                        {1, 2, 3, 9, 9, 9});
  expect_values<double>(
      run_op({"Where", {Tensor::scalar(false), row, tensor<double>({7, 8}, {2, 1})}}), {2, 3},
      {7, 7, 7, 8, 8, 8});
  expect_values<double>(run_op({"Where", {column, tensor<double>({5, 6}, {2, 1, 1}), row}}),
                        {2, 2, 3}, {5, 5, 5, 1, 2, 3, 6, 6, 6, 1, 2, 3});
  expect_values<double>(run_op({"Where", {tensor<bool>({}, {0, 1}), row, row}}), {0, 3}, {});
  EXPECT_EQ(inferred({"Where", {column, row, row}}, {dims({symbol("N"), 1})}), "float64[N, 3]");
  EXPECT_EQ(inferred({"Where", {column, row, row}}, {SymbolicShape()}), "float64[?...]");
}

TEST(Where, moves_elements_of_any_size) {
  const Tensor condition = vector<bool>({true, false});
  const Tensor a = halves<Bfloat16>({1, 2});
  expect_halves<Bfloat16>(run_op({"Where", {condition, a, halves<Bfloat16>({7})}}), {1, 7});
  Tensor wide = Tensor::allocate(DType::kComplex128, Shape{2}).value();
  static_cast<double*>(wide.mutable_data())[3] = 5;
  const Tensor zero = Tensor::allocate(DType::kComplex128, Shape{1}).value();
  const Tensor picked = run_op({"Where", {vector<bool>({false, true}), wide, zero}}).value();
  EXPECT_TRUE(same_bits(picked, wide));
}

TEST(Where, threads_change_nothing) {
  const Shape shape{50'000, 7};
  Tensor condition = Tensor::allocate(DType::kBool, shape).value();
  for (int64_t i = 0; i < 350'000; ++i) condition.mutable_values<bool>()[i] = i % 3 == 0;
  const Tensor row = vector<double>({1, 2, 3, 4, 5, 6, 7});
  const OpCall call{"Where", {condition, row, Tensor::scalar(0.0)}};
  OpCall threaded = call;
  threaded.thread_count = 3;
  EXPECT_TRUE(same_bits(run_op(call).value(), run_op(threaded).value()));
}

TEST(Where, rejects_types_and_shapes) {
  const Tensor condition = vector<bool>({true, false});
  const Tensor x = vector<double>({1, 2});
  expect_refused({"Where", {vector<uint8_t>({1}), x, x}}, "input 0: element type uint8");
  expect_refused({"Where", {condition, x, vector<float>({1})}}, "float64 and float32");
  expect_refused({"Where", {condition, x, vector<double>({1, 2, 3})}}, "sizes 2 and 3");
  expect_fails_to_run({"Where", {condition, x, vector<double>({1, 2, 3})}}, "[2] and [3]");
  expect_fails_to_run({"Where", {vector<bool>({1, 1, 1}), x, x}}, "[3] and [2]");
  expect_refused({"Where", {condition, x}}, "expected 3 inputs, got 2");
}

TEST(Where, is_elementwise) { EXPECT_EQ(traits_of("Where"), "pe"); }

}  // namespace
}  // namespace tundish
