#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

const Tensor kX = tensor<float>({1, 3, 10, 30}, {1, 2, 2});
const Tensor kScale = vector<float>({2, 3});
const Tensor kBias = vector<float>({0, 1});

OpCall instance(std::vector<Tensor> inputs) {
  return {"InstanceNormalization", std::move(inputs), {{"epsilon", 0.0F}}};
}
OpCall group(std::vector<Tensor> inputs, int64_t groups, int version = 0) {
  return {.op = "GroupNormalization",
          .inputs = std::move(inputs),
          .attributes = {{"epsilon", 0.0F}, {"num_groups", groups}},
          .version = version};
}

TEST(GroupNormalization, each_channel_is_an_instance) {
  expect_close(run_op(instance({kX, kScale, kBias})), {1, 2, 2}, {-2, 2, -2, 4});
  expect_close(run_op(group({kX, kScale, kBias}, 2)), {1, 2, 2}, {-2, 2, -2, 4});
  expect_close(run_op(instance({halves<Float16>({1, 3, 10, 30}, {1, 2, 2}),
                                halves<Float16>({2, 3}, {2}), halves<Float16>({0, 1}, {2})})),
               {1, 2, 2}, {-2, 2, -2, 4});
}

TEST(GroupNormalization, groups_share_statistics) {
  const double s = std::sqrt(131.5);
  expect_close(run_op(group({kX, kScale, kBias}, 1)), {1, 2, 2},
               {-20 / s, -16 / s, -3 / s + 1, 57 / s + 1}, 1e-5);
  const Tensor two = vector<float>({2});
  expect_close(run_op(group({kX, two, two}, 1, 18)), {1, 2, 2},
               {-20 / s + 2, -16 / s + 2, -2 / s + 2, 38 / s + 2}, 1e-5);
}

TEST(GroupNormalization, nothing_and_threads) {
  expect_close(run_op(instance({tensor<float>({}, {0, 2, 2}), kScale, kBias})), {0, 2, 2}, {});
  expect_close(run_op(instance({tensor<float>({}, {1, 2, 0}), kScale, kBias})), {1, 2, 0}, {});
  Tensor x = Tensor::allocate(DType::kFloat64, Shape{3, 2, 30000}).value();
  for (int64_t i = 0; i < x.element_count(); ++i) {
    x.mutable_values<double>()[static_cast<size_t>(i)] = std::sin(static_cast<double>(i));
  }
  OpCall call = instance({x, vector<double>({1, 1}), vector<double>({0, 0})});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(GroupNormalization, refusals) {
  expect_refused(instance({kX, vector<float>({1}), kBias}), "input 1 of shape [1], expected [2]");
  expect_fails_to_run(instance({kX, vector<float>({1}), kBias}), "input 1 of shape [1]");
  expect_refused(instance({vector<float>({1}), kScale, kBias}), "at least 2 are needed");
  expect_fails_to_run(instance({vector<float>({1}), kScale, kBias}), "X has 1 axes");
  expect_refused(group({kX, kScale, kBias}, 3), "2 channels in 3 groups");
  expect_fails_to_run(group({kX, kScale, kBias}, 3), "2 channels in 3 groups");
  expect_refused(group({kX, kScale, kBias}, 0), "in 0 groups");
  expect_refused(group({kX, kScale, kBias}, 1, 18), "expected [1]");
  expect_refused({"GroupNormalization", {kX, kScale, kBias}}, "\"num_groups\"");
}

}  // namespace
}  // namespace tundish
