#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

ValueCall join(std::vector<Tensor> items, int64_t axis, int64_t new_axis = 0) {
  return {"ConcatFromSequence",
          {sequence(items.empty() ? DType::kFloat32 : items[0].dtype(), items)},
          {{"axis", axis}, {"new_axis", new_axis}}};
}

TEST(ConcatFromSequence, joins_along_an_axis) {
  const Tensor a = tensor<float>({1, 2}, {1, 2});
  const Tensor b = tensor<float>({3, 4, 5, 6}, {2, 2});
  expect_values<float>(run_tensor(join({a, b}, 0)), {3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor c = tensor<float>({7, 8}, {2, 1});
  expect_values<float>(run_tensor(join({b, c}, -1)), {2, 3}, {3, 4, 7, 5, 6, 8});
  expect_strings(run_tensor(join({strings({"x"}), strings({"y"})}, 0)), {"x", "y"});
}

TEST(ConcatFromSequence, stacks_on_a_new_axis) {
  const Tensor a = vector<int64_t>({1, 2});
  const Tensor b = vector<int64_t>({3, 4});
  expect_values<int64_t>(run_tensor(join({a, b}, 0, 1)), {2, 2}, {1, 2, 3, 4});
  expect_values<int64_t>(run_tensor(join({a, b}, -1, 1)), {2, 2}, {1, 3, 2, 4});
  expect_values<int64_t>(run_tensor(join({Tensor::scalar(int64_t{5})}, 0, 1)), {1}, {5});
}

TEST(ConcatFromSequence, infers_shapes) {
  ValueCall call = join({vector<float>({1, 2})}, 0, 1);
  EXPECT_EQ(inferred(call), "float32[?...]");
  call.inputs[0].type.element[0].shape = dims({2, 3});
  EXPECT_EQ(inferred(call), "float32[?, 2, 3]");
  call.attributes[1].second = int64_t{0};
  EXPECT_EQ(inferred(call), "float32[?, 3]");
}

TEST(ConcatFromSequence, rejects_what_does_not_fit) {
  const Tensor a = tensor<float>({1, 2}, {1, 2});
  const Tensor b = tensor<float>({1, 2, 3}, {1, 3});
  const auto code = ErrorCode::kInvalidArgument;
  expect_error(run_values(join({}, 0)), code, "the sequence is empty");
  expect_error(run_values(join({a, b}, 0)), code, "item 1 of shape [1, 3]");
  expect_error(run_values(join({a, b}, 1, 1)), code, "item 1 of shape [1, 3]");
  expect_error(run_values(join({a, vector<float>({1})}, 0)), code, "item 1");
  expect_error(run_values(join({a}, 2)), code, "axis 2");
  expect_error(graph_of(join({a}, 0, 2)), ErrorCode::kInvalidModel, "\"new_axis\" is 2");
  expect_error(graph_of(ValueCall{"ConcatFromSequence", {a}, {{"axis", int64_t{0}}}}),
               ErrorCode::kInvalidModel, "expected a sequence");
  const ValueCall no_axis{"ConcatFromSequence", {sequence(DType::kFloat32, {a})}};
  expect_error(graph_of(no_axis), ErrorCode::kInvalidModel, "\"axis\"");
}

}  // namespace
}  // namespace tundish
