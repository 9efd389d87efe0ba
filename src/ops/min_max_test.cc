#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(MinMax, follows_numpy) {
  const Tensor a = vector<double>({1, kNan, 3, -kInf, -0.0, 0.0});
  const Tensor b = vector<double>({2, 1, kNan, kInf, 0.0, -0.0});
  expect_values<double>(run_op({"Min", {a, b}}), {6}, {1, kNan, kNan, -kInf, -0.0, 0.0});
  expect_values<double>(run_op({"Max", {a, b}}), {6}, {2, kNan, kNan, kInf, -0.0, 0.0});
  expect_values<uint64_t>(
      run_op({"Max", {vector<uint64_t>({0, ~uint64_t{0}}), vector<uint64_t>({1, 1})}}), {2},
      {1, ~uint64_t{0}});
  expect_values<int8_t>(run_op({"Min", {vector<int8_t>({-128, 1}), vector<int8_t>({127, 0})}}), {2},
                        {-128, 0});
}

TEST(MinMax, takes_any_number_of_inputs) {
  const Tensor row = vector<double>({1, 5, 3});
  const Tensor column = tensor<double>({2, 4}, {2, 1});
  expect_values<double>(run_op({"Max", {row}}), {3}, {1, 5, 3});
  expect_values<double>(run_op({"Max", {row, column, Tensor::scalar(3.0)}}), {2, 3},
                        {3, 5, 3, 4, 5, 4});
  expect_values<double>(run_op({"Min", {Tensor::scalar(3.0), row, column, row}}), {2, 3},
                        {1, 2, 2, 1, 3, 3});
  expect_values<double>(run_op({"Min", {row, tensor<double>({}, {0, 3})}}), {0, 3}, {});
  EXPECT_EQ(inferred({"Max", {row, column}}, {dims({symbol("F")}), dims({symbol("N"), 1})}),
            "float64[N, F]");
}

TEST(MinMax, compares_halves) {
  const Tensor a = halves<Float16>({1, NAN, -3});
  const Tensor b = halves<Float16>({2, 1, -4});
  expect_halves<Float16>(run_op({"Max", {a, b}}), {2, NAN, -3});
  expect_halves<Float16>(run_op({"Min", {a, b, halves<Float16>({0})}}), {0, NAN, -4});
  expect_halves<Bfloat16>(
      run_op({"Clip", {halves<Bfloat16>({1, 5, -7}), Tensor(), halves<Bfloat16>({3})}}),
      {1, 3, -7});
}

TEST(MinMax, rejects_types_and_shapes) {
  const Tensor x = vector<double>({1, 2});
  for (const char* op : {"Min", "Max"}) {
    expect_refused({op, {x, vector<float>({1, 2})}}, "float64 and float32");
    expect_refused({op, {x, x, vector<double>({1, 2, 3})}}, "sizes 2 and 3");
    expect_fails_to_run({op, {x, x, vector<double>({1, 2, 3})}}, "[2] and [3]");
    expect_refused({op, {vector<bool>({true})}}, "bool is not allowed");
    expect_refused({op, {x, Tensor(), x}}, "input 1 is missing");
    expect_refused({op, {}}, "expected at least 1 inputs, got 0");
  }
}

TEST(Clip, holds_to_its_bounds) {
  const Tensor x = vector<double>({1, 5, 9, kNan, -kInf, kInf});
  const Tensor four = Tensor::scalar(4.0);
  const Tensor six = Tensor::scalar(6.0);
  expect_values<double>(run_op({"Clip", {x, four, six}}), {6}, {4, 5, 6, kNan, 4, 6});
  expect_values<double>(run_op({"Clip", {x, four}}), {6}, {4, 5, 9, kNan, 4, kInf});
  expect_values<double>(run_op({"Clip", {x, Tensor(), six}}), {6}, {1, 5, 6, kNan, -kInf, 6});
  expect_values<double>(run_op({"Clip", {x}}), {6}, {1, 5, 9, kNan, -kInf, kInf});
  expect_values<double>(run_op({"Clip", {tensor<double>({}, {0, 2}), four, six}}), {0, 2}, {});
  // The upper bound wins where they cross.
  expect_values<double>(run_op({"Clip", {x, six, four}}), {6}, {4, 4, 4, kNan, 4, 4});
  expect_values<int32_t>(run_op({"Clip", {vector<int32_t>({-7, 3}), vector<int32_t>({0})}}), {2},
                         {0, 3});
}

TEST(Clip, rejects_bounds) {
  const Tensor x = vector<double>({1, 2});
  expect_refused({"Clip", {x, x}}, "input 1: expected one element, got [2]");
  expect_fails_to_run({"Clip", {x, Tensor(), x}}, "input 2: expected one element, got [2]");
  expect_refused({"Clip", {x, Tensor::scalar(1.0F)}}, "float64 and float32");
  expect_refused({"Clip", {vector<bool>({true})}}, "bool is not allowed");
  expect_refused({"Clip", {strings({"a"})}}, "string is not allowed");
}

TEST(MinMax, knows_its_directions) {
  const Tensor x = vector<double>({1, 2});
  const Tensor hole = vector<double>({1, kNan});
  const Tensor one = Tensor::scalar(1.0);
  EXPECT_EQ(direction({"Min", {x, x}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Max", {x, x}}, 1), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Max", {x, hole}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Max", {vector<int64_t>({1}), vector<int64_t>({1})}}, 0),
            Monotone::kIncreasing);
  EXPECT_EQ(direction({"Clip", {x, one, one}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Clip", {x, Tensor(), one}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Clip", {x, Tensor::scalar(kNan)}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Clip", {x, one, one}}, 1), Monotone::kNo);
  EXPECT_EQ(traits_of("Min"), "penm");
  EXPECT_EQ(traits_of("Max"), "penm");
  EXPECT_EQ(traits_of("Clip"), "peinm");
}

}  // namespace
}  // namespace tundish
