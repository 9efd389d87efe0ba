#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(DeformConv, without_offsets_is_conv) {
  const Tensor x = noise<double>({2, 4, 6, 7}, 1);
  const Tensor w = noise<double>({6, 2, 3, 2}, 2);
  const std::vector<std::pair<std::string, Attribute>> attributes{{"group", int64_t{2}},
                                                                  {"strides", ints({1, 2})},
                                                                  {"dilations", ints({2, 1})},
                                                                  {"pads", ints({1, 0, 2, 1})}};
  const Tensor bias = noise<double>({6}, 3);
  const Tensor want = run_op({"Conv", {x, w, bias}, attributes}).value();
  const Tensor offsets =
      Tensor::allocate(DType::kFloat64, {2, 24, want.shape()[2], want.shape()[3]}).value();
  OpCall call{"DeformConv", {x, w, offsets, bias}, attributes};
  call.attributes.emplace_back("offset_group", int64_t{2});
  const Result<Tensor> one = run_op(call);
  const std::vector<double> values(want.values<double>().begin(), want.values<double>().end());
  expect_near<double>(one, values, 1e-12);
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one.value(), run_op(call).value()));
}

// One tap on a row of four; places 0 to 3 are moved.
OpCall moved(std::initializer_list<float> offsets) {
  return {"DeformConv",
          {tensor<float>({10, 20, 40, 80}, {1, 1, 4}), tensor<float>({1}, {1, 1, 1}),
           tensor<float>(offsets, {1, 1, 4})}};
}

TEST(DeformConv, moves_taps) {
  expect_values<float>(run_op(moved({0.5, 1, -2.5, 0.25})), {1, 1, 4}, {15, 40, 5, 60});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  expect_values<float>(run_op(moved({nan, 1e30F, -1e30F, 1})), {1, 1, 4}, {0, 0, 0, 0});
}

TEST(DeformConv, masks_and_adds_a_bias) {
  OpCall call = moved({0, 0, 0, 0});
  call.inputs.push_back(vector<float>({1}));
  call.inputs.push_back(tensor<float>({0, 1, 2, 0.5}, {1, 1, 4}));
  expect_values<float>(run_op(call), {1, 1, 4}, {1, 21, 81, 41});
}

TEST(DeformConv, moves_on_every_axis) {
  const Tensor x = counting<Float16>({1, 1, 2, 2, 2});
  const Tensor w = tensor<Float16>({Float16(1.0F)}, {1, 1, 1, 1, 1});
  Tensor offsets = Tensor::allocate(DType::kFloat16, {1, 3, 2, 2, 2}).value();
  for (size_t i = 0; i < 24; ++i) {
    offsets.mutable_values<Float16>()[i] = Float16(i < 8 ? 0.5F : i < 16 ? 0.0F : -1.0F);
  }
  // Half of what lies before on the last axis: (x[z, y, -1 or 0] + x[z + 1, y, -1 or 0]) / 2.
  expect_values<Float16>(run_op({"DeformConv", {x, w, offsets}}), {1, 1, 2, 2, 2},
                         {Float16(0.0F), Float16(2.0F), Float16(0.0F), Float16(4.0F), Float16(0.0F),
                          Float16(2.0F), Float16(0.0F), Float16(3.0F)});
}

TEST(DeformConv, infers_and_rejects) {
  OpCall call = moved({0, 0, 0, 0});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 1, 9})}), "float32[N, 1, ?]");
  call.inputs[2] = counting<float>({1, 2, 4});
  expect_refused(call, "input 2 has shape [1, 2, 4], expected [1, 1, 4]");
  expect_fails_to_run(call, "input 2 has shape [1, 2, 4], expected [1, 1, 4]");
  call = moved({0, 0, 0, 0});
  call.attributes = {{"offset_group", int64_t{2}}};
  expect_refused(call, "1 channels do not divide into 2 groups of offsets");
  call.attributes = {{"group", int64_t{0}}};
  expect_refused(call, "are not both above 0");
  call.attributes = {{"group", int64_t{2}}};
  expect_refused(call, "do not fit 1 channels in 2 groups");
  call = moved({0, 0, 0, 0});
  call.inputs.push_back(vector<float>({1, 2}));
  expect_refused(call, "input 3 has shape [2], expected [1]");
  call.inputs[3] = Tensor();
  call.inputs.push_back(counting<float>({1, 2, 4}));
  expect_refused(call, "input 4 has shape [1, 2, 4], expected [1, 1, 4]");
  call = moved({0, 0, 0, 0});
  call.inputs[1] = counting<float>({1, 1});
  expect_fails_to_run(call, "the weights have 2");
  call.inputs[1] = Tensor::scalar(1.0F);
  expect_fails_to_run(call, "input 1 is a scalar");
}

}  // namespace
}  // namespace tundish
