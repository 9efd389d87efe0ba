#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Compare, follows_ieee) {
  const Tensor a = vector<double>({1, 2, -0.0, kNan, kNan, kInf, -kInf});
  const Tensor b = vector<double>({2, 1, 0.0, kNan, 1, kInf, kInf});
  expect_values<bool>(run_op({"Less", {a, b}}), {7}, {1, 0, 0, 0, 0, 0, 1});
  expect_values<bool>(run_op({"LessOrEqual", {a, b}}), {7}, {1, 0, 1, 0, 0, 1, 1});
  expect_values<bool>(run_op({"Greater", {a, b}}), {7}, {0, 1, 0, 0, 0, 0, 0});
  expect_values<bool>(run_op({"GreaterOrEqual", {a, b}}), {7}, {0, 1, 1, 0, 0, 1, 0});
  expect_values<bool>(run_op({"Equal", {a, b}}), {7}, {0, 0, 1, 0, 0, 1, 0});
}

TEST(Compare, compares_halves) {
  const Tensor a = halves<Float16>({1, 2, NAN, -0.0F});
  const Tensor b = halves<Float16>({1, 3, 1, 0});
  expect_values<bool>(run_op({"Less", {a, b}}), {4}, {0, 1, 0, 0});
  expect_values<bool>(run_op({"Equal", {a, b}}), {4}, {1, 0, 0, 1});
  expect_values<bool>(run_op({"GreaterOrEqual", {halves<Bfloat16>({1, 2}), halves<Bfloat16>({2})}}),
                      {2}, {0, 1});
}

TEST(Compare, orders_integers_by_their_own_type) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  expect_values<bool>(
      run_op({"Less", {vector<uint64_t>({1, kMost}), vector<uint64_t>({kMost, 1})}}), {2}, {1, 0});
  expect_values<bool>(run_op({"Greater", {vector<int8_t>({-1}), vector<int8_t>({127})}}), {1}, {0});
  // Neighbours that one double would swallow.
  expect_values<bool>(
      run_op({"Equal", {vector<int64_t>({9007199254740993}), vector<int64_t>({9007199254740992})}}),
      {1}, {0});
}

TEST(Compare, equal_takes_strings_and_truth) {
  expect_values<bool>(run_op({"Equal", {strings({"a", "", "ab"}), strings({"a", "b", "a"})}}), {3},
                      {1, 0, 0});
  Tensor odd = Tensor::allocate(DType::kBool, Shape{3}).value();
  static_cast<uint8_t*>(odd.mutable_data())[1] = 2;
  static_cast<uint8_t*>(odd.mutable_data())[2] = 1;
  expect_values<bool>(run_op({"Equal", {odd, vector<bool>({true})}}), {3}, {0, 1, 1});
}

TEST(Compare, broadcasts) {
  const Tensor matrix = tensor<double>({1, 2, 3, 4}, {2, 2});
  expect_values<bool>(run_op({"Less", {matrix, vector<double>({2, 4})}}), {2, 2}, {1, 1, 0, 0});
  expect_values<bool>(run_op({"Equal", {Tensor::scalar(3.0), matrix}}), {2, 2}, {0, 0, 1, 0});
  expect_values<bool>(run_op({"Greater", {tensor<double>({}, {0, 2}), vector<double>({2, 4})}}),
                      {0, 2}, {});
  const OpCall call{"Less", {matrix, vector<double>({2, 4})}};
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "bool[N, 2]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "bool[?...]");
}

TEST(Compare, rejects_types_and_shapes) {
  const Tensor x = vector<double>({1, 2});
  for (const char* op : {"Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"}) {
    expect_refused({op, {x, vector<float>({1, 2})}}, "float64 and float32");
    expect_refused({op, {x, vector<double>({1, 2, 3})}}, "sizes 2 and 3");
    expect_fails_to_run({op, {x, vector<double>({1, 2, 3})}}, "[2] and [3]");
    expect_refused({op, {x}}, "expected 2 inputs, got 1");
  }
  expect_refused({"Less", {strings({"a"}), strings({"b"})}}, "string is not allowed");
  expect_refused({"Greater", {vector<bool>({true}), vector<bool>({true})}}, "bool is not allowed");
}

TEST(Compare, knows_its_directions) {
  const Tensor x = vector<double>({1, 2});
  for (const char* op : {"Less", "LessOrEqual"}) {
    EXPECT_EQ(direction({op, {x, x}}, 0), Monotone::kDecreasing);
    EXPECT_EQ(direction({op, {x, x}}, 1), Monotone::kIncreasing);
    EXPECT_EQ(traits_of(op), "pem");
  }
  for (const char* op : {"Greater", "GreaterOrEqual"}) {
    EXPECT_EQ(direction({op, {x, x}}, 0), Monotone::kIncreasing);
    EXPECT_EQ(direction({op, {x, x}}, 1), Monotone::kDecreasing);
    EXPECT_EQ(traits_of(op), "pem");
  }
  EXPECT_EQ(direction({"Equal", {x, x}}, 0), Monotone::kNo);
  EXPECT_EQ(traits_of("Equal"), "pe");
}

}  // namespace
}  // namespace tundish
