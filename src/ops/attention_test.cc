#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
constexpr double kInf = std::numeric_limits<double>::infinity();

// Queries of zeros weigh all that takes part alike: answers are means of values.
const Tensor kZeros = tensor<float>({0, 0}, {1, 1, 2, 1});
const Tensor kKeys = tensor<float>({1, 2, 3}, {1, 1, 3, 1});
const Tensor kValues = tensor<float>({3, 6, 12}, {1, 1, 3, 1});

OpCall attention(std::vector<Tensor> inputs, Attributes attributes = {}, size_t outputs = 1) {
  return {.op = "Attention",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .output_count = outputs};
}

TEST(Attention, weighs_values_by_softmax_of_products) {
  const Tensor q = tensor<double>({1, 2}, {1, 1, 1, 2});
  const Tensor k = tensor<double>({1, 0, 0, 1}, {1, 1, 2, 2});
  const Tensor v = tensor<double>({10, 20}, {1, 1, 2, 1});
  const double a = std::exp(1 / std::sqrt(2.0));
  const double b = std::exp(2 / std::sqrt(2.0));
  expect_close(run_op(attention({q, k, v})), {1, 1, 1, 1}, {(10 * a + 20 * b) / (a + b)}, 1e-12);
  const double c = std::exp(1.0);
  expect_close(run_op(attention({q, k, v}, {{"scale", 1.0F}})), {1, 1, 1, 1},
               {(10 + 20 * c) / (1 + c)}, 1e-12);
}

TEST(Attention, masks_leave_positions_out) {
  expect_close(run_op(attention({kZeros, kKeys, kValues})), {1, 1, 2, 1}, {7, 7});
  expect_close(run_op(attention({kZeros, kKeys, kValues}, {{"is_causal", int64_t{1}}})),
               {1, 1, 2, 1}, {3, 4.5});
  const Tensor bools = tensor<bool>({true, false, true, false, true, true}, {2, 3});
  expect_close(run_op(attention({kZeros, kKeys, kValues, bools})), {1, 1, 2, 1}, {7.5, 9});
  expect_close(run_op(attention({kZeros, kKeys, kValues, bools}, {{"is_causal", int64_t{1}}})),
               {1, 1, 2, 1}, {3, 6});
  const auto added = static_cast<float>(std::log(3.0));
  expect_close(run_op(attention({kZeros, kKeys, kValues, vector<float>({0, added, 0})})),
               {1, 1, 2, 1}, {33 / 5.0, 33 / 5.0});
  // A mask that is too short leaves out what lies beyond it.
  expect_close(run_op(attention({kZeros, kKeys, kValues, tensor<int32_t>({0, 0}, {1, 1, 1, 2})})),
               {1, 1, 2, 1}, {4.5, 4.5});
}

TEST(Attention, valid_lengths_leave_padding_out) {
  const Tensor q = tensor<float>({0, 0}, {2, 1, 1, 1});
  const Tensor k = tensor<float>({1, 2, 3, 4}, {2, 1, 2, 1});
  const Tensor none;
  const OpCall call = attention({q, k, k, none, none, none, vector<int64_t>({1, 2})});
  expect_close(run_op(call), {2, 1, 1, 1}, {1, 3.5});
}

TEST(Attention, shows_its_scores_at_each_stage) {
  const Tensor q = tensor<float>({2}, {1, 1, 1, 1});
  const Tensor k = tensor<float>({1, 2}, {1, 1, 2, 1});
  const Tensor mask = vector<float>({0, -static_cast<float>(kInf)});
  const double capped[] = {3 * std::tanh(2 / 3.0), 3 * std::tanh(4 / 3.0)};
  const Attributes cap{{"softcap", 3.0F}, {"scale", 1.0F}};
  const std::vector<std::array<double, 2>> want{
      {2, 4}, {capped[0], capped[1]}, {capped[0], -kInf}, {1, 0}};
  for (size_t mode = 0; mode < 4; ++mode) {
    Attributes attributes = cap;
    attributes.emplace_back("qk_matmul_output_mode", static_cast<int64_t>(mode));
    const auto outputs = run_all(attention({q, k, k, mask}, attributes, 4));
    ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
    expect_close(outputs.value()[0], {1, 1, 1, 1}, {1});
    expect_close(outputs.value()[3], {1, 1, 1, 2}, {want[mode][0], want[mode][1]});
  }
}

TEST(Attention, the_past_comes_first_and_is_kept) {
  const Tensor past = tensor<float>({9}, {1, 1, 1, 1});
  const auto outputs = run_all(attention({kZeros, kKeys, kValues, Tensor(), past, past}, {}, 3));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {1, 1, 2, 1}, {7.5, 7.5});
  expect_close(outputs.value()[1], {1, 1, 4, 1}, {9, 1, 2, 3});
  expect_close(outputs.value()[2], {1, 1, 4, 1}, {9, 3, 6, 12});
  const OpCall causal =
      attention({kZeros, kKeys, kValues, Tensor(), past, past}, {{"is_causal", int64_t{1}}});
  expect_close(run_op(causal), {1, 1, 2, 1}, {6, 6});
}

TEST(Attention, packed_heads_and_groups) {
  const Attributes heads{{"q_num_heads", int64_t{2}}, {"kv_num_heads", int64_t{1}}};
  const Tensor q = tensor<float>({0, 0, 0, 0}, {1, 2, 2});
  const Tensor k = tensor<float>({1, 2}, {1, 2, 1});
  const Tensor v = tensor<float>({1, 10, 3, 30}, {1, 2, 2});
  expect_close(run_op(attention({q, k, v}, heads)), {1, 2, 4}, {2, 20, 2, 20, 2, 20, 2, 20});
  const Tensor own = tensor<float>({1, 10, 3, 30}, {1, 2, 2});
  expect_close(
      run_op(attention({q, own, own}, {{"q_num_heads", int64_t{2}}, {"kv_num_heads", int64_t{2}}})),
      {1, 2, 2}, {2, 20, 2, 20});
}

TEST(Attention, types_may_differ) {
  const Tensor q = halves<Float16>({0, 0}, {1, 1, 2, 1});
  const Tensor k = halves<Float16>({1, 2, 3}, {1, 1, 3, 1});
  const auto outputs = run_all(attention({q, k, kValues}, {}, 3));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  EXPECT_EQ(outputs.value()[0].dtype(), DType::kFloat16);
  EXPECT_EQ(outputs.value()[1].dtype(), DType::kFloat16);
  EXPECT_EQ(outputs.value()[2].dtype(), DType::kFloat32);
  expect_close(outputs.value()[0], {1, 1, 2, 1}, {7, 7});
  const Tensor doubles = tensor<double>({3, 6, 12}, {1, 1, 3, 1});
  const auto mixed = run_all(attention({kZeros, kKeys, doubles}, {}, 3));
  ASSERT_TRUE(mixed.has_value()) << mixed.error().to_string();
  EXPECT_EQ(mixed.value()[0].dtype(), DType::kFloat32);
  expect_close(mixed.value()[0], {1, 1, 2, 1}, {7, 7});
  expect_close(mixed.value()[2], {1, 1, 3, 1}, {3, 6, 12});
}

TEST(Attention, threads_change_nothing_and_nothing_is_taken) {
  Tensor q = Tensor::allocate(DType::kFloat32, Shape{2, 4, 70, 8}).value();
  for (int64_t i = 0; i < q.element_count(); ++i) {
    q.mutable_values<float>()[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  }
  OpCall call = attention({q, q, q}, {{"is_causal", int64_t{1}}});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
  const Tensor none = tensor<float>({}, {1, 1, 0, 1});
  expect_close(run_op(attention({none, kKeys, kValues})), {1, 1, 0, 1}, {});
  expect_close(run_op(attention({kZeros, none, none})), {1, 1, 2, 1}, {0, 0});
}

TEST(Attention, infers_shapes) {
  const OpCall call = attention({kZeros, kKeys, kValues},
                                {{"q_num_heads", int64_t{4}}, {"kv_num_heads", int64_t{2}}}, 4);
  const auto packed = [](Dim hidden) { return dims({symbol("B"), symbol("L"), hidden}); };
  EXPECT_EQ(inferred(call, {packed(8), packed(4), packed(6)}),
            "float32[B, L, 12] float32[B, 2, L, 2] float32[B, 2, L, 3] float32[B, 4, L, L]");
  EXPECT_EQ(inferred(attention({kZeros, kKeys, kValues}), {SymbolicShape()}), "float32[?...]");
}

TEST(Attention, refusals) {
  expect_refused(attention({kZeros, kKeys, kValues}, {{"qk_matmul_output_mode", int64_t{4}}}),
                 "qk_matmul_output_mode 4");
  expect_refused(attention({kZeros, kKeys, kValues}, {{"softmax_precision", int64_t{7}}}),
                 "softmax_precision 7");
  expect_refused(attention({kZeros.reshaped({1, 2, 1}), kKeys, kValues}), "q_num_heads");
  expect_refused(attention({kZeros.reshaped({2}), kKeys, kValues}), "input 0 has 1 axes");
  const Tensor wide = tensor<float>({1, 2}, {1, 1, 1, 2});
  expect_refused(attention({kZeros, wide, wide}), "head size: 1 and 2");
  expect_fails_to_run(attention({kZeros, wide, wide}), "do not fit each other");
  expect_refused(attention({kZeros, kKeys, kValues, Tensor(), kKeys}), "must come together");
  expect_refused(attention({kZeros, kKeys, kValues, Tensor(), kKeys, kKeys, vector<int64_t>({1})}),
                 "does not go with past_key");
  expect_fails_to_run(attention({kZeros, kKeys, kValues, vector<float>({1, 2, 3, 4})}),
                      "mask of shape [4]");
  expect_fails_to_run(attention({kZeros, kKeys, kValues, tensor<float>({1, 2, 3}, {3, 1})}),
                      "mask of shape [3, 1]");
  const Tensor none;
  expect_fails_to_run(
      attention({kZeros, kKeys, kValues, none, none, none, vector<int64_t>({1, 2})}),
      "nonpad_kv_seqlen");
  expect_fails_to_run(attention({kZeros, kKeys, kValues, none, wide, wide}),
                      "do not fit each other");
  const Tensor two = tensor<float>({1, 2}, {1, 2, 1, 1});
  const Tensor three = tensor<float>({1, 2, 3}, {1, 3, 1, 1});
  expect_refused(attention({three, two, two}), "3 query heads over 2");
}

}  // namespace
}  // namespace tundish
