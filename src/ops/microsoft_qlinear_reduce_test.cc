#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kBytes = tensor<uint8_t>({1, 2, 3, 4}, {1, 2, 2});
const Tensor kScale = Tensor::scalar(0.5F);
const Tensor kZero = Tensor::scalar<uint8_t>(1);

OpCall call(std::string op, std::vector<Tensor> inputs,
            std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  return {std::move(op), std::move(inputs), std::move(attributes), "com.microsoft"};
}

TEST(QLinearGlobalAveragePool, agrees_with_onnx_runtime) {
  expect_golden_cases("QLinearGlobalAveragePool");
}
TEST(QLinearSoftmax, agrees_with_onnx_runtime) { expect_golden_cases("QLinearSoftmax"); }

TEST(QLinearGlobalAveragePool, refuses) {
  const OpCall flat =
      call("QLinearGlobalAveragePool", {kBytes.reshaped({4}), kScale, kZero, kScale, kZero});
  expect_refused(flat, "X has 1 axes");
  expect_fails_to_run(flat, "X of shape [4]");
}

TEST(QLinearSoftmax, refuses) {
  expect_refused(call("QLinearSoftmax", {kBytes, kScale, kZero, kScale, kZero}), "opset");
  const OpCall outside = call("QLinearSoftmax", {kBytes, kScale, kZero, kScale, kZero},
                              {{"opset", int64_t{13}}, {"axis", int64_t{3}}});
  expect_refused(outside, "axis 3");
  expect_fails_to_run(outside, "axis 3");
}

}  // namespace
}  // namespace tundish
