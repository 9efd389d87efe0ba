#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

OpCall call(const char* op, Tensor x, int64_t axis, int64_t keep = 1, int64_t last = 0) {
  return {op, {std::move(x)}, {{"axis", axis}, {"keepdims", keep}, {"select_last_index", last}}};
}

TEST(ArgExtremum, finds_places_along_each_axis) {
  const Tensor x = tensor<int32_t>({3, 1, 1, 2, 2, 2}, {2, 3});
  expect_values<int64_t>(run_op(call("ArgMax", x, 0)), {1, 3}, {0, 1, 1});
  expect_values<int64_t>(run_op(call("ArgMin", x, 0)), {1, 3}, {1, 0, 0});
  expect_values<int64_t>(run_op(call("ArgMax", x, 1)), {2, 1}, {0, 0});
  expect_values<int64_t>(run_op(call("ArgMin", x, -1, 0)), {2}, {1, 0});
  expect_values<int64_t>(run_op({"ArgMax", {x}}), {1, 3}, {0, 1, 1});
  const Tensor cube = tensor<float>({1, 8, 3, 4, 5, 6, 7, 2}, {2, 2, 2});
  expect_values<int64_t>(run_op(call("ArgMax", cube, 1, 0)), {2, 2}, {1, 0, 1, 0});
}

TEST(ArgExtremum, takes_the_first_or_the_last_of_equal_ones) {
  const Tensor x = tensor<int32_t>({3, 1, 1, 2, 2, 2}, {2, 3});
  expect_values<int64_t>(run_op(call("ArgMin", x, 1, 0, 1)), {2}, {2, 2});
  expect_values<int64_t>(run_op(call("ArgMax", x, 1, 0, 1)), {2}, {0, 2});
  const Tensor zeros = vector<double>({0.0, -0.0, 0.0});
  expect_values<int64_t>(run_op(call("ArgMax", zeros, 0)), {1}, {0});
  expect_values<int64_t>(run_op(call("ArgMin", zeros, 0, 1, 1)), {1}, {2});
}

TEST(ArgExtremum, counts_nan_as_the_extremum) {
  const Tensor x = vector<double>({kInf, kNan, -kInf, kNan});
  for (const char* op : {"ArgMax", "ArgMin"}) {
    expect_values<int64_t>(run_op(call(op, x, 0)), {1}, {1});
    expect_values<int64_t>(run_op(call(op, x, 0, 1, 1)), {1}, {3});
  }
  expect_values<int64_t>(run_op(call("ArgMax", vector<float>({-INFINITY, INFINITY}), 0)), {1}, {1});
}

TEST(ArgExtremum, compares_the_ends_of_integer_types) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  expect_values<int64_t>(run_op(call("ArgMax", vector<uint64_t>({kMost - 1, kMost}), 0)), {1}, {1});
  expect_values<int64_t>(run_op(call("ArgMin", vector<int64_t>({kLeast + 1, kLeast}), 0)), {1},
                         {1});
  expect_values<int64_t>(run_op(call("ArgMax", vector<int8_t>({-1, 127, -128}), 0)), {1}, {1});
  expect_values<int64_t>(run_op(call("ArgMax", vector<uint8_t>({255, 127}), 0)), {1}, {0});
}

TEST(ArgExtremum, of_no_rows_is_empty_and_of_no_choices_an_error) {
  const Tensor x = tensor<double>({}, {0, 3});
  expect_values<int64_t>(run_op(call("ArgMax", x, 1)), {0, 1}, {});
  expect_error(run_op(call("ArgMax", x, 0)), ErrorCode::kInvalidArgument, "axis 0 of shape [0, 3]");
}

TEST(ArgExtremum, compares_halves) {
  expect_values<int64_t>(run_op({"ArgMax", {halves<Bfloat16>({1, 3, -5})}}), {1}, {1});
  expect_values<int64_t>(run_op({"ArgMin", {halves<Float16>({1, 3, -5})}}), {1}, {2});
}

TEST(ArgExtremum, infers_shapes) {
  const Tensor x = tensor<double>({1, 2}, {1, 2});
  EXPECT_EQ(inferred(call("ArgMax", x, 1), {dims({symbol("N"), 2})}), "int64[N, 1]");
  EXPECT_EQ(inferred(call("ArgMax", x, 1, 0), {dims({symbol("N"), 2})}), "int64[N]");
  EXPECT_EQ(inferred(call("ArgMin", x, 0, 0), {dims({symbol("N"), 2})}), "int64[2]");
  EXPECT_EQ(inferred(call("ArgMin", x, 0), {SymbolicShape()}), "int64[?...]");
}

TEST(ArgExtremum, rejects_axes_and_types) {
  const Tensor x = vector<double>({1, 2});
  expect_refused(call("ArgMax", x, 1), "axis 1 outside [-1, 1)");
  expect_refused(call("ArgMin", x, -2), "axis -2 outside [-1, 1)");
  expect_refused(call("ArgMax", Tensor::scalar(1.0), 0), "axis 0 outside [0, 0)");
  expect_fails_to_run(call("ArgMax", x, 1), "axis 1 outside [-1, 1)");
  expect_refused({"ArgMax", {strings({"a"})}}, "string is not allowed");
  expect_refused({"ArgMin", {vector<bool>({true})}}, "bool is not allowed");
  expect_refused({"ArgMin", {x}, {{"axis", 1.5F}}}, "\"axis\"");
}

TEST(ArgExtremum, claims_nothing_per_element) {
  EXPECT_EQ(traits_of("ArgMax"), "p");
  EXPECT_EQ(traits_of("ArgMin"), "p");
}

}  // namespace
}  // namespace tundish
