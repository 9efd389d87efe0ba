#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Arithmetic, follows_ieee) {
  const Tensor a = vector<double>({1, -0.0, kInf, kNan, 1e308, 0.1});
  const Tensor b = vector<double>({0.3, -0.0, -kInf, 1, 1e308, 0.2});
  expect_values<double>(run_op({"Add", {a, b}}), {6}, {1.3, -0.0, kNan, kNan, kInf, 0.1 + 0.2});
  expect_values<double>(run_op({"Sub", {a, b}}), {6}, {0.7, 0.0, kInf, kNan, 0, 0.1 - 0.2});
  expect_values<double>(run_op({"Mul", {a, b}}), {6}, {0.3, 0.0, -kInf, kNan, kInf, 0.1 * 0.2});
  expect_values<double>(run_op({"Div", {a, b}}), {6}, {1 / 0.3, kNan, kNan, kNan, 1, 0.1 / 0.2});
  expect_values<float>(run_op({"Div", {vector<float>({1, -1}), vector<float>({0, 0})}}), {2},
                       {INFINITY, -INFINITY});
}

TEST(Arithmetic, broadcasts) {
  const Tensor matrix = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<double>(run_op({"Add", {matrix, vector<double>({10, 20, 30})}}), {2, 3},
                        {11, 22, 33, 14, 25, 36});
  expect_values<double>(run_op({"Sub", {vector<double>({10, 20, 30}), matrix}}), {2, 3},
                        {9, 18, 27, 6, 15, 24});
  expect_values<double>(run_op({"Sub", {matrix, tensor<double>({1, 2}, {2, 1})}}), {2, 3},
                        {0, 1, 2, 2, 3, 4});
  expect_values<double>(run_op({"Mul", {tensor<double>({1, 2}, {2, 1}), vector<double>({3, 4})}}),
                        {2, 2}, {3, 4, 6, 8});
  expect_values<double>(run_op({"Mul", {matrix, Tensor::scalar(2.0)}}), {2, 3},
                        {2, 4, 6, 8, 10, 12});
  expect_values<double>(run_op({"Mul", {Tensor::scalar(2.0), matrix}}), {2, 3},
                        {2, 4, 6, 8, 10, 12});
  expect_values<double>(run_op({"Add", {tensor<double>({}, {0, 3}), vector<double>({1, 2, 3})}}),
                        {0, 3}, {});
  const Tensor cube = tensor<double>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  expect_values<double>(run_op({"Add", {cube, tensor<double>({10, 20, 30, 40}, {2, 1, 2})}}),
                        {2, 2, 2}, {11, 22, 13, 24, 35, 46, 37, 48});
}

TEST(Arithmetic, threads_change_nothing) {
  const int64_t rows = 50'000;
  Tensor x = Tensor::allocate(DType::kFloat64, Shape{rows, 7}).value();
  for (int64_t i = 0; i < rows * 7; ++i) x.mutable_values<double>()[i] = std::sin(double(i));
  const Tensor row = vector<double>({1, 2, 3, 4, 5, 6, 7});
  for (const Tensor& other : {row, x, Tensor::scalar(3.0)}) {
    const Tensor one = run_op({"Div", {x, other}, {}, "", 1}).value();
    const Tensor three = run_op({"Div", {x, other}, {}, "", 3}).value();
    EXPECT_TRUE(same_bits(one, three));
  }
}

TEST(Arithmetic, integers_wrap) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  expect_values<int64_t>(run_op({"Add", {vector<int64_t>({kMost}), vector<int64_t>({1})}}), {1},
                         {kLeast});
  expect_values<int8_t>(run_op({"Mul", {vector<int8_t>({100}), vector<int8_t>({3})}}), {1}, {44});
  expect_values<uint16_t>(run_op({"Mul", {vector<uint16_t>({65535}), vector<uint16_t>({65535})}}),
                          {1}, {1});
  expect_values<int32_t>(run_op({"Sub", {vector<int32_t>({0}), vector<int32_t>({7})}}), {1}, {-7});
}

TEST(Arithmetic, integer_division_rounds_towards_zero) {
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  expect_values<int32_t>(
      run_op({"Div", {vector<int32_t>({7, -7, kLeast}), vector<int32_t>({2, 2, -1})}}), {3},
      {3, -3, kLeast});
}

TEST(Arithmetic, rejects_integer_division_by_zero) {
  expect_error(run_op({"Div", {vector<int64_t>({1, 2}), vector<int64_t>({1, 0})}}),
               ErrorCode::kInvalidArgument, "by zero (element 1");
}

TEST(Arithmetic, rejects_types_and_shapes) {
  expect_error(run_op({"Add", {vector<double>({1}), vector<float>({1})}}), ErrorCode::kInvalidModel,
               "float64 and float32");
  expect_error(run_op({"Add", {vector<bool>({true}), vector<bool>({true})}}),
               ErrorCode::kInvalidModel, "bool is not allowed");
  expect_error(run_op({"Add", {vector<double>({1, 2}), vector<double>({1, 2, 3})}}),
               ErrorCode::kInvalidModel, "sizes 2 and 3");
}

TEST(Arithmetic, computes_halves_in_float) {
  const Tensor a = halves<Float16>({1, 60000, 0.1F});
  expect_halves<Float16>(run_op({"Add", {a, a}}), {2, INFINITY, 0.2F});
  expect_halves<Float16>(run_op({"Mul", {a, halves<Float16>({3})}}),
                         {3, INFINITY, static_cast<float>(Float16(0.1F)) * 3});
  expect_halves<Bfloat16>(run_op({"Div", {halves<Bfloat16>({1}), halves<Bfloat16>({3, 0})}}),
                          {1.0F / 3, INFINITY});
  EXPECT_EQ(direction({"Add", {a, halves<Float16>({3})}}, 0), Monotone::kIncreasing);
}

TEST(Arithmetic, knows_its_directions) {
  const Tensor x = vector<double>({1, 2});
  const Tensor positive = vector<double>({0.5, 3});
  const Tensor negative = vector<double>({-0.5, -3});
  const Tensor mixed = vector<double>({-0.5, 3});
  const Tensor endless = vector<double>({0.5, kInf});
  const Tensor zero = vector<double>({0, 1});
  EXPECT_EQ(direction({"Add", {x, mixed}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Add", {mixed, x}}, 1), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Add", {x, endless}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Sub", {x, mixed}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Sub", {mixed, x}}, 1), Monotone::kDecreasing);
  EXPECT_EQ(direction({"Mul", {x, positive}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Mul", {negative, x}}, 1), Monotone::kDecreasing);
  EXPECT_EQ(direction({"Mul", {x, mixed}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Mul", {x, zero}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Div", {x, positive}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Div", {x, negative}}, 0), Monotone::kDecreasing);
  EXPECT_EQ(direction({"Div", {x, endless}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Div", {positive, x}}, 1), Monotone::kNo);
  EXPECT_EQ(direction({"Add", {vector<int64_t>({1}), vector<int64_t>({1})}}, 0), Monotone::kNo);
}

}  // namespace
}  // namespace tundish
