#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall one_hot(Tensor indices, int64_t depth, int64_t axis = -1) {
  return {"OneHot",
          {std::move(indices), Tensor::scalar(depth), vector<int32_t>({2, 5})},
          {{"axis", axis}}};
}

TEST(OneHot, adds_an_axis) {
  const Tensor x = vector<int64_t>({1, 0});
  expect_values<int32_t>(run_op(one_hot(x, 3)), {2, 3}, {2, 5, 2, 5, 2, 2});
  expect_values<int32_t>(run_op(one_hot(x, 3, 0)), {3, 2}, {2, 5, 5, 2, 2, 2});
  const Tensor square = tensor<int8_t>({0, 1, 1, 0}, {2, 2});
  expect_values<int32_t>(run_op(one_hot(square, 2, 1)), {2, 2, 2}, {5, 2, 2, 5, 2, 5, 5, 2});
  expect_values<int32_t>(run_op(one_hot(Tensor::scalar(int64_t{1}), 2)), {2}, {2, 5});
  expect_values<int32_t>(run_op(one_hot(x, 0)), {2, 0}, {});
}

TEST(OneHot, indices_outside_are_off_everywhere) {
  expect_values<int32_t>(run_op(one_hot(vector<int64_t>({2, -1, -3, INT64_MIN}), 2)), {4, 2},
                         {2, 2, 2, 5, 2, 2, 2, 2});
}

TEST(OneHot, takes_numbers_of_any_type) {
  expect_values<int32_t>(run_op(one_hot(vector<float>({1.9F, -0.5F}), 2)), {2, 2}, {2, 5, 5, 2});
  expect_values<int32_t>(run_op(one_hot(vector<Float16>({Float16(1.0F)}), 2)), {1, 2}, {2, 5});
  const OpCall call{
      "OneHot",
      {vector<uint8_t>({1}), vector<float>({2}), vector<Float16>({Float16(0.0F), Float16(1.0F)})}};
  expect_values<Float16>(run_op(call), {1, 2}, {Float16(0.0F), Float16(1.0F)});
  const OpCall texts{"OneHot",
                     {vector<int32_t>({1}), Tensor::scalar(int64_t{2}), strings({"off", "on"})}};
  expect_strings(run_op(texts), {"off", "on"});
}

TEST(OneHot, infers_shapes) {
  EXPECT_EQ(inferred(one_hot(vector<int64_t>({1}), 3), {dims({symbol("N")})}), "int32[N, 3]");
  EXPECT_EQ(inferred(one_hot(vector<int64_t>({1}), 3, 0), {dims({symbol("N")}), dims({})}),
            "int32[?, N]");
}

TEST(OneHot, refusals) {
  const Tensor x = vector<int64_t>({1});
  expect_refused(one_hot(x, -1), "a depth of -1");
  expect_fails_to_run(one_hot(x, -1), "a depth of -1");
  expect_refused(one_hot(x, 2, 2), "axis 2 outside [-2, 2)");
  expect_error(run_op(one_hot(x, int64_t{1} << 50)), ErrorCode::kLimit, "does not fit into memory");
  const OpCall values{"OneHot", {x, Tensor::scalar(int64_t{2}), vector<float>({1, 2, 3})}};
  expect_refused(values, "expected [off, on], got shape [3]");
  expect_fails_to_run(values, "expected [off, on], got shape [3]");
  expect_refused({"OneHot", {x, vector<int64_t>({1, 2}), vector<float>({1, 2})}},
                 "input 1: expected one number");
}

TEST(Hardmax, marks_the_first_maximum) {
  const Tensor x = tensor<float>({1, 3, 3, 5, 4, 2}, {2, 3});
  expect_values<float>(run_op({"Hardmax", {x}}), {2, 3}, {0, 1, 0, 1, 0, 0});
  expect_values<float>(run_op({"Hardmax", {x}, {{"axis", int64_t{0}}}}), {2, 3},
                       {0, 0, 1, 1, 1, 0});
  expect_values<double>(run_op({"Hardmax", {tensor<double>({}, {2, 0})}}), {2, 0}, {});
  expect_values<Float16>(run_op({"Hardmax", {vector<Float16>({Float16(1.0F), Float16(2.0F)})}}),
                         {2}, {Float16(0.0F), Float16(1.0F)});
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  expect_values<float>(run_op({"Hardmax", {vector<float>({1, kNan, 2, kNan})}}), {4}, {0, 1, 0, 0});
}

TEST(Hardmax, refusals) {
  const OpCall outside{"Hardmax", {vector<float>({1})}, {{"axis", int64_t{1}}}};
  expect_refused(outside, "axis 1 outside [-1, 1)");
  expect_fails_to_run(outside, "axis 1 outside [-1, 1)");
  expect_refused({"Hardmax", {vector<int32_t>({1})}}, "input 0: element type int32");
}

}  // namespace
}  // namespace tundish
