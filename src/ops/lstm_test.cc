#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

// All functions pass numbers on; gates are i = 1 + ..., o = 2 + ..., f = 3 + ..., c = x + ....
OpCall lstm(Attributes attributes, std::vector<Tensor> more = {}) {
  std::vector<Tensor> inputs{tensor<double>({5}, {1, 1, 1}),
                             tensor<double>({0, 0, 0, 1}, {1, 4, 1}),
                             tensor<double>({0, 0, 0, 10}, {1, 4, 1}),
                             tensor<double>({1, 2, 3, 0, 0, 0, 0, 0}, {1, 8}),
                             Tensor(),
                             tensor<double>({1}, {1, 1, 1}),
                             tensor<double>({7}, {1, 1, 1})};
  for (Tensor& each : more) inputs.push_back(std::move(each));
  attributes.emplace_back("activations", std::vector<std::string>(3, "Affine"));
  return {.op = "LSTM",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .output_count = 3};
}
void expect_state(const OpCall& call, double hidden, double cell) {
  const auto outputs = run_all(call);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {1, 1, 1, 1}, {hidden});
  expect_close(outputs.value()[1], {1, 1, 1}, {hidden});
  expect_close(outputs.value()[2], {1, 1, 1}, {cell});
}

TEST(Lstm, gates_open_the_cell) {
  // c = 5 + 10, C = 3 * 7 + 1 * 15, H = 2 * C
  expect_state(lstm({}), 72, 36);
  expect_state(lstm({{"input_forget", int64_t{1}}}), 30, 15);  // f = 1 - i = 0
}

TEST(Lstm, peepholes_see_the_cell) {
  // i = 1 + 7, f = 3 + 14 (from the old cell), o = 2 - C
  const Tensor peepholes = tensor<double>({1, -1, 2}, {1, 3});
  const double cell = 17 * 7 + 8 * 15;
  expect_state(lstm({}, {peepholes}), (2 - cell) * cell, cell);
}

TEST(Lstm, clips_what_goes_into_gates_only) {
  // i = 1, f = 1.5, c = 1.5, o = 1.5; the cell itself is not cut
  expect_state(lstm({{"clip", 1.5F}}), 1.5 * 12, 12);
}

TEST(Lstm, default_functions_and_halves) {
  const Tensor x = halves<Float16>({1}, {1, 1, 1});
  const Tensor w = halves<Float16>({1, 1, 1, 1}, {1, 4, 1});
  const double gate = 1 / (1 + std::exp(-1.0));
  expect_close(run_op({"LSTM", {x, w, w}}), {1, 1, 1, 1}, {gate * std::tanh(gate * std::tanh(1.0))},
               1e-3);
}

TEST(Lstm, refusals) {
  expect_refused(lstm({}, {tensor<double>({1}, {1, 1})}),
                 "input 7 of shape [1, 1], expected [1, 3]");
  expect_fails_to_run(lstm({}, {tensor<double>({1}, {1, 1})}), "input 7 of shape [1, 1]");
  OpCall call = lstm({});
  call.inputs[6] = tensor<double>({1, 2}, {1, 2, 1});
  expect_refused(call, "input 6 of shape [1, 2, 1]");
  expect_fails_to_run(call, "input 6 of shape [1, 2, 1]");
}

}  // namespace
}  // namespace tundish
