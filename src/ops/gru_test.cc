#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

// Gates pass numbers on: z = 0.25, r = x, h as it comes.
OpCall gru(int64_t linear) {
  return {.op = "GRU",
          .inputs = {tensor<double>({3}, {1, 1, 1}), tensor<double>({0, 1, 1}, {1, 3, 1}),
                     tensor<double>({0, 0, 2}, {1, 3, 1}),
                     tensor<double>({0.25, 0, 0.5, 0, 0, 7}, {1, 6}), Tensor(),
                     tensor<double>({5}, {1, 1, 1})},
          .attributes = {{"activations", std::vector<std::string>{"Affine", "Affine"}},
                         {"linear_before_reset", linear}},
          .output_count = 2};
}

TEST(Gru, resets_before_or_after_the_recurrence) {
  // h = 3 + 0.5 + 7 + 2 * (3 * 5), H = 0.75 h + 0.25 * 5
  expect_close(run_op(gru(0)), {1, 1, 1, 1}, {0.75 * 40.5 + 1.25});
  // h = 3 + 0.5 + 3 * (2 * 5 + 7)
  expect_close(run_op(gru(1)), {1, 1, 1, 1}, {0.75 * 54.5 + 1.25});
}

TEST(Gru, default_functions_and_halves) {
  const Tensor x = halves<Bfloat16>({1}, {1, 1, 1});
  const Tensor w = halves<Bfloat16>({1, 1, 1}, {1, 3, 1});
  const double z = 1 / (1 + std::exp(-1.0));
  for (const int64_t linear : {0, 1}) {
    expect_close(run_op({"GRU", {x, w, w}, {{"linear_before_reset", linear}}}), {1, 1, 1, 1},
                 {(1 - z) * std::tanh(1.0)}, 1e-2);
  }
}

TEST(Gru, refusals) {
  OpCall call = gru(0);
  call.inputs[3] = tensor<double>({1, 2, 3}, {1, 3});
  expect_refused(call, "input 3 of shape [1, 3], expected [1, 6]");
  expect_fails_to_run(call, "input 3 of shape [1, 3], expected [1, 6]");
  call = gru(0);
  call.attributes = {{"linear_before_reset", 1.0F}};
  expect_refused(call, "\"linear_before_reset\"");
}

}  // namespace
}  // namespace tundish
