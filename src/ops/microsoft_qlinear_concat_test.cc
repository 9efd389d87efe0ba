#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kBytes = tensor<uint8_t>({1, 2, 3, 4}, {2, 2});
const Tensor kScale = Tensor::scalar(0.5F);
const Tensor kZero = Tensor::scalar<uint8_t>(1);

OpCall joined(std::vector<Tensor> inputs, int64_t axis = 0) {
  return {"QLinearConcat", std::move(inputs), {{"axis", axis}}, "com.microsoft"};
}

TEST(QLinearConcat, agrees_with_onnx_runtime) { expect_golden_cases("QLinearConcat"); }

TEST(QLinearConcat, refuses) {
  expect_refused(joined({kScale, kZero, kBytes, kScale, kZero}, 2), "axis");
  expect_refused(joined({kScale, kZero, kBytes, kScale, kZero, kBytes}), "6 inputs");
  const Tensor wide = tensor<uint8_t>({1, 2, 3}, {1, 3});
  const OpCall misfit = joined({kScale, kZero, kBytes, kScale, kZero, wide, kScale, kZero});
  expect_refused(misfit, "axis 1 has size 3");
  expect_fails_to_run(misfit, "along axis 0");
  const Tensor flat = kBytes.reshaped({4});
  expect_refused(joined({kScale, kZero, kBytes, kScale, kZero, flat, kScale, kZero}), "1 axes");
}

}  // namespace
}  // namespace tundish
