#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kA = tensor<float>({1}, {1, 1}).reshaped({1, 1});
const Tensor kScales = vector<float>({0.5F});

OpCall product(std::vector<Tensor> inputs, int64_t inner = 1, int64_t block = 16,
               int64_t bits = 4) {
  return {"MatMulNBits",
          std::move(inputs),
          {{"K", inner}, {"N", int64_t{1}}, {"block_size", block}, {"bits", bits}},
          "com.microsoft"};
}
Tensor blob() { return tensor<uint8_t>({0x2f, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 8}); }

TEST(MatMulNBits, agrees_with_onnx_runtime) { expect_golden_cases("MatMulNBits"); }

TEST(MatMulNBits, low_half_first) {
  expect_values<float>(run_op(product({kA, blob(), kScales})), {1, 1}, {3.5F});
  const Tensor two = tensor<float>({0, 1}, {1, 2});
  expect_values<float>(run_op(product({two, blob(), kScales}, 2)), {1, 1}, {-3});
}

TEST(MatMulNBits, blocks_by_index) {
  const Tensor none;
  const Tensor groups = vector<int32_t>({0});
  expect_values<float>(run_op(product({kA, blob(), kScales, none, groups})), {1, 1}, {3.5F});
  expect_fails_to_run(product({kA, blob(), kScales, none, vector<int32_t>({1})}), "g_idx holds 1");
}

TEST(MatMulNBits, halves) {
  const Tensor a = halves<Float16>({2}, {1, 1});
  expect_halves<Float16>(run_op(product({a, blob(), halves<Float16>({0.5F})})), {7});
}

TEST(MatMulNBits, refuses) {
  expect_refused(product({kA, blob(), kScales}, 1, 24), "block_size 24");
  expect_refused(product({kA, blob(), kScales}, 1, 16, 3), "3 bits", ErrorCode::kUnsupported);
  expect_refused(product({kA, blob(), kScales}, 0), "K = 0");
  expect_refused(product({kA, blob(), kScales}, 2), "K is 2");
  expect_fails_to_run(product({kA, blob(), kScales}, 2), "K is 2");
  expect_fails_to_run(product({kA, vector<uint8_t>({1}), kScales}), "expected 8 elements");
  expect_fails_to_run(product({kA, blob(), vector<float>({1, 2})}), "expected 1 elements");
}

}  // namespace
}  // namespace tundish
