#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Pow, follows_ieee) {
  const Tensor base = vector<double>({2, 4, -8, 0, -0.0, 1, kNan, -1, kInf});
  const Tensor power = vector<double>({10, -0.5, 1.0 / 3, -1, -1, kNan, 0, kInf, -1});
  expect_values<double>(run_op({"Pow", {base, power}}), {9},
                        {1024, 0.5, kNan, kInf, -kInf, 1, 1, 1, 0});
  expect_values<float>(run_op({"Pow", {vector<float>({2, 9}), vector<float>({0.5F, 2})}}), {2},
                       {1.4142135F, 81});
}

TEST(Pow, keeps_the_type_of_the_base) {
  expect_values<float>(run_op({"Pow", {vector<float>({2, 9}), vector<int64_t>({3, -1})}}), {2},
                       {8, 0.11111111F});
  expect_values<float>(run_op({"Pow", {vector<float>({2, 9}), vector<double>({0.5, 0.5})}}), {2},
                       {1.4142135F, 3});
  expect_values<int64_t>(run_op({"Pow", {vector<int64_t>({2, -2}), vector<double>({0.5, 3})}}), {2},
                         {1, -8});
  expect_values<int32_t>(run_op({"Pow", {vector<int32_t>({3, 2}), vector<uint8_t>({4, 0})}}), {2},
                         {81, 1});
  expect_values<double>(run_op({"Pow", {vector<double>({0.5}), vector<int8_t>({-2})}}), {1}, {4});
}

TEST(Pow, wraps_integers) {
  expect_values<int64_t>(
      run_op({"Pow", {vector<int64_t>({3, 2, 2, 3}), vector<int64_t>({39, 63, 64, 41})}}), {4},
      {4052555153018976267, INT64_MIN, 0, -420491770248316829});
  expect_values<int32_t>(run_op({"Pow", {vector<int32_t>({-3}), vector<int64_t>({3})}}), {1},
                         {-27});
}

TEST(Pow, rounds_negative_powers_of_integers_towards_zero) {
  expect_values<int64_t>(
      run_op({"Pow",
              {vector<int64_t>({1, -1, -1, 2, -5}), vector<int64_t>({-7, -3, -2, -1, INT64_MIN})}}),
      {5}, {1, -1, 1, 0, 0});
  // A zero and a negative power that do not meet.
  expect_values<int64_t>(run_op({"Pow", {vector<int64_t>({0, 2}), vector<int64_t>({1, -1})}}), {2},
                         {0, 0});
  expect_values<int64_t>(
      run_op({"Pow", {tensor<int64_t>({0, 2}, {2, 1}), tensor<int32_t>({1, -1}, {2, 1})}}), {2, 1},
      {0, 0});
}

TEST(Pow, rejects_zero_to_a_negative_power) {
  const Tensor base = tensor<int64_t>({2, 0}, {2, 1});
  expect_fails_to_run({"Pow", {vector<int64_t>({2, 0}), vector<int64_t>({-1, -1})}}, "(element 1)");
  expect_fails_to_run({"Pow", {base, vector<int8_t>({1, 2, -1})}}, "negative power (element 5)");
}

TEST(Pow, computes_halves_in_float) {
  const Tensor x = halves<Float16>({2, 3, 300});
  expect_halves<Float16>(run_op({"Pow", {x, halves<Float16>({0.5F, 2, 2})}}),
                         {1.4142135F, 9, INFINITY});
  expect_halves<Float16>(run_op({"Pow", {x, vector<int32_t>({3})}}), {8, 27, INFINITY});
  expect_values<float>(run_op({"Pow", {vector<float>({4}), halves<Bfloat16>({0.5F})}}), {1}, {2});
}

TEST(Pow, broadcasts) {
  const Tensor matrix = tensor<double>({1, 2, 3, 4}, {2, 2});
  expect_values<double>(run_op({"Pow", {matrix, Tensor::scalar(2.0)}}), {2, 2}, {1, 4, 9, 16});
  expect_values<double>(run_op({"Pow", {vector<double>({2, 3}), matrix}}), {2, 2}, {2, 9, 8, 81});
  expect_values<double>(run_op({"Pow", {tensor<double>({}, {0, 2}), vector<double>({2, 3})}}),
                        {0, 2}, {});
  EXPECT_EQ(inferred({"Pow", {matrix, vector<int64_t>({2, 2})}}, {dims({symbol("N"), 2})}),
            "float64[N, 2]");
}

TEST(Pow, rejects_types_and_shapes) {
  const Tensor x = vector<double>({1, 2});
  expect_refused({"Pow", {vector<int16_t>({1}), x}}, "input 0: element type int16");
  expect_refused({"Pow", {x, vector<bool>({true})}}, "input 1: element type bool");
  expect_refused({"Pow", {x, vector<double>({1, 2, 3})}}, "sizes 2 and 3");
  expect_fails_to_run({"Pow", {x, vector<double>({1, 2, 3})}}, "[2] and [3]");
  expect_fails_to_run({"Pow", {vector<int32_t>({0, 1}), vector<int32_t>({-1, 2, 3})}},
                      "[2] and [3]");
}

TEST(Pow, does_not_always_pass_nan_on) { EXPECT_EQ(traits_of("Pow"), "pei"); }

}  // namespace
}  // namespace tundish
