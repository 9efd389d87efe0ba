#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall fused(Tensor a, Tensor b, std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  return {"FusedMatMul", {std::move(a), std::move(b)}, std::move(attributes), "com.microsoft"};
}
const Tensor kWide = tensor<float>({1, 2, 3, 4, 5, 6}, {2, 3});

TEST(FusedMatMul, agrees_with_onnx_runtime) { expect_golden_cases("FusedMatMul"); }

TEST(FusedMatMul, halves) {
  const Tensor a = halves<Float16>({1, 2, 3, 4}, {2, 2});
  expect_halves<Float16>(run_op(fused(a, a, {{"transB", int64_t{1}}, {"alpha", 0.5F}})),
                         {2.5F, 5.5F, 5.5F, 12.5F});
}

TEST(FusedMatMul, empty) {
  expect_values<float>(run_op(fused(tensor<float>({}, {2, 0}), tensor<float>({}, {0, 1}))), {2, 1},
                       {0, 0});
  expect_values<float>(run_op(fused(tensor<float>({}, {0, 2}), tensor<float>({1, 2}, {2, 1}))),
                       {0, 1}, {});
}

TEST(FusedMatMul, shapes_are_inferred) {
  const OpCall call = fused(kWide, kWide, {{"transA", int64_t{1}}});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3}), dims({2, symbol("M")})}), "float32[3, M]");
}

TEST(FusedMatMul, refuses) {
  expect_refused(fused(kWide, kWide), "3 columns against 2 rows");
  expect_fails_to_run(fused(kWide, kWide), "cannot be multiplied");
  expect_refused(fused(kWide, kWide, {{"transA", 1.0F}}), "transA");
  expect_refused(fused(kWide, Tensor::scalar(1.0F)), "is a scalar");
  expect_refused(fused(tensor<int32_t>({1}, {1, 1}), tensor<int32_t>({1}, {1, 1})), "int32");
}

}  // namespace
}  // namespace tundish
