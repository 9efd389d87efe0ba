#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall expand(Tensor x, std::initializer_list<int64_t> shape) {
  return {"Expand", {std::move(x), vector<int64_t>(shape)}};
}
OpCall tile(Tensor x, std::initializer_list<int64_t> repeats) {
  return {"Tile", {std::move(x), vector<int64_t>(repeats)}};
}

TEST(Expand, broadcasts_both_ways) {
  const Tensor x = tensor<float>({1, 2, 3}, {3, 1});
  expect_values<float>(run_op(expand(x, {2})), {3, 2}, {1, 1, 2, 2, 3, 3});
  expect_values<float>(run_op(expand(x, {2, 1, 1})), {2, 3, 1}, {1, 2, 3, 1, 2, 3});
  expect_values<float>(run_op(expand(x, {1, 2})), {3, 2}, {1, 1, 2, 2, 3, 3});
  expect_values<float>(run_op(expand(x, {})), {3, 1}, {1, 2, 3});
  expect_values<float>(run_op(expand(Tensor::scalar(7.0F), {2, 2})), {2, 2}, {7, 7, 7, 7});
  expect_values<float>(run_op(expand(x, {3, 0})), {3, 0}, {});
}

TEST(Expand, moves_every_type) {
  expect_strings(run_op(expand(strings({"a"}), {2})), {"a", "a"});
  expect_values<Float16>(run_op(expand(vector<Float16>({Float16(1.5F)}), {2})), {2},
                         {Float16(1.5F), Float16(1.5F)});
}

TEST(Expand, infers_shapes) {
  const OpCall call = expand(tensor<float>({1, 2}, {1, 2}), {3, 1});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float32[3, 2]");
  EXPECT_EQ(inferred(call, {dims({1, symbol("N")})}), "float32[3, N]");
  EXPECT_EQ(inferred(call, {dims({1, symbol("N")}), dims({2})}), "float32[?, ?]");
  EXPECT_EQ(inferred(call, {dims({1, symbol("N")}), dims({symbol("K")})}), "float32[?...]");
}

TEST(Expand, refusals) {
  const Tensor x = tensor<float>({1, 2, 3}, {3, 1});
  expect_refused(expand(x, {2, 2}), "sizes 3 and 2 cannot be broadcast");
  expect_fails_to_run(expand(x, {2, 2}), "cannot be broadcast to each other");
  expect_refused(expand(x, {-1}), "the shape has size -1");
  expect_fails_to_run(expand(x, {-1}), "the shape has size -1");
  expect_refused({"Expand", {x, vector<float>({2})}}, "input 1: element type float32");
  const Tensor one = Tensor::scalar(1.0F);
  expect_refused(expand(one, {int64_t{1} << 32, int64_t{1} << 31}), "no tensor has the shape",
                 ErrorCode::kInvalidModel);
  const OpCall huge = expand(one, {int64_t{1} << 30, int64_t{1} << 30});
  expect_error(run_op(huge), ErrorCode::kLimit, "does not fit into memory");
}

TEST(Tile, repeats_each_axis) {
  const Tensor x = tensor<int32_t>({1, 2, 3, 4}, {2, 2});
  expect_values<int32_t>(run_op(tile(x, {1, 2})), {2, 4}, {1, 2, 1, 2, 3, 4, 3, 4});
  expect_values<int32_t>(run_op(tile(x, {2, 1})), {4, 2}, {1, 2, 3, 4, 1, 2, 3, 4});
  expect_values<int32_t>(run_op(tile(x, {0, 2})), {0, 4}, {});
  expect_values<int32_t>(run_op(tile(Tensor::scalar(int32_t{5}), {})), {}, {5});
  expect_strings(run_op(tile(strings({"a", "b"}), {2})), {"a", "b", "a", "b"});
}

TEST(Tile, infers_shapes) {
  const OpCall call = tile(tensor<float>({1, 2, 3}, {1, 1, 3}), {1, 2, 0});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 4, symbol("K")})}), "float32[N, 8, 0]");
  EXPECT_EQ(inferred(call, {dims({1, 1, 1}), dims({3})}), "float32[?, ?, ?]");
}

TEST(Tile, refusals) {
  const Tensor x = vector<float>({1, 2});
  expect_refused(tile(x, {1, 2}), "2 repeats, the input has 1 axes");
  expect_refused(tile(x, {-1}), "input 1: -1 repeats");
  expect_fails_to_run(tile(x, {-1}), "input 1: -1 repeats");
  expect_refused(tile(x, {INT64_MAX}), "the size of axis 0 overflows");
  expect_error(run_op(tile(x, {int64_t{1} << 42})), ErrorCode::kLimit, "does not fit into memory");
}

TEST(Tile, the_first_version_takes_halves) {
  const Tensor x = halves<Float16>({1, 2}, {1, 2});
  OpCall call{"Tile", {x, Tensor::scalar(Float16(2.0F)), Tensor::scalar(Float16(0.0F))}};
  call.version = 1;
  expect_halves<Float16>(run_op(call), {1, 2, 1, 2});
}

TEST(Tile, the_first_version_repeats_one_axis) {
  OpCall call{"Tile", {tensor<float>({1, 2}, {1, 2}), Tensor::scalar(2.0F), Tensor::scalar(1.0F)}};
  call.version = 5;
  expect_values<float>(run_op(call), {1, 4}, {1, 2, 1, 2});
  call.inputs[1] = Tensor::scalar(-1.0F);
  expect_fails_to_run(call, "-1 repeats");
  call.inputs[1] = Tensor::scalar(std::nanf(""));
  expect_fails_to_run(call, "is no count");
  call.inputs[1] = vector<float>({1, 2});
  expect_fails_to_run(call, "expected one number, got shape [2]");
  call.inputs[1] = Tensor::scalar(1.0);
  expect_refused(call, "inputs 0 and 1 differ in element type");
}

}  // namespace
}  // namespace tundish
