#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall unique(Tensor x, int64_t sorted) {
  OpCall call{"Unique", {std::move(x)}, {{"sorted", sorted}}};
  call.output_count = 4;
  return call;
}
OpCall unique_along(Tensor x, int64_t axis, int64_t sorted = 1) {
  OpCall call = unique(std::move(x), sorted);
  call.attributes.emplace_back("axis", axis);
  return call;
}

TEST(Unique, lists_each_element_once) {
  const Tensor x = vector<int32_t>({2, 1, 1, 3, 4, 3});
  const auto first = run_all(unique(x, 0));
  expect_values<int32_t>(nth(first, 0), {4}, {2, 1, 3, 4});
  expect_values<int64_t>(nth(first, 1), {4}, {0, 1, 3, 4});
  expect_values<int64_t>(nth(first, 2), {6}, {0, 1, 1, 2, 3, 2});
  expect_values<int64_t>(nth(first, 3), {4}, {1, 2, 2, 1});
  const auto sorted = run_all(unique(x, 1));
  expect_values<int32_t>(nth(sorted, 0), {4}, {1, 2, 3, 4});
  expect_values<int64_t>(nth(sorted, 1), {4}, {1, 0, 3, 4});
  expect_values<int64_t>(nth(sorted, 2), {6}, {1, 0, 0, 2, 3, 2});
  expect_values<int64_t>(nth(sorted, 3), {4}, {2, 1, 2, 1});
}

TEST(Unique, lists_each_slice_once) {
  const Tensor x = tensor<float>({1, 1, 0, 1, 2, 1, 0, 1, 1, 1, 0, 1, 2, 1, 0, 1}, {2, 4, 2});
  const auto got = run_all(unique_along(x, -2));
  expect_values<float>(nth(got, 0), {2, 3, 2}, {0, 1, 1, 1, 2, 1, 0, 1, 1, 1, 2, 1});
  expect_values<int64_t>(nth(got, 1), {3}, {1, 0, 2});
  expect_values<int64_t>(nth(got, 2), {4}, {1, 0, 2, 0});
  expect_values<int64_t>(nth(got, 3), {3}, {2, 1, 1});
  const auto rows = run_all(unique_along(tensor<int64_t>({2, 3, 1, 0, 2, 3}, {3, 2}), 0, 0));
  expect_values<int64_t>(nth(rows, 0), {2, 2}, {2, 3, 1, 0});
  expect_values<int64_t>(nth(rows, 2), {3}, {0, 1, 0});
}

TEST(Unique, takes_every_type) {
  expect_strings(run_op(unique(strings({"b", "a", "b"}), 1)), {"a", "b"});
  expect_strings(run_op(unique_along(strings({"b", "a", "b"}), 0, 0)), {"b", "a"});
  expect_values<bool>(run_op(unique(vector<bool>({true, true}), 1)), {1}, {true});
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  expect_values<double>(run_op(unique(vector<double>({kNan, 0.0, -0.0, kNan}), 1)), {2},
                        {0.0, kNan});
  const Tensor pairs = vector<float>({1, 2, 1, 1, 1, 2});
  const Tensor complex = Tensor::borrow({DType::kComplex64, Shape{3}, pairs.data()}, pairs.owner());
  expect_values<int64_t>(nth(run_all(unique(complex, 1)), 1), {2}, {1, 0});
  expect_values<float>(run_op(unique(vector<float>({}), 1)), {0}, {});
  expect_values<float>(run_op(unique(Tensor::scalar(3.0F), 1)), {1}, {3});
}

TEST(Unique, needs_the_first_output_only) {
  OpCall call = unique(vector<int32_t>({2, 2}), 1);
  call.output_count = 1;
  expect_values<int32_t>(run_op(call), {1}, {2});
}

TEST(Unique, infers_shapes) {
  EXPECT_EQ(inferred(unique(vector<float>({1}), 1), {SymbolicShape()}),
            "float32[?] int64[?] int64[?] int64[?]");
  EXPECT_EQ(inferred(unique_along(tensor<float>({1}, {1, 1}), 0), {dims({3, symbol("N")})}),
            "float32[?, N] int64[?] int64[?] int64[?]");
}

TEST(Unique, refusals) {
  expect_refused(unique_along(vector<float>({1}), 1), "axis 1 outside [-1, 1)");
  expect_fails_to_run(unique_along(vector<float>({1}), -2), "axis -2 outside [-1, 1)");
  expect_fails_to_run(unique_along(tensor<float>({}, {3, 0}), 0), "slices without elements");
}

}  // namespace
}  // namespace tundish
