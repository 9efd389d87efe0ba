#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kIds = tensor<int32_t>({0, 1}, {1, 2});
const Tensor kTable = tensor<float>({1, 2, 3, 4}, {2, 2});
const Tensor kRow = vector<float>({1, 2});

OpCall embed(std::vector<Tensor> inputs) {
  return {"EmbedLayerNormalization", std::move(inputs), {}, "com.microsoft"};
}

TEST(EmbedLayerNormalization, agrees_with_onnx_runtime) {
  expect_golden_cases("EmbedLayerNormalization");
}
TEST(QEmbedLayerNormalization, agrees_with_onnx_runtime) {
  expect_golden_cases("QEmbedLayerNormalization");
}

TEST(EmbedLayerNormalization, refuses) {
  const Tensor none;
  expect_refused(embed({kIds, kIds, kTable, kTable, none, kRow, kRow}), "must come together");
  expect_refused(embed({kRow, none, kTable, kTable, none, kRow, kRow}), "input 0");
  expect_refused(embed({kIds.reshaped({2}), none, kTable, kTable, none, kRow, kRow}),
                 "input_ids have 1 axes");
}

TEST(EmbedLayerNormalization, refuses_to_run) {
  const Tensor none;
  const Tensor far = tensor<int32_t>({0, 2}, {1, 2});
  const Tensor negative = tensor<int32_t>({0, -1}, {1, 2});
  expect_fails_to_run(embed({far, none, kTable, kTable, none, kRow, kRow}), "input 0 holds 2");
  expect_fails_to_run(embed({kIds, negative, kTable, kTable, kTable, kRow, kRow}),
                      "input 1 holds -1");
  expect_fails_to_run(embed({kIds, none, kTable, kTable, none, kRow, vector<float>({1})}),
                      "input 6 of shape [1]");
  const Tensor three = tensor<int32_t>({0, 1, 0}, {1, 3});
  expect_fails_to_run(embed({three, none, kTable, kTable, none, kRow, kRow}), "2 positions");
  OpCall masked = embed({kIds, none, kTable, kTable, none, kRow, kRow, three});
  masked.output_count = 2;
  expect_fails_to_run(masked, "a mask of shape [1, 3]");
}

}  // namespace
}  // namespace tundish
