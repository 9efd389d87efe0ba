#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kBytes = tensor<uint8_t>({1, 2, 3, 4}, {2, 2});
const Tensor kOne = Tensor::scalar(1.0F);

OpCall call(std::string op, std::vector<Tensor> inputs) {
  return {std::move(op), std::move(inputs), {}, "com.microsoft"};
}

TEST(DynamicQuantizeMatMul, agrees_with_onnx_runtime) {
  expect_golden_cases("DynamicQuantizeMatMul");
}
TEST(MatMulIntegerToFloat, agrees_with_onnx_runtime) {
  expect_golden_cases("MatMulIntegerToFloat");
}
TEST(QGemm, agrees_with_onnx_runtime) { expect_golden_cases("QGemm"); }

TEST(DynamicQuantizeMatMul, refuses) {
  const Tensor x = tensor<float>({1, 2}, {1, 2});
  const Tensor none;
  expect_refused(call("DynamicQuantizeMatMul", {kBytes, kBytes, kOne}), "input 0");
  expect_refused(call("DynamicQuantizeMatMul", {x, kBytes, vector<float>({1, 2, 3})}), "input 2");
  expect_refused(call("DynamicQuantizeMatMul", {x, kBytes, kOne, none, vector<float>({1})}),
                 "a bias of shape [1]");
  expect_fails_to_run(call("DynamicQuantizeMatMul", {x, kBytes, kOne, none, vector<float>({1})}),
                      "a bias of shape [1]");
  expect_fails_to_run(call("DynamicQuantizeMatMul", {x.reshaped({2, 1}), kBytes, kOne}),
                      "cannot be multiplied");
}

TEST(MatMulIntegerToFloat, halves_and_nothing) {
  const Tensor half = Tensor::scalar(Float16(0.5F));
  expect_halves<Float16>(run_op(call("MatMulIntegerToFloat", {kBytes, kBytes, half, half})),
                         {1.75F, 2.5F, 3.75F, 5.5F});
  expect_values<float>(
      run_op(call("MatMulIntegerToFloat", {tensor<int8_t>({}, {0, 2}), kBytes, kOne, kOne})),
      {0, 2}, {});
}

TEST(QGemm, refuses) {
  const Tensor zero = Tensor::scalar<uint8_t>(0);
  expect_refused(call("QGemm", {kBytes, kOne, zero, kBytes, kOne, Tensor::scalar<int8_t>(0)}),
                 "uint8");
  const Tensor none;
  expect_refused(call("QGemm", {kBytes, kOne, zero, kBytes, kOne, zero, none, kOne}),
                 "must come together");
  expect_refused(call("QGemm", {kBytes.reshaped({4}), kOne, zero, kBytes, kOne, zero}), "1 axes");
  expect_fails_to_run(call("QGemm", {kBytes, kOne, zero, kBytes.reshaped({1, 4}), kOne, zero}),
                      "cannot be multiplied");
  expect_fails_to_run(call("QGemm", {kBytes, kOne, zero, kBytes, vector<float>({1, 2, 3}), zero}),
                      "input 4 of shape [3]");
  expect_fails_to_run(
      call("QGemm", {kBytes, kOne, zero, kBytes, kOne, zero, vector<int32_t>({1, 2, 3})}),
      "input 6 of shape [3]");
}

}  // namespace
}  // namespace tundish
