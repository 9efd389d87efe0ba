#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(Logic, follows_the_truth_tables) {
  const Tensor a = vector<bool>({false, false, true, true});
  const Tensor b = vector<bool>({false, true, false, true});
  expect_values<bool>(run_op({"And", {a, b}}), {4}, {0, 0, 0, 1});
  expect_values<bool>(run_op({"Or", {a, b}}), {4}, {0, 1, 1, 1});
  expect_values<bool>(run_op({"Xor", {a, b}}), {4}, {0, 1, 1, 0});
  expect_values<bool>(run_op({"Not", {a}}), {4}, {1, 1, 0, 0});
}

TEST(Logic, takes_any_byte_but_zero_for_true) {
  Tensor odd = Tensor::allocate(DType::kBool, Shape{3}).value();
  static_cast<uint8_t*>(odd.mutable_data())[0] = 2;
  static_cast<uint8_t*>(odd.mutable_data())[1] = 128;
  const Tensor b = vector<bool>({true, false, true});
  expect_values<bool>(run_op({"And", {odd, b}}), {3}, {1, 0, 0});
  expect_values<bool>(run_op({"Or", {odd, b}}), {3}, {1, 1, 1});
  expect_values<bool>(run_op({"Xor", {odd, b}}), {3}, {0, 1, 1});
  expect_values<bool>(run_op({"Not", {odd}}), {3}, {0, 0, 1});
  // Answers are 0 and 1 again.
  const Tensor either = run_op({"Or", {odd, odd}}).value();
  EXPECT_EQ(static_cast<const uint8_t*>(either.data())[0], 1);
  EXPECT_EQ(static_cast<const uint8_t*>(either.data())[1], 1);
}

TEST(Logic, broadcasts) {
  const Tensor column = tensor<bool>({false, true}, {2, 1});
  const Tensor row = vector<bool>({false, true, true});
  expect_values<bool>(run_op({"And", {column, row}}), {2, 3}, {0, 0, 0, 0, 1, 1});
  expect_values<bool>(run_op({"Or", {row, Tensor::scalar(false)}}), {3}, {0, 1, 1});
  expect_values<bool>(run_op({"Xor", {tensor<bool>({}, {0, 3}), row}}), {0, 3}, {});
  expect_values<bool>(run_op({"Not", {tensor<bool>({}, {0})}}), {0}, {});
  EXPECT_EQ(inferred({"And", {column, row}}, {dims({symbol("N"), 1})}), "bool[N, 3]");
  EXPECT_EQ(inferred({"Not", {row}}, {dims({symbol("N"), 1})}), "bool[N, 1]");
}

TEST(Logic, rejects_types_and_shapes) {
  const Tensor truth = vector<bool>({true, false});
  for (const char* op : {"And", "Or", "Xor"}) {
    expect_refused({op, {truth, vector<double>({1, 2})}}, "input 1: element type float64");
    expect_refused({op, {truth, vector<bool>({true, true, true})}}, "sizes 2 and 3");
    expect_fails_to_run({op, {truth, vector<bool>({true, true, true})}}, "[2] and [3]");
  }
  expect_refused({"Not", {vector<uint8_t>({1})}}, "uint8 is not allowed");
}

TEST(Logic, knows_its_directions) {
  const Tensor x = vector<bool>({true});
  EXPECT_EQ(direction({"And", {x, x}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Or", {x, x}}, 1), Monotone::kIncreasing);
  EXPECT_EQ(direction({"Xor", {x, x}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"Not", {x}}, 0), Monotone::kDecreasing);
  EXPECT_EQ(traits_of("And"), "peim");
  EXPECT_EQ(traits_of("Or"), "peim");
  EXPECT_EQ(traits_of("Xor"), "pei");
  EXPECT_EQ(traits_of("Not"), "peim");
}

}  // namespace
}  // namespace tundish
