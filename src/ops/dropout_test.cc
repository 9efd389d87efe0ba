#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall training(Tensor x, Tensor ratio) {
  OpCall call{
      "Dropout", {std::move(x), std::move(ratio), Tensor::scalar(true)}, {{"seed", int64_t{0}}}};
  call.output_count = 2;
  return call;
}

TEST(Dropout, passes_everything_when_it_does_not_train) {
  const Tensor x = vector<float>({1, -2, 3});
  OpCall call{"Dropout", {x}};
  call.output_count = 2;
  const auto got = run_all(call);
  expect_values<float>(nth(got, 0), {3}, {1, -2, 3});
  expect_values<bool>(nth(got, 1), {3}, {true, true, true});
  call.inputs = {x, Tensor::scalar(0.75F), Tensor::scalar(false)};
  expect_values<float>(run_op(call), {3}, {1, -2, 3});
  call.output_count = 1;
  expect_values<float>(run_op(call), {3}, {1, -2, 3});
  expect_values<float>(nth(run_all(training(x, Tensor::scalar(0.0F))), 0), {3}, {1, -2, 3});
}

// numpy.random.RandomState(0).uniform(0, 1, 6): 0.5488, 0.7152, 0.6028, 0.5449, 0.4237, 0.6459.
TEST(Dropout, drops_what_numpy_draws) {
  const auto got = run_all(training(vector<float>({1, 2, 3, 4, 5, 6}), Tensor::scalar(0.6F)));
  const float scale = 1.0F / (1.0F - 0.6F);
  expect_values<bool>(nth(got, 1), {6}, {false, true, true, false, false, true});
  expect_values<float>(nth(got, 0), {6}, {0, 2 * scale, 3 * scale, 0, 0, 6 * scale});
}

TEST(Dropout, drops_half_by_default_and_in_every_type) {
  OpCall call = training(vector<double>({1, 2, 3, 4, 5, 6}), Tensor());
  expect_values<double>(nth(run_all(call), 0), {6}, {2, 4, 6, 8, 0, 12});
  call.inputs[0] = vector<Float16>({Float16(1.0F), Float16(2.0F)});
  expect_values<Float16>(nth(run_all(call), 0), {2}, {Float16(2.0F), Float16(4.0F)});
}

TEST(Dropout, is_not_pure) { EXPECT_EQ(traits_of("Dropout"), "i"); }

TEST(Dropout, refusals) {
  const Tensor x = vector<float>({1});
  expect_fails_to_run(training(x, Tensor::scalar(1.0F)), "a ratio of 1 outside [0, 1)");
  expect_fails_to_run(training(x, Tensor::scalar(-0.5F)), "a ratio of -0.5 outside [0, 1)");
  expect_fails_to_run(training(x, Tensor::scalar(std::nanf(""))), "outside [0, 1)");
  expect_fails_to_run(training(x, vector<float>({0, 0})), "expected one number, got shape [2]");
  expect_refused({"Dropout", {vector<int32_t>({1})}}, "input 0: element type int32");
  expect_refused({"Dropout", {x, Tensor::scalar(0.5F), Tensor::scalar(1.0F)}},
                 "input 2: element type float32");
}

}  // namespace
}  // namespace tundish
