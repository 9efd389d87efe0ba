#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall unpool(Tensor x, Tensor indices, Tensor sizes = {}) {
  OpCall call{"MaxUnpool",
              {std::move(x), std::move(indices)},
              {{"kernel_shape", ints({2})}, {"strides", ints({2})}}};
  if (sizes.defined()) call.inputs.push_back(std::move(sizes));
  return call;
}

TEST(MaxUnpool, puts_elements_back) {
  const Tensor x = tensor<float>({5, 6}, {1, 1, 2});
  const Tensor at = tensor<int64_t>({1, 2}, {1, 1, 2});
  expect_values<float>(run_op(unpool(x, at)), {1, 1, 4}, {0, 5, 6, 0});
  expect_values<Bfloat16>(run_op(unpool(counting<Bfloat16>({1, 1, 2}), at)), {1, 1, 4},
                          {Bfloat16(0.0F), Bfloat16(0.0F), Bfloat16(1.0F), Bfloat16(0.0F)});
}

TEST(MaxUnpool, places_what_was_pooled_in_a_larger_output) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {1, 2, 2});
  const Tensor at = tensor<int64_t>({0, 3, 5, 6}, {1, 2, 2});
  expect_values<float>(run_op(unpool(x, at, vector<int64_t>({1, 2, 5}))), {1, 2, 5},
                       {1, 0, 0, 2, 0, 0, 3, 4, 0, 0});
}

TEST(MaxUnpool, infers_shapes) {
  const OpCall call = unpool(counting<float>({1, 1, 2}), counting<int64_t>({1, 1, 2}));
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, 3}), SymbolicShape()}), "float32[N, 2, 6]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, symbol("W")}), SymbolicShape()}),
            "float32[N, 2, ?]");
}

TEST(MaxUnpool, rejects_what_does_not_fit) {
  const Tensor x = counting<float>({1, 1, 2});
  const Tensor at = counting<int64_t>({1, 1, 2});
  expect_refused({"MaxUnpool", {x, at}}, "attribute \"kernel_shape\" is missing");
  expect_refused(unpool(x, at, vector<int64_t>({1, 1})), "input 2 has 2 sizes for 3 axes");
  expect_refused(unpool(x, at, vector<int64_t>({1, 1, -1})), "size -1 is negative");
  expect_fails_to_run(unpool(x, counting<int64_t>({1, 2, 1})), "the indices have shape [1, 2, 1]");
  expect_fails_to_run(unpool(x, tensor<int64_t>({0, 4}, {1, 1, 2})), "index 4 outside [0, 4)");
  expect_fails_to_run(unpool(x, tensor<int64_t>({-1, 0}, {1, 1, 2})), "index -1 outside [0, 4)");
  expect_fails_to_run(unpool(x, at, vector<int64_t>({1, 1, 3})), "axis 2 of 3 is shorter");
  OpCall padded = unpool(x, at);
  padded.attributes.emplace_back("pads", ints({9, 9}));
  expect_refused(padded, "take more than what an axis of 2 unpools to");
}

}  // namespace
}  // namespace tundish
