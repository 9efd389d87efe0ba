#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Ints = std::initializer_list<int64_t>;

OpCall slice(Tensor x, Ints starts, Ints ends, Ints axes, Ints steps) {
  return {"Slice",
          {std::move(x), vector<int64_t>(starts), vector<int64_t>(ends), vector<int64_t>(axes),
           vector<int64_t>(steps)}};
}
// One axis of 0, 1, 2, 3, 4.
Result<Tensor> five(int64_t start, int64_t end, int64_t step) {
  return run_op(slice(vector<double>({0, 1, 2, 3, 4}), {start}, {end}, {0}, {step}));
}

TEST(Slice, counts_from_either_end) {
  expect_values<double>(five(1, 3, 1), {2}, {1, 2});
  expect_values<double>(five(-3, -1, 1), {2}, {2, 3});
  expect_values<double>(five(0, 5, 2), {3}, {0, 2, 4});
  expect_values<double>(five(1, 5, 3), {2}, {1, 4});
  expect_values<double>(five(3, 1, 1), {0}, {});
}

TEST(Slice, clamps_bounds) {
  expect_values<double>(five(-99, 2, 1), {2}, {0, 1});
  expect_values<double>(five(3, INT64_MAX, 1), {2}, {3, 4});
  expect_values<double>(five(INT64_MIN, INT64_MAX, 1), {5}, {0, 1, 2, 3, 4});
  expect_values<double>(five(99, 100, 1), {0}, {});
  expect_values<double>(five(0, INT64_MAX, INT64_MAX), {1}, {0});
}

TEST(Slice, goes_backwards) {
  expect_values<double>(five(4, 1, -1), {3}, {4, 3, 2});
  expect_values<double>(five(-1, INT64_MIN, -2), {3}, {4, 2, 0});
  expect_values<double>(five(99, -99, -2), {3}, {4, 2, 0});
  expect_values<double>(five(INT64_MAX, INT64_MIN, INT64_MIN), {1}, {4});
  expect_values<double>(five(1, 3, -1), {0}, {});
  expect_values<double>(five(2, -1, -1), {0}, {});
  // A start before the axis is clamped to its first element (ONNX; numpy gives nothing).
  expect_values<double>(five(-10, -20, -1), {1}, {0});
}

TEST(Slice, takes_several_axes_in_any_order) {
  const Tensor x = tensor<int32_t>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {3, 4});
  expect_values<int32_t>(run_op(slice(x, {1, 0}, {3, 2}, {-1, 0}, {1, 1})), {2, 2}, {2, 3, 6, 7});
  expect_values<int32_t>(run_op(slice(x, {-1, 3}, {-9, 0}, {0, 1}, {-2, -2})), {2, 2},
                         {12, 10, 4, 2});
  expect_values<int32_t>(run_op(slice(x, {}, {}, {}, {})), {3, 4},
                         {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  const Tensor cube = tensor<int32_t>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  expect_values<int32_t>(run_op(slice(cube, {1}, {2}, {1}, {1})), {2, 1, 2}, {3, 4, 7, 8});
}

TEST(Slice, takes_optional_inputs_and_int32) {
  const Tensor x = tensor<double>({1, 2, 3, 4}, {2, 2});
  const Tensor one = vector<int32_t>({1});
  const Tensor two = vector<int32_t>({2});
  expect_values<double>(run_op({"Slice", {x, one, two}}), {1, 2}, {3, 4});
  expect_values<double>(run_op({"Slice", {x, one, two, one}}), {2, 1}, {2, 4});
  expect_values<double>(run_op({"Slice", {x, one, two, Tensor(), one}}), {1, 2}, {3, 4});
}

TEST(Slice, moves_every_type_and_nothing) {
  expect_strings(run_op(slice(strings({"a", "b", "c"}), {2}, {-9}, {0}, {-1})), {"c", "b", "a"});
  expect_values<bool>(run_op(slice(vector<bool>({1, 0}), {1}, {2}, {0}, {1})), {1}, {false});
  const Tensor none = tensor<double>({}, {0, 2});
  for (const int64_t step : {-1, 1}) {
    expect_values<double>(run_op(slice(none, {3}, {-20}, {0}, {step})), {0, 2}, {});
    expect_values<double>(run_op(slice(none, {-20}, {3}, {0}, {step})), {0, 2}, {});
  }
  expect_values<double>(run_op(slice(Tensor::scalar(1.0), {}, {}, {}, {})), {}, {1});
}

TEST(Slice, infers_shapes) {
  const OpCall call = slice(tensor<double>({1, 2}, {1, 2}), {0}, {9}, {1}, {2});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 5})}), "float64[N, 3]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("F")})}), "float64[N, ?]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 5}), dims({1})}), "float64[?, ?]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?...]");
}

TEST(Slice, rejects_bounds) {
  const Tensor x = vector<double>({1, 2});
  expect_refused(slice(x, {0}, {1}, {1}, {1}), "axis 1 outside [-1, 1)");
  expect_fails_to_run(slice(x, {0}, {1}, {-2}, {1}), "axis -2 outside [-1, 1)");
  expect_refused(slice(x, {0}, {1}, {0}, {0}), "step 0 on axis 0");
  expect_fails_to_run(slice(x, {0}, {1}, {0}, {0}), "step 0 on axis 0");
  expect_refused(slice(x, {0, 0}, {1, 1}, {0, -1}, {1, 1}), "axis 0 is named twice");
  expect_refused(slice(x, {0}, {1, 2}, {0}, {1}), "differ in length");
  expect_fails_to_run(slice(x, {0}, {1}, {0}, {1, 1}), "differ in length");
  const Ints many{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  expect_refused(slice(x, many, many, many, many), "input 1: 13 entries, at most 12");
  expect_fails_to_run(slice(x, many, many, many, many), "input 1: 13 entries, at most 12");
  expect_refused({"Slice", {x, vector<double>({0}), vector<int64_t>({1})}},
                 "input 1: element type float64");
  expect_refused({"Slice", {x, vector<int64_t>({0})}}, "expected 3 to 5 inputs, got 2");
}

TEST(Slice, claims_nothing_per_element) { EXPECT_EQ(traits_of("Slice"), "p"); }

}  // namespace
}  // namespace tundish
