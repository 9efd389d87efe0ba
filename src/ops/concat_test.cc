#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall concat(std::vector<Tensor> parts, int64_t axis) {
  return {"Concat", std::move(parts), {{"axis", axis}}};
}

TEST(Concat, joins_along_any_axis) {
  const Tensor a = tensor<double>({1, 2, 3, 4}, {2, 2});
  const Tensor b = tensor<double>({5, 6}, {2, 1});
  const Tensor c = tensor<double>({7, 8}, {1, 2});
  expect_values<double>(run_op(concat({a, b}, 1)), {2, 3}, {1, 2, 5, 3, 4, 6});
  expect_values<double>(run_op(concat({b, a, b}, -1)), {2, 4}, {5, 1, 2, 5, 6, 3, 4, 6});
  expect_values<double>(run_op(concat({a, c}, 0)), {3, 2}, {1, 2, 3, 4, 7, 8});
  expect_values<double>(run_op(concat({a, c}, -2)), {3, 2}, {1, 2, 3, 4, 7, 8});
  expect_values<double>(run_op(concat({a}, 0)), {2, 2}, {1, 2, 3, 4});
  const Tensor cube = tensor<int32_t>({1, 2, 3, 4}, {2, 1, 2});
  expect_values<int32_t>(run_op(concat({cube, cube}, 1)), {2, 2, 2}, {1, 2, 1, 2, 3, 4, 3, 4});
}

TEST(Concat, moves_every_type) {
  expect_values<bool>(run_op(concat({vector<bool>({true}), vector<bool>({false, true})}, 0)), {3},
                      {true, false, true});
  expect_values<int16_t>(run_op(concat({vector<int16_t>({-1}), vector<int16_t>({2})}, 0)), {2},
                         {-1, 2});
  expect_strings(run_op(concat({strings({"a", "b"}), strings({"a string of some length"})}, 0)),
                 {"a", "b", "a string of some length"});
}

TEST(Concat, takes_empty_parts) {
  const Tensor none = tensor<double>({}, {2, 0});
  const Tensor a = tensor<double>({1, 2}, {2, 1});
  expect_values<double>(run_op(concat({none, a, none}, 1)), {2, 1}, {1, 2});
  expect_values<double>(run_op(concat({none, none}, 1)), {2, 0}, {});
  expect_values<double>(run_op(concat({none, none}, 0)), {4, 0}, {});
  const Tensor no_rows = tensor<double>({}, {0, 1});
  expect_values<double>(run_op(concat({no_rows, no_rows}, 1)), {0, 2}, {});
}

TEST(Concat, infers_shapes) {
  const Tensor a = tensor<double>({1, 2}, {1, 2});
  const OpCall call = concat({a, a}, 1);
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({symbol("N"), 3})}), "float64[N, 5]");
  EXPECT_EQ(inferred(call, {dims({Dim(), 2}), dims({symbol("N"), 3})}), "float64[N, 5]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({7, 3})}), "float64[7, 5]");
  EXPECT_EQ(inferred(call, {dims({7, 2}), dims({symbol("N"), symbol("F")})}), "float64[7, ?]");
  EXPECT_EQ(inferred(call, {SymbolicShape(), dims({7, 2})}), "float64[?...]");
  EXPECT_EQ(inferred(concat({a, a}, 0), {dims({symbol("N"), 2}), dims({symbol("N"), 2})}),
            "float64[?, 2]");
}

TEST(Concat, rejects_shapes_types_and_axes) {
  const Tensor a = tensor<double>({1, 2}, {1, 2});
  const Tensor b = tensor<double>({1, 2}, {2, 1});
  expect_refused(concat({a, b}, 0), "input 1: axis 1 has size 1, expected 2");
  expect_fails_to_run(concat({a, b}, 0), "input 1 of shape [2, 1] does not fit");
  expect_refused(concat({a, vector<double>({1, 2})}, 0), "input 1 has 1 axes, input 0 has 2");
  expect_fails_to_run(concat({a, vector<double>({1, 2})}, 0), "input 1 of shape [2] does not fit");
  expect_refused(concat({a, a}, 2), "axis 2 outside [-2, 2)");
  expect_fails_to_run(concat({a, a}, -3), "axis -3 outside [-2, 2)");
  expect_refused(concat({Tensor::scalar(1.0)}, 0), "axis 0 outside [0, 0)");
  expect_refused({"Concat", {a, a}}, "\"axis\"");
  expect_refused(concat({a, tensor<float>({1, 2}, {1, 2})}, 0), "float64 and float32");
  expect_refused(concat({a, Tensor(), a}, 0), "input 1 is missing");
  expect_refused(concat({}, 0), "expected at least 1 inputs, got 0");
}

TEST(Concat, claims_nothing_per_element) { EXPECT_EQ(traits_of("Concat"), "p"); }

}  // namespace
}  // namespace tundish
