#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall compress(Tensor x, std::initializer_list<bool> condition, int64_t axis) {
  return {"Compress", {std::move(x), vector<bool>(condition)}, {{"axis", axis}}};
}

TEST(Compress, keeps_what_the_condition_names) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6}, {3, 2});
  expect_values<float>(run_op(compress(x, {false, true, true}, 0)), {2, 2}, {3, 4, 5, 6});
  expect_values<float>(run_op(compress(x, {false, true}, -1)), {3, 1}, {2, 4, 6});
  expect_values<float>(run_op(compress(x, {true}, 0)), {1, 2}, {1, 2});
  expect_values<float>(run_op(compress(x, {}, 0)), {0, 2}, {});
  expect_values<float>(run_op({"Compress", {x, vector<bool>({false, true, false, false, true})}}),
                       {2}, {2, 5});
  expect_strings(run_op(compress(strings({"a", "b", "c"}), {true, false, true}, 0)), {"a", "c"});
  expect_values<float>(run_op(compress(vector<float>({1}), {true, false, false}, 0)), {1}, {1});
}

TEST(Compress, infers_shapes) {
  const OpCall call = compress(tensor<float>({1}, {1, 1}), {true}, 0);
  EXPECT_EQ(inferred(call, {dims({3, symbol("N")})}), "float32[?, N]");
  OpCall flat = call;
  flat.attributes.clear();
  EXPECT_EQ(inferred(flat, {SymbolicShape()}), "float32[?]");
}

TEST(Compress, refusals) {
  const Tensor x = vector<float>({1, 2});
  expect_fails_to_run(compress(x, {true, false, true}, 0),
                      "element 2 is true for an axis of size 2");
  expect_refused(compress(x, {true}, 1), "axis 1 outside [-1, 1)");
  expect_refused({"Compress", {x, tensor<bool>({true}, {1, 1})}}, "expected 1 axis, got 2");
  expect_fails_to_run({"Compress", {x, tensor<bool>({true}, {1, 1})}}, "expected 1 axis, got 2");
  expect_refused({"Compress", {x, vector<float>({1})}}, "input 1: element type float32");
}

TEST(NonZero, lists_coordinates) {
  const Tensor x = tensor<int32_t>({1, 0, 1, 1, 0, -2}, {2, 3});
  expect_values<int64_t>(run_op({"NonZero", {x}}), {2, 4}, {0, 0, 1, 1, 0, 2, 0, 2});
  expect_values<int64_t>(run_op({"NonZero", {vector<bool>({false, true})}}), {1, 1}, {1});
  expect_values<int64_t>(run_op({"NonZero", {strings({"", "a"})}}), {1, 1}, {1});
  expect_values<int64_t>(run_op({"NonZero", {tensor<float>({}, {0, 3})}}), {2, 0}, {});
  expect_values<int64_t>(run_op({"NonZero", {Tensor::scalar(1.0F)}}), {0, 1}, {});
}

TEST(NonZero, minus_zero_is_zero_and_nan_is_not) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  expect_values<int64_t>(run_op({"NonZero", {vector<float>({-0.0F, kNan})}}), {1, 1}, {1});
  expect_values<int64_t>(run_op({"NonZero", {vector<double>({-0.0, 5e-324})}}), {1, 1}, {1});
  expect_values<int64_t>(run_op({"NonZero", {vector<Bfloat16>({Bfloat16(-0.0F), Bfloat16(2.0F)})}}),
                         {1, 1}, {1});
  const Tensor pairs = tensor<float>({-0.0F, 0, 0, 1}, {4});
  const Tensor complex = Tensor::borrow({DType::kComplex64, Shape{2}, pairs.data()}, pairs.owner());
  expect_values<int64_t>(run_op({"NonZero", {complex}}), {1, 1}, {1});
}

}  // namespace
}  // namespace tundish
