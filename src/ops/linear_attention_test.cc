#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall linear(const char* rule, std::vector<Tensor> inputs, int64_t query_heads = 1,
              int64_t kv_heads = 1) {
  return {.op = "LinearAttention",
          .inputs = std::move(inputs),
          .attributes = {{"q_num_heads", query_heads},
                         {"kv_num_heads", kv_heads},
                         {"update_rule", std::string(rule)},
                         {"scale", 1.0F}},
          .output_count = 2};
}

const Tensor kQ = tensor<float>({1, 2}, {1, 2, 1});
const Tensor kK = tensor<float>({3, 5}, {1, 2, 1});
const Tensor kV = tensor<float>({7, 11}, {1, 2, 1});
const Tensor kDecay = tensor<float>({0, std::log(0.5F)}, {1, 2, 1});
const Tensor kBeta = tensor<float>({1, 0.1F}, {1, 2, 1});

void expect_both(const OpCall& call, std::initializer_list<double> out, double state) {
  const auto outputs = run_all(call);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {1, 2, 1}, out);
  expect_close(outputs.value()[1], {1, 1, 1, 1}, {state});
}

TEST(LinearAttention, each_rule_updates_its_state) {
  expect_both(linear("linear", {kQ, kK, kV}), {21, 152}, 76);
  expect_both(linear("gated", {kQ, kK, kV, Tensor(), kDecay}), {21, 131}, 65.5);
  // 11 - 5 * 21 = -94, times 0.1 and 5.
  expect_both(linear("delta", {kQ, kK, kV, Tensor(), Tensor(), kBeta}), {21, -52}, -26);
  expect_both(linear("gated_delta", {kQ, kK, kV, Tensor(), kDecay, kBeta}), {21, -20.5}, -10.25);
}

TEST(LinearAttention, goes_on_from_a_past_state_of_its_own_type) {
  const Tensor past = halves<Bfloat16>({100}, {1, 1, 1, 1});
  const auto outputs = run_all(linear("linear", {kQ, kK, kV, past}));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {1, 2, 1}, {121, 352});
  EXPECT_EQ(outputs.value()[1].dtype(), DType::kBfloat16);
  expect_close(outputs.value()[1], {1, 1, 1, 1}, {176});
}

TEST(LinearAttention, heads_share_states) {
  const Tensor q = tensor<float>({1, 10}, {1, 1, 2});
  const Tensor k = tensor<float>({3}, {1, 1, 1});
  expect_close(run_op(linear("linear", {q, k, k}, 2, 1)), {1, 1, 2}, {9, 90});
  const Tensor v = tensor<float>({1, 2, 3, 4}, {1, 1, 4});
  expect_close(run_op(linear("linear", {q, q, v}, 2, 2)), {1, 1, 4}, {1, 2, 300, 400});
}

TEST(LinearAttention, default_scale_and_halves) {
  OpCall call =
      linear("linear", {halves<Float16>({1, 1, 1, 1}, {1, 1, 4}),
                        halves<Float16>({1, 1, 1, 1}, {1, 1, 4}), halves<Float16>({2}, {1, 1, 1})});
  call.attributes.pop_back();
  const auto outputs = run_all(call);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  EXPECT_EQ(outputs.value()[0].dtype(), DType::kFloat16);
  expect_close(outputs.value()[0], {1, 1, 1}, {4});
}

TEST(LinearAttention, infers_shapes) {
  const OpCall call = linear("linear", {kQ, kK, kV}, 4, 2);
  const auto of = [](Dim width) { return dims({symbol("B"), symbol("T"), width}); };
  EXPECT_EQ(inferred(call, {of(8), of(4), of(6)}), "float32[B, T, 12] float32[B, 2, 2, 3]");
}

TEST(LinearAttention, refusals) {
  expect_refused(linear("twisted", {kQ, kK, kV}), "update_rule \"twisted\"");
  expect_refused(linear("gated", {kQ, kK, kV}), "needs input decay");
  expect_refused(linear("linear", {kQ, kK, kV, Tensor(), Tensor(), kBeta}), "forbids input beta");
  expect_refused(linear("linear", {kQ, kK, kV}, 3, 2), "3 query heads over 2");
  expect_refused(linear("linear", {kQ, kK, kV}, 2, 1), "1 columns for 2 heads");
  expect_refused(linear("linear", {kQ.reshaped({2}), kK, kV}), "input 0 has 1 axes");
  expect_fails_to_run(linear("linear", {kQ.reshaped({2}), kK, kV}), "divide into heads");
  const Tensor longer = tensor<float>({1, 2, 3}, {1, 3, 1});
  expect_fails_to_run(linear("linear", {kQ, longer, kV}), "does not fit query");
  const Tensor past = tensor<float>({1, 2}, {1, 1, 2, 1});
  expect_fails_to_run(linear("linear", {kQ, kK, kV, past}), "past_state of shape [1, 1, 2, 1]");
}

}  // namespace
}  // namespace tundish
