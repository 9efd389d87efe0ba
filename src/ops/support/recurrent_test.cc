#include "ops/support/recurrent.h"

#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

// Weights packed for a session and for one run, wider than a panel, both directions.
TEST(Recurrent, packed_weights_change_nothing) {
  const auto made = [](const Shape& shape, size_t step) {
    std::vector<float> values(static_cast<size_t>(shape.element_count()));
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(i * step % 41) / 100 - 0.2F;
    }
    return Tensor::of(std::span<const float>(values), shape);
  };
  constexpr int64_t kHidden = 37;
  for (const auto& [op, gates] : {std::pair{"RNN", 1}, {"GRU", 3}, {"LSTM", 4}}) {
    OpCall call;
    call.op = op;
    call.inputs = {made({4, 2, 5}, 7), made({2, gates * kHidden, 5}, 11),
                   made({2, gates * kHidden, kHidden}, 13), made({2, 2 * gates * kHidden}, 17)};
    call.attributes = {{"direction", std::string("bidirectional")}};
    EXPECT_TRUE(run_all(call).has_value()) << op;
    if (gates != 3) continue;
    call.attributes.emplace_back("linear_before_reset", int64_t{1});
    EXPECT_TRUE(run_all(call).has_value()) << op;
  }
}

using Attributes = std::vector<std::pair<std::string, Attribute>>;

// h = x + 10 * h, or with other numbers for the second direction.
OpCall sums(Attributes attributes, std::vector<Tensor> more = {}, int64_t directions = 1) {
  std::vector<Tensor> inputs{tensor<double>({1, 2, 3, 4, 5, 6}, {3, 2, 1})};
  if (directions == 1) {
    inputs.push_back(tensor<double>({1}, {1, 1, 1}));
    inputs.push_back(tensor<double>({10}, {1, 1, 1}));
  } else {
    inputs.push_back(tensor<double>({1, 2}, {2, 1, 1}));
    inputs.push_back(tensor<double>({10, 100}, {2, 1, 1}));
  }
  for (Tensor& each : more) inputs.push_back(std::move(each));
  attributes.emplace_back("activations", std::vector<std::string>(2, "Affine"));
  return {.op = "RNN",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .output_count = 2};
}
void expect_both(const OpCall& call, const Shape& all, std::initializer_list<double> want,
                 const Shape& last, std::initializer_list<double> want_last) {
  const auto outputs = run_all(call);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], all, want, 1e-12);
  expect_close(outputs.value()[1], last, want_last, 1e-12);
}

TEST(Recurrent, walks_in_each_direction) {
  expect_both(sums({}), {3, 1, 2, 1}, {1, 2, 13, 24, 135, 246}, {1, 2, 1}, {135, 246});
  expect_both(sums({{"direction", std::string("reverse")}}), {3, 1, 2, 1}, {531, 642, 53, 64, 5, 6},
              {1, 2, 1}, {531, 642});
  expect_both(sums({{"direction", std::string("bidirectional")}}, {}, 2), {3, 2, 2, 1},
              {1, 2, 100602, 120804, 13, 24, 1006, 1208, 135, 246, 10, 12}, {2, 2, 1},
              {135, 246, 100602, 120804});
}

TEST(Recurrent, sequences_end_where_they_say) {
  const Tensor lengths = vector<int32_t>({2, 0});
  expect_both(sums({}, {Tensor(), lengths}), {3, 1, 2, 1}, {1, 0, 13, 0, 0, 0}, {1, 2, 1}, {13, 0});
  expect_both(sums({{"direction", std::string("reverse")}}, {Tensor(), lengths}), {3, 1, 2, 1},
              {31, 0, 3, 0, 0, 0}, {1, 2, 1}, {31, 0});
}

TEST(Recurrent, biases_start_and_clip) {
  const Tensor bias = tensor<double>({0.25, 0.5}, {1, 2});
  const Tensor start = tensor<double>({1, 0}, {1, 2, 1});
  expect_both(sums({}, {bias, vector<int32_t>({1, 1}), start}), {3, 1, 2, 1},
              {11.75, 2.75, 0, 0, 0, 0}, {1, 2, 1}, {11.75, 2.75});
  expect_both(sums({{"clip", 20.0F}}), {3, 1, 2, 1}, {1, 2, 13, 20, 20, 20}, {1, 2, 1}, {20, 20});
}

TEST(Recurrent, the_batch_may_come_first) {
  OpCall call =
      sums({{"layout", int64_t{1}}}, {Tensor(), Tensor(), tensor<double>({1, 0}, {2, 1, 1})});
  call.inputs[0] = tensor<double>({1, 3, 5, 2, 4, 6}, {2, 3, 1});
  expect_both(call, {2, 3, 1, 1}, {11, 113, 1135, 2, 24, 246}, {2, 1, 1}, {1135, 246});
}

TEST(Recurrent, functions_take_numbers_in_turn) {
  OpCall call = sums({{"activation_alpha", std::vector<float>{2, 3}},
                      {"activation_beta", std::vector<float>{0.5F}},
                      {"direction", std::string("bidirectional")}},
                     {}, 2);
  call.inputs[0] = tensor<double>({1}, {1, 1, 1});
  expect_both(call, {1, 2, 1, 1}, {2.5, 6}, {2, 1, 1}, {2.5, 6});
}

TEST(Recurrent, infers_shapes) {
  const OpCall call = sums({{"layout", int64_t{1}}});
  EXPECT_EQ(inferred(call, {dims({symbol("B"), symbol("T"), 1})}),
            "float64[B, T, 1, 1] float64[B, 1, 1]");
  EXPECT_EQ(inferred(sums({}), {SymbolicShape()}), "float64[?, 1, ?, 1] float64[1, ?, 1]");
}

TEST(Recurrent, refusals) {
  expect_refused(sums({{"direction", std::string("up")}}), "direction \"up\"");
  expect_refused(sums({{"layout", int64_t{2}}}), "layout 2");
  expect_refused(sums({{"hidden_size", int64_t{2}}}), "hidden_size 2, R has 1 columns");
  expect_refused(sums({{"direction", std::string("bidirectional")}}), "input 1 of shape [1, 1, 1]");
  expect_fails_to_run(sums({{"direction", std::string("bidirectional")}}),
                      "input 1 of shape [1, 1, 1], expected [2, 1, 1]");
  OpCall call = sums({});
  call.attributes = {{"activations", std::vector<std::string>{"Bent"}}};
  expect_refused(call, "activation \"Bent\" is not known");
  call.attributes = {{"activations", std::vector<std::string>{"Tanh"}},
                     {"direction", std::string("bidirectional")}};
  expect_refused(call, "1 activations, 2 are needed");
  expect_fails_to_run(sums({}, {Tensor(), vector<int32_t>({4, 0})}),
                      "sequence_lens holds 4 (element 0), sequences have 3 steps");
  expect_fails_to_run(sums({}, {Tensor(), vector<int32_t>({0, -1})}), "sequence_lens holds -1");
  expect_refused(sums({}, {Tensor(), vector<int64_t>({1, 1})}), "int64 is not allowed");
  call = sums({});
  call.inputs[0] = vector<double>({1});
  expect_refused(call, "X has 1 axes");
  expect_fails_to_run(call, "X of shape [1]");
}

}  // namespace
}  // namespace tundish::ops
