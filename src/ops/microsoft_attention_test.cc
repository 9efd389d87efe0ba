#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kData = tensor<float>({1, 2}, {1, 2, 1});
const Tensor kWeights = tensor<float>({1, 1, 1}, {1, 3});
const Tensor kBias = vector<float>({0, 0, 0});

OpCall attention(std::vector<Tensor> inputs,
                 std::vector<std::pair<std::string, Attribute>> more = {}) {
  more.emplace_back("num_heads", int64_t{1});
  return {"Attention", std::move(inputs), std::move(more), "com.microsoft"};
}

TEST(MicrosoftAttention, agrees_with_onnx_runtime) { expect_golden_cases("Attention"); }
TEST(QAttention, agrees_with_onnx_runtime) { expect_golden_cases("QAttention"); }

TEST(MicrosoftAttention, mask_of_whole_texts) {
  // Rows of the mask are those of the whole text; the first key alone takes part.
  const Tensor mask = tensor<int32_t>({1, 0, 0, 1, 0, 0, 1, 0, 0}, {1, 1, 3, 3});
  expect_values<float>(
      run_op(attention({kData, kWeights, kBias, mask}, {{"mask_filter_value", -1e9F}})), {1, 2, 1},
      {1, 1});
}

TEST(MicrosoftAttention, refuses) {
  expect_refused(attention({kData, kWeights, kBias}, {{"do_rotary", int64_t{1}}}), "do_rotary",
                 ErrorCode::kUnsupported);
  expect_refused(
      attention({kData, kWeights, kBias}, {{"qkv_hidden_sizes", std::vector<int64_t>{1, 2, 3}}}),
      "qkv_hidden_sizes");
  expect_refused(attention({kData, kWeights.reshaped({3, 1}), kBias}), "weights of 1 columns");
  expect_refused(attention({kData.reshaped({2}), kWeights, kBias}), "input has 1 axes");
  const Tensor none;
  expect_refused(attention({kData, kWeights, kBias, none, kData}), "past must have 5 axes");
  expect_refused(attention({kData, kWeights, kBias, none, none, none, vector<int32_t>({0})}),
                 "shared by past and present", ErrorCode::kUnsupported);
}

TEST(MicrosoftAttention, refuses_to_run) {
  const Tensor none;
  expect_fails_to_run(attention({kData, kWeights, kData}), "do not fit each other");
  expect_fails_to_run(attention({kData, kWeights, kBias, none, kData}), "past of shape");
  expect_fails_to_run(attention({kData, kWeights, kBias, vector<int32_t>({1, 2, 3})}),
                      "a mask of shape [3]");
  expect_fails_to_run(
      attention({kData, tensor<float>({1, 1, 1, 1}, {1, 4}), vector<float>({1, 1, 1, 1}), none,
                 tensor<float>({1, 1}, {2, 1, 1, 1, 1})},
                {{"qkv_hidden_sizes", std::vector<int64_t>{1, 1, 2}}}),
      "values as wide as keys");
}

}  // namespace
}  // namespace tundish
