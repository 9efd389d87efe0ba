#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall trilu(Tensor x, int64_t upper, int64_t k) {
  return {"Trilu", {std::move(x), Tensor::scalar(k)}, {{"upper", upper}}};
}

TEST(Trilu, keeps_one_side_of_a_diagonal) {
  const Tensor x = tensor<int32_t>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<int32_t>(run_op({"Trilu", {x}}), {2, 3}, {1, 2, 3, 0, 5, 6});
  expect_values<int32_t>(run_op(trilu(x, 1, 1)), {2, 3}, {0, 2, 3, 0, 0, 6});
  expect_values<int32_t>(run_op(trilu(x, 1, -1)), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values<int32_t>(run_op(trilu(x, 0, 0)), {2, 3}, {1, 0, 0, 4, 5, 0});
  expect_values<int32_t>(run_op(trilu(x, 0, 1)), {2, 3}, {1, 2, 0, 4, 5, 6});
  expect_values<int32_t>(run_op(trilu(x, 0, -1)), {2, 3}, {0, 0, 0, 4, 0, 0});
}

TEST(Trilu, takes_diagonals_beyond_the_corners) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_values<float>(run_op(trilu(x, 1, INT64_MAX)), {2, 2}, {0, 0, 0, 0});
  expect_values<float>(run_op(trilu(x, 1, INT64_MIN)), {2, 2}, {1, 2, 3, 4});
  expect_values<float>(run_op(trilu(x, 0, INT64_MAX)), {2, 2}, {1, 2, 3, 4});
  expect_values<float>(run_op(trilu(x, 0, INT64_MIN)), {2, 2}, {0, 0, 0, 0});
}

TEST(Trilu, takes_batches_strings_and_nothing) {
  const Tensor x = tensor<uint8_t>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  expect_values<uint8_t>(run_op(trilu(x, 0, 0)), {2, 2, 2}, {1, 0, 3, 4, 5, 0, 7, 8});
  const std::string texts[] = {"a", "b", "c", "d"};
  expect_strings(run_op(trilu(Tensor::of_strings(texts, {2, 2}), 0, 0)), {"a", "", "c", "d"});
  expect_values<float>(run_op(trilu(tensor<float>({}, {3, 0}), 1, 0)), {3, 0}, {});
  expect_values<float>(run_op(trilu(tensor<float>({}, {0, 3}), 0, 0)), {0, 3}, {});
}

TEST(Trilu, refusals) {
  expect_refused(trilu(vector<float>({1}), 1, 0), "expected at least 2 axes, got 1");
  expect_fails_to_run(trilu(vector<float>({1}), 1, 0), "expected at least 2 axes, got 1");
  const OpCall two{"Trilu", {tensor<float>({1}, {1, 1}), vector<int64_t>({1, 2})}};
  expect_refused(two, "expected one number, got shape [2]");
  expect_fails_to_run(two, "expected one number, got shape [2]");
}

}  // namespace
}  // namespace tundish
