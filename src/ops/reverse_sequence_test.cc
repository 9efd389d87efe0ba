#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall reverse(Tensor x, std::initializer_list<int64_t> lengths, int64_t time) {
  return {"ReverseSequence",
          {std::move(x), vector<int64_t>(lengths)},
          {{"time_axis", time}, {"batch_axis", 1 - time}}};
}

TEST(ReverseSequence, turns_the_beginning_of_each_sequence) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6}, {3, 2});
  expect_values<float>(run_op(reverse(x, {3, 2}, 0)), {3, 2}, {5, 4, 3, 2, 1, 6});
  expect_values<float>(run_op(reverse(x, {2, 0, 1}, 1)), {3, 2}, {2, 1, 3, 4, 5, 6});
  const Tensor cube = tensor<int8_t>({1, 2, 3, 4}, {1, 2, 2});
  expect_values<int8_t>(run_op(reverse(cube, {2}, 1)), {1, 2, 2}, {3, 4, 1, 2});
  const OpCall plain{"ReverseSequence", {x, vector<int64_t>({2, 1})}};
  expect_values<float>(run_op(plain), {3, 2}, {3, 2, 1, 4, 5, 6});
  expect_values<float>(run_op(reverse(tensor<float>({}, {0, 1}), {0}, 0)), {0, 1}, {});
}

TEST(ReverseSequence, refusals) {
  const Tensor x = tensor<float>({1, 2}, {2, 1});
  expect_fails_to_run(reverse(x, {3}, 0), "sequence 0 of length 3, there are 2 steps");
  expect_fails_to_run(reverse(x, {-1}, 0), "sequence 0 of length -1");
  expect_refused(reverse(x, {1, 1}, 0), "2 lengths for 1 sequences");
  expect_fails_to_run(reverse(x, {1, 1}, 0), "input 1 of shape [2] for 1 sequences");
  expect_refused(reverse(x, {1}, 2), "time_axis 2 and batch_axis -1");
  expect_refused(reverse(vector<float>({1}), {1}, 0), "expected at least 2 axes, got 1");
  expect_fails_to_run(reverse(vector<float>({1}), {1}, 0), "expected at least 2 axes, got 1");
  expect_refused({"ReverseSequence", {x, Tensor::scalar(int64_t{1})}}, "expected 1 axis, got 0");
}

}  // namespace
}  // namespace tundish
