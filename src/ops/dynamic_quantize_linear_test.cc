#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall quantize(Tensor x) {
  OpCall call{"DynamicQuantizeLinear", {std::move(x)}};
  call.output_count = 3;
  return call;
}

TEST(DynamicQuantizeLinear, takes_the_range_of_the_numbers) {
  // The case of the ONNX text: scale 0.0196078438, zero point 153.
  const auto got = run_all(quantize(vector<float>({0, 2, -3, -2.5F, 1.34F, 0.5F})));
  expect_values<uint8_t>(nth(got, 0), {6}, {153, 255, 0, 26, 221, 179});
  expect_values<float>(nth(got, 1), {}, {5.0F / 255});
  expect_values<uint8_t>(nth(got, 2), {}, {153});
}

TEST(DynamicQuantizeLinear, the_range_includes_zero) {
  const auto negative = run_all(quantize(vector<float>({-1, -2.1F, -1.3F, -2.5F, -3.34F, -4})));
  expect_values<uint8_t>(nth(negative, 0), {6}, {191, 121, 172, 96, 42, 0});
  expect_values<uint8_t>(nth(negative, 2), {}, {255});
  const auto positive = run_all(quantize(tensor<float>({1, 2.1F, 1.3F, 2.5F, 3.34F, 4}, {3, 2})));
  expect_values<uint8_t>(nth(positive, 0), {3, 2}, {64, 134, 83, 159, 213, 255});
  expect_values<uint8_t>(nth(positive, 2), {}, {0});
}

TEST(DynamicQuantizeLinear, of_nothing_but_zeros_and_of_nothing) {
  const auto zeros = run_all(quantize(vector<float>({0, -0.0F})));
  expect_values<uint8_t>(nth(zeros, 0), {2}, {0, 0});
  expect_values<float>(nth(zeros, 1), {}, {1.0F / 255});
  expect_values<uint8_t>(nth(zeros, 2), {}, {0});
  expect_values<uint8_t>(nth(run_all(quantize(tensor<float>({}, {0, 3}))), 0), {0, 3}, {});
}

TEST(DynamicQuantizeLinear, passes_over_nan) {
  const auto got = run_all(quantize(vector<float>({NAN, 255, 1})));
  expect_values<uint8_t>(nth(got, 0), {3}, {0, 255, 1});
  expect_values<float>(nth(got, 1), {}, {1});
}

TEST(DynamicQuantizeLinear, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{100'003}).value();
  for (size_t i = 0; i < 100'003; ++i) x.mutable_values<float>()[i] = std::sin(float(i)) * 9;
  OpCall call = quantize(x);
  const auto one = run_all(call).value();
  call.thread_count = 3;
  const auto three = run_all(call).value();
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(same_bits(one[i], three[i]));
}

TEST(DynamicQuantizeLinear, infers_and_rejects) {
  EXPECT_EQ(inferred(quantize(vector<float>({1})), {dims({symbol("N")})}),
            "uint8[N] float32[] uint8[]");
  expect_refused(quantize(vector<double>({1})), "float64 is not allowed");
  EXPECT_EQ(traits_of("DynamicQuantizeLinear"), "p");
}

}  // namespace
}  // namespace tundish
