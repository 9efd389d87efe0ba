#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall constant_of_shape(std::initializer_list<int64_t> shape, Tensor value) {
  OpCall call{"ConstantOfShape", {vector<int64_t>(shape)}};
  if (value.defined()) call.attributes = {{"value", std::move(value)}};
  return call;
}
OpCall eye(Tensor x, int64_t k) { return {"EyeLike", {std::move(x)}, {{"k", k}}}; }

TEST(ConstantOfShape, fills_a_tensor) {
  expect_values<float>(run_op(constant_of_shape({2, 2}, Tensor())), {2, 2}, {0, 0, 0, 0});
  expect_values<int64_t>(run_op(constant_of_shape({3}, vector<int64_t>({-7}))), {3}, {-7, -7, -7});
  expect_values<bool>(run_op(constant_of_shape({2}, Tensor::scalar(true))), {2}, {true, true});
  expect_values<double>(run_op(constant_of_shape({}, vector<double>({4}))), {}, {4});
  expect_values<float>(run_op(constant_of_shape({0, 4}, Tensor())), {0, 4}, {});
}

TEST(ConstantOfShape, fills_types_under_one_byte) {
  Tensor value = Tensor::allocate(DType::kInt4, Shape{1}).value();
  *static_cast<uint8_t*>(value.mutable_data()) = 0x0a;
  const Result<Tensor> got = run_op(constant_of_shape({3}, value));
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  EXPECT_EQ(got.value().dtype(), DType::kInt4);
  const auto* bytes = static_cast<const uint8_t*>(got.value().data());
  EXPECT_EQ(bytes[0], 0xaa);
  EXPECT_EQ(bytes[1], 0x0a);
  Tensor two = Tensor::allocate(DType::kUint2, Shape{}).value();
  *static_cast<uint8_t*>(two.mutable_data()) = 0x02;
  EXPECT_EQ(*static_cast<const uint8_t*>(run_op(constant_of_shape({5}, two)).value().data()), 0xaa);
}

TEST(ConstantOfShape, infers_shapes) {
  const OpCall call = constant_of_shape({2, 3}, vector<int32_t>({1}));
  EXPECT_EQ(inferred(call, {}), "int32[2, 3]");
  EXPECT_EQ(inferred(call, {dims({2})}), "int32[?, ?]");
  EXPECT_EQ(inferred(call, {dims({symbol("N")})}), "int32[?...]");
}

TEST(ConstantOfShape, refusals) {
  expect_refused(constant_of_shape({2, -3}, Tensor()), "the shape has size -3");
  expect_fails_to_run(constant_of_shape({2, -3}, Tensor()), "the shape has size -3");
  expect_refused(constant_of_shape({2}, vector<float>({1, 2})), "expected one element");
  expect_refused(constant_of_shape({2}, strings({"a"})), "element type string",
                 ErrorCode::kInvalidModel);
  expect_refused({"ConstantOfShape", {vector<float>({2})}}, "input 0: element type float32");
  expect_error(run_op(constant_of_shape({int64_t{1} << 40, 4}, Tensor())), ErrorCode::kLimit,
               "does not fit into memory");
  expect_refused(constant_of_shape({INT64_MAX, INT64_MAX}, Tensor()), "no tensor has the shape",
                 ErrorCode::kInvalidModel);
}

TEST(EyeLike, has_ones_on_a_diagonal) {
  const Tensor x = tensor<int32_t>({9, 9, 9, 9, 9, 9}, {2, 3});
  expect_values<int32_t>(run_op({"EyeLike", {x}}), {2, 3}, {1, 0, 0, 0, 1, 0});
  expect_values<int32_t>(run_op(eye(x, 1)), {2, 3}, {0, 1, 0, 0, 0, 1});
  expect_values<int32_t>(run_op(eye(x, 2)), {2, 3}, {0, 0, 1, 0, 0, 0});
  expect_values<int32_t>(run_op(eye(x, -1)), {2, 3}, {0, 0, 0, 1, 0, 0});
  for (const int64_t k : {int64_t{3}, int64_t{-2}, INT64_MAX, INT64_MIN}) {
    expect_values<int32_t>(run_op(eye(x, k)), {2, 3}, {0, 0, 0, 0, 0, 0});
  }
  expect_values<Float16>(
      run_op({"EyeLike", {tensor<float>({1}, {1, 1})}, {{"dtype", int64_t{10}}}}), {1, 1},
      {Float16(1.0F)});
  expect_values<bool>(run_op({"EyeLike", {tensor<bool>({false}, {1, 1})}}), {1, 1}, {true});
}

TEST(EyeLike, refusals) {
  const Tensor x = tensor<float>({1}, {1, 1});
  expect_refused(eye(vector<float>({1}), 0), "expected 2 axes, got 1");
  expect_fails_to_run(eye(vector<float>({1}), 0), "expected 2 axes, got 1");
  expect_refused({"EyeLike", {x}, {{"dtype", int64_t{8}}}}, "element type 8 is not allowed");
  expect_refused({"EyeLike", {x}, {{"dtype", int64_t{-1}}}}, "element type -1 is not allowed");
}

}  // namespace
}  // namespace tundish
