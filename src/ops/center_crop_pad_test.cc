#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Ints = std::vector<int64_t>;

OpCall center(Tensor x, std::initializer_list<int64_t> sizes) {
  return {"CenterCropPad", {std::move(x), vector<int64_t>(sizes)}};
}

TEST(CenterCropPad, cuts_and_pads_evenly) {
  const Tensor x = vector<int32_t>({1, 2, 3, 4});
  expect_values<int32_t>(run_op(center(x, {2})), {2}, {2, 3});
  expect_values<int32_t>(run_op(center(x, {1})), {1}, {2});
  expect_values<int32_t>(run_op(center(x, {7})), {7}, {0, 1, 2, 3, 4, 0, 0});
  expect_values<int32_t>(run_op(center(x, {4})), {4}, {1, 2, 3, 4});
  expect_values<int32_t>(run_op(center(x, {0})), {0}, {});
  const Tensor square = tensor<int32_t>({1, 2, 3, 4, 5, 6}, {3, 2});
  expect_values<int32_t>(run_op(center(square, {1, 4})), {1, 4}, {0, 3, 4, 0});
  expect_strings(run_op(center(strings({"a"}), {3})), {"", "a", ""});
  expect_values<float>(run_op(center(tensor<float>({}, {0}), {2})), {2}, {0, 0});
}

TEST(CenterCropPad, takes_some_axes) {
  const Tensor x = tensor<int32_t>({1, 2, 3, 4, 5, 6}, {3, 2});
  OpCall call{"CenterCropPad", {x, vector<int32_t>({1})}, {{"axes", Ints{-1}}}};
  expect_values<int32_t>(run_op(call), {3, 1}, {1, 3, 5});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 9})}), "int32[N, 1]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 9}), dims({1})}), "int32[?, ?]");
}

TEST(CenterCropPad, refusals) {
  const Tensor x = vector<float>({1, 2});
  expect_refused(center(x, {-1}), "a size of -1");
  expect_fails_to_run(center(x, {-1}), "a size of -1");
  expect_refused(center(x, {1, 1}), "2 sizes for 1 axes");
  expect_error(run_op(center(x, {int64_t{1} << 45})), ErrorCode::kLimit,
               "does not fit into memory");
  expect_refused({"CenterCropPad", {x, vector<int64_t>({1, 1})}, {{"axes", Ints{0, -1}}}},
                 "names axis 0 twice");
  expect_refused({"CenterCropPad", {x, vector<int64_t>({1})}, {{"axes", Ints{1}}}},
                 "axis 1 outside [-1, 1)");
}

}  // namespace
}  // namespace tundish
