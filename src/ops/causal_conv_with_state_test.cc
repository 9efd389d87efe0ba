#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall causal(Tensor x, Tensor w, Tensor bias = {}, Tensor past = {}) {
  OpCall call{"CausalConvWithState",
              {std::move(x), std::move(w), std::move(bias), std::move(past)}};
  call.output_count = 2;
  return call;
}

TEST(CausalConvWithState, sees_the_past) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {1, 1, 4});
  const Tensor w = tensor<float>({100, 10, 1}, {1, 1, 3});
  const auto alone = run_all(causal(x, w));
  expect_values<float>(nth(alone, 0), {1, 1, 4}, {1, 12, 123, 234});
  expect_values<float>(nth(alone, 1), {1, 1, 2}, {3, 4});
  const Tensor past = tensor<float>({8, 9}, {1, 1, 2});
  const auto carried = run_all(causal(x, w, vector<float>({1000}), past));
  expect_values<float>(nth(carried, 0), {1, 1, 4}, {1891, 1912, 1123, 1234});
}

TEST(CausalConvWithState, carries_more_than_it_is_given) {
  const Tensor x = tensor<float>({1, 2}, {2, 1, 1});
  const Tensor w = tensor<float>({100, 10, 1}, {1, 1, 3});
  const Tensor past = tensor<float>({8, 9, 6, 7}, {2, 1, 2});
  const auto both = run_all(causal(x, w, {}, past));
  expect_values<float>(nth(both, 0), {2, 1, 1}, {891, 672});
  expect_values<float>(nth(both, 1), {2, 1, 2}, {9, 1, 7, 2});
  expect_values<float>(nth(run_all(causal(x, w)), 1), {2, 1, 2}, {0, 1, 0, 2});
  const Tensor single = tensor<float>({3}, {1, 1, 1});
  expect_values<float>(nth(run_all(causal(x, single)), 0), {2, 1, 1}, {3, 6});
  expect_values<float>(nth(run_all(causal(x, single)), 1), {2, 1, 0}, {});
}

TEST(CausalConvWithState, activates) {
  OpCall call = causal(tensor<float>({0, 1}, {1, 1, 2}), tensor<float>({1}, {1, 1, 1}));
  for (const char* name : {"silu", "swish"}) {
    call.attributes = {{"activation", std::string(name)}};
    expect_near<float>(run_op(call), {0, 0.7310585786300049}, 1e-7);
  }
}

TEST(CausalConvWithState, rounds_halves_before_the_activation) {
  OpCall call =
      causal(tensor<Float16>({Float16(1.0F)}, {1, 1, 1}),
             tensor<Float16>({Float16(1.0F)}, {1, 1, 1}), vector<Float16>({Float16(0.0003F)}));
  call.attributes = {{"activation", std::string("silu")}};
  expect_values<Float16>(run_op(call), {1, 1, 1}, {Float16(0.7310586F)});
  const Tensor brain = tensor<Bfloat16>({Bfloat16(3.0F)}, {1, 1, 1});
  expect_values<Bfloat16>(run_op(causal(brain, brain)), {1, 1, 1}, {Bfloat16(9.0F)});
}

TEST(CausalConvWithState, gives_the_same_for_any_threads) {
  OpCall call = causal(noise<float>({2, 40, 300}, 1), noise<float>({40, 1, 4}, 2));
  const Tensor one = run_op(call).value();
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(CausalConvWithState, infers_shapes) {
  OpCall call = causal(counting<float>({1, 2, 3}), counting<float>({2, 1, 4}));
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, symbol("L")})}),
            "float32[N, 2, L] float32[N, 2, 3]");
}

TEST(CausalConvWithState, rejects_shapes) {
  const Tensor x = counting<float>({1, 2, 3});
  const Tensor w = counting<float>({2, 1, 4});
  OpCall call = causal(x, w);
  call.attributes = {{"activation", std::string("relu")}};
  expect_refused(call, "\"relu\" is none of none, silu, swish");
  expect_refused(causal(x, counting<float>({3, 1, 4})), "input 1 has shape [3, 1, 4]");
  expect_refused(causal(x, counting<float>({2, 1, 0})), "the kernel has no taps");
  expect_refused(causal(x, w, counting<float>({3})), "input 2 has shape [3], expected [2]");
  expect_refused(causal(x, w, {}, counting<float>({1, 2, 4})), "expected [1, 2, 3]");
  expect_refused(causal(counting<double>({1, 2, 3}), w), "element type float64");
  expect_fails_to_run(causal(x, counting<float>({2, 2, 4})), "are not [batch, channels, length]");
  expect_fails_to_run(causal(x, w, counting<float>({3})), "the bias has shape [3]");
  expect_fails_to_run(causal(x, w, {}, counting<float>({1, 2, 4})), "the past state has shape");
}

}  // namespace
}  // namespace tundish
