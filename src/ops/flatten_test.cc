#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall flatten(Tensor x, int64_t axis) { return {"Flatten", {std::move(x)}, {{"axis", axis}}}; }

TEST(Flatten, makes_a_matrix) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6}, {1, 2, 3});
  const std::pair<int64_t, Shape> shapes[] = {{0, {1, 6}},  {1, {1, 6}},  {2, {2, 3}}, {3, {6, 1}},
                                              {-1, {2, 3}}, {-2, {1, 6}}, {-3, {1, 6}}};
  for (const auto& [axis, shape] : shapes) {
    expect_values<float>(run_op(flatten(x, axis)), shape, {1, 2, 3, 4, 5, 6});
  }
  expect_values<float>(run_op({"Flatten", {x}}), {1, 6}, {1, 2, 3, 4, 5, 6});
  expect_values<float>(run_op(flatten(Tensor::scalar(2.0F), 0)), {1, 1}, {2});
  expect_values<float>(run_op(flatten(tensor<float>({}, {2, 0}), 1)), {2, 0}, {});
  expect_strings(run_op(flatten(strings({"a", "b"}), 0)), {"a", "b"});
}

TEST(Flatten, infers_shapes) {
  const OpCall call = flatten(tensor<float>({1}, {1, 1, 1}), 1);
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3, 4})}), "float32[N, 12]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 1, symbol("K")})}), "float32[N, K]");
  EXPECT_EQ(inferred(call, {dims({2, symbol("M"), symbol("K")})}), "float32[2, ?]");
  EXPECT_EQ(inferred(call, {dims({2, symbol("M"), 0})}), "float32[2, 0]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?, ?]");
}

TEST(Flatten, refusals) {
  expect_refused(flatten(vector<float>({1}), 2), "axis 2 outside [-1, 1]");
  expect_fails_to_run(flatten(vector<float>({1}), -2), "axis -2 outside [-1, 1]");
}

TEST(Size, counts_elements) {
  expect_values<int64_t>(run_op({"Size", {tensor<float>({1, 2}, {1, 2})}}), {}, {2});
  expect_values<int64_t>(run_op({"Size", {Tensor::scalar(1.0)}}), {}, {1});
  expect_values<int64_t>(run_op({"Size", {tensor<float>({}, {3, 0})}}), {}, {0});
  expect_values<int64_t>(run_op({"Size", {Tensor::allocate(DType::kUint4, {3}).value()}}), {}, {3});
}

}  // namespace
}  // namespace tundish
