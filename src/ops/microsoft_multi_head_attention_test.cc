#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall heads(std::vector<Tensor> inputs,
             std::vector<std::pair<std::string, Attribute>> attributes = {
                 {"num_heads", int64_t{2}}}) {
  return {"MultiHeadAttention", std::move(inputs), std::move(attributes), "com.microsoft"};
}
const Tensor kQuery = tensor<float>({1, 2, 3, 4}, {1, 2, 2});

TEST(MultiHeadAttention, agrees_with_onnx_runtime) { expect_golden_cases("MultiHeadAttention"); }

TEST(MultiHeadAttention, lengths_as_a_mask) {
  const Tensor none;
  const Tensor values = tensor<float>({1, 2, 30, 40}, {1, 2, 2});
  expect_values<float>(run_op(heads({kQuery, kQuery, values, none, vector<int32_t>({1})},
                                    {{"num_heads", int64_t{2}}, {"mask_filter_value", -1e9F}})),
                       {1, 2, 2}, {1, 2, 1, 2});
}

TEST(MultiHeadAttention, halves) {
  const Tensor x = halves<Float16>({1, 2}, {1, 1, 2});
  expect_halves<Float16>(run_op(heads({x, x, x})), {1, 2});
}

TEST(MultiHeadAttention, refuses) {
  expect_refused(heads({kQuery, kQuery, kQuery}, {}), "num_heads");
  expect_refused(heads({kQuery, kQuery, kQuery}, {{"num_heads", int64_t{0}}}), "num_heads 0");
  expect_refused(heads({kQuery, kQuery, kQuery}, {{"num_heads", int64_t{3}}}), "3 heads");
  expect_refused(heads({kQuery}), "query has 3 axes");
  expect_refused(heads({kQuery, kQuery}), "key has 3 axes");
  const Tensor none;
  expect_refused(heads({kQuery, kQuery, kQuery, none, kQuery}), "input 4");
  const Tensor past = tensor<float>({1, 2}, {1, 2, 1, 1});
  expect_refused(heads({kQuery, kQuery, kQuery, none, none, none, past}), "must come together");
  expect_refused(
      heads({kQuery, kQuery, kQuery, none, none, none, past, past, vector<int32_t>({1})}),
      "shared by past and present", ErrorCode::kUnsupported);
}

TEST(MultiHeadAttention, refuses_to_run) {
  const Tensor none;
  expect_fails_to_run(heads({kQuery, kQuery.reshaped({1, 4, 1}), kQuery}), "do not fit");
  expect_fails_to_run(heads({kQuery, kQuery, kQuery, vector<float>({1, 2})}), "bias of shape [2]");
  expect_fails_to_run(heads({kQuery, kQuery, kQuery, none, vector<int32_t>({1, 2, 3})}),
                      "a mask of shape [3]");
  expect_fails_to_run(heads({kQuery, kQuery, kQuery, none, none, kQuery}), "attention_bias");
  expect_fails_to_run(heads({kQuery.reshaped({2, 2})}), "no form that goes together");
  const Tensor past = tensor<float>({1, 2}, {2, 1, 1, 1});
  expect_fails_to_run(heads({kQuery, kQuery, kQuery, none, none, none, past, past}), "do not fit");
}

}  // namespace
}  // namespace tundish
