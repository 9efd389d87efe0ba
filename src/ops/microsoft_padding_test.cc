#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kTexts = tensor<float>({1, 2, 3, 4}, {2, 2, 1});

OpCall removed(Tensor x, Tensor counts) {
  return {"RemovePadding", {std::move(x), std::move(counts)}, {}, "com.microsoft"};
}
OpCall restored(Tensor x, Tensor offsets) {
  return {"RestorePadding", {std::move(x), std::move(offsets)}, {}, "com.microsoft"};
}

TEST(RemovePadding, by_definition) { expect_golden_cases("RemovePadding"); }
TEST(RestorePadding, by_definition) { expect_golden_cases("RestorePadding"); }

TEST(RemovePadding, refuses) {
  expect_refused(removed(kTexts.reshaped({4}), vector<int32_t>({1})), "input has 1 axes");
  expect_fails_to_run(removed(kTexts, vector<int32_t>({1})), "sequence_token_count of shape [1]");
  expect_fails_to_run(removed(kTexts, vector<int32_t>({1, 3})), "holds 3");
  expect_fails_to_run(removed(kTexts, vector<int32_t>({-1, 1})), "holds -1");
}

TEST(RestorePadding, refuses) {
  const Tensor rows = tensor<float>({1, 2}, {2, 1});
  expect_refused(restored(rows, vector<int32_t>({0, 1})), "token_offset has 1 axes");
  expect_fails_to_run(restored(rows, tensor<int32_t>({0}, {1, 1})), "token_offset of shape");
  expect_fails_to_run(restored(rows, tensor<int32_t>({0, 2}, {1, 2})), "holds 2 for 2 places");
}

}  // namespace
}  // namespace tundish
