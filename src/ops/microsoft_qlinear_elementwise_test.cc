#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kBytes = vector<uint8_t>({1, 2, 3});
const Tensor kScale = Tensor::scalar(0.5F);
const Tensor kZero = Tensor::scalar<uint8_t>(1);

OpCall call(std::string op, std::vector<Tensor> inputs) {
  return {std::move(op), std::move(inputs), {}, "com.microsoft"};
}

TEST(QLinearAdd, agrees_with_onnx_runtime) { expect_golden_cases("QLinearAdd"); }
TEST(QLinearMul, agrees_with_onnx_runtime) { expect_golden_cases("QLinearMul"); }
TEST(QLinearWhere, agrees_with_onnx_runtime) { expect_golden_cases("QLinearWhere"); }
TEST(QLinearSigmoid, agrees_with_onnx_runtime) { expect_golden_cases("QLinearSigmoid"); }
TEST(QLinearLeakyRelu, agrees_with_onnx_runtime) { expect_golden_cases("QLinearLeakyRelu"); }
TEST(MicrosoftQuantizeLinear, agrees_with_onnx_runtime) { expect_golden_cases("QuantizeLinear"); }
TEST(MicrosoftDequantizeLinear, agrees_with_onnx_runtime) {
  expect_golden_cases("DequantizeLinear");
}

TEST(QLinearAdd, refuses) {
  const Tensor other = Tensor::scalar<int8_t>(1);
  expect_refused(call("QLinearAdd", {kBytes, kScale, other, kBytes, kScale, kZero, kScale, kZero}),
                 "int8");
  const Tensor pair = vector<float>({1, 2});
  expect_refused(call("QLinearAdd", {kBytes, pair, kZero, kBytes, kScale, kZero, kScale, kZero}),
                 "expected one number");
  expect_fails_to_run(
      call("QLinearAdd", {kBytes, pair, kZero, kBytes, kScale, kZero, kScale, kZero}),
      "expected one number");
  const Tensor two = vector<uint8_t>({1, 2});
  expect_refused(call("QLinearAdd", {kBytes, kScale, kZero, two, kScale, kZero, kScale, kZero}),
                 "3");
  expect_fails_to_run(
      call("QLinearAdd", {kBytes, kScale, kZero, two, kScale, kZero, kScale, kZero}), "3");
}

TEST(QLinearSigmoid, empty) {
  expect_values<uint8_t>(
      run_op(call("QLinearSigmoid", {vector<uint8_t>({}), kScale, kZero, kScale, kZero})), {0}, {});
}

}  // namespace
}  // namespace tundish
