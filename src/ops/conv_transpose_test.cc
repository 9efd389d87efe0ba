#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall transposed(Tensor x, Tensor w, std::vector<std::pair<std::string, Attribute>> attributes) {
  return {"ConvTranspose", {std::move(x), std::move(w)}, std::move(attributes)};
}

// <ConvTranspose(x, w), y> = <x, Conv(y, w)> for every y: the definition of a transpose.
void check_adjoint(const ConvCase& c, const Shape& small) {
  const Tensor x = noise<double>(small, 4);
  const Tensor w = noise<double>(c.w, 5);
  const Tensor y = noise<double>(c.x, 6);
  OpCall call = transposed(x, w,
                           {{"group", c.group},
                            {"strides", ints(c.strides)},
                            {"dilations", ints(c.dilations)},
                            {"pads", ints(c.pads)}});
  std::vector<int64_t> padding;  // so that the output has the shape of y
  for (size_t i = 0; i < c.strides.size(); ++i) {
    padding.push_back(c.x[i + 2] -
                      (c.strides[i] * (small[i + 2] - 1) + (c.w[i + 2] - 1) * c.dilations[i] + 1 -
                       c.pads[i] - c.pads[c.strides.size() + i]));
  }
  call.attributes.emplace_back("output_padding", ints(padding));
  const Result<Tensor> big = run_op(call);
  ASSERT_TRUE(big.has_value()) << big.error().to_string();
  ASSERT_EQ(big.value().shape().to_string(), c.x.to_string());
  double left = 0;
  for (size_t i = 0; i < y.values<double>().size(); ++i) {
    left += big.value().values<double>()[i] * y.values<double>()[i];
  }
  double right = 0;
  size_t at = 0;
  const std::vector<int64_t> sizes(small.dims().begin() + 2, small.dims().end());
  for (int64_t n = 0; n < small[0]; ++n) {
    for (int64_t m = 0; m < small[1]; ++m) {
      std::vector<int64_t> out(sizes.size(), 0);
      do {
        right += x.values<double>()[at++] * conv_at<double>(c, y, w, n, m, out);
      } while (advance(out, sizes));
    }
  }
  EXPECT_NEAR(left, right, 1e-10);
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(big.value(), run_op(call).value()));
}

TEST(ConvTranspose, is_the_transpose_of_conv) {
  check_adjoint({{2, 3, 9}, {4, 3, 3}, 1, {1}, {1}, {1, 1}}, {2, 4, 9});
  check_adjoint({{1, 3, 10}, {4, 3, 3}, 1, {2}, {2}, {0, 1}}, {1, 4, 4});
  check_adjoint({{1, 4, 6, 7}, {6, 2, 3, 2}, 2, {2, 3}, {1, 2}, {1, 0, 1, 1}}, {1, 6, 3, 2});
  check_adjoint({{1, 1, 4, 4, 5}, {2, 1, 2, 2, 2}, 1, {1, 2, 1}, {1, 1, 1}, {0, 0, 1, 0, 0, 0}},
                {1, 2, 3, 2, 5});
}

TEST(ConvTranspose, takes_sizes_and_pads_of_the_output) {
  const Tensor x = tensor<float>({1, 2}, {1, 1, 2});
  const Tensor w = tensor<float>({1, 10, 100}, {1, 1, 3});
  const auto with = [&](std::vector<std::pair<std::string, Attribute>> attributes) {
    attributes.emplace_back("strides", ints({2}));
    return run_op(transposed(x, w, std::move(attributes)));
  };
  expect_values<float>(with({}), {1, 1, 5}, {1, 10, 102, 20, 200});
  expect_values<float>(with({{"pads", ints({1, 1})}}), {1, 1, 3}, {10, 102, 20});
  expect_values<float>(with({{"output_padding", ints({1})}}), {1, 1, 6}, {1, 10, 102, 20, 200, 0});
  expect_values<float>(with({{"output_shape", ints({4})}}), {1, 1, 4}, {10, 102, 20, 200});
  expect_values<float>(with({{"output_shape", ints({4})}, {"auto_pad", std::string("SAME_UPPER")}}),
                       {1, 1, 4}, {1, 10, 102, 20});
  expect_values<float>(with({{"auto_pad", std::string("SAME_LOWER")}}), {1, 1, 4},
                       {10, 102, 20, 200});
  expect_values<float>(with({{"auto_pad", std::string("VALID")}}), {1, 1, 5},
                       {1, 10, 102, 20, 200});
  // Larger than what is reached: half of the rest, rounded up, lies at the end.
  expect_values<float>(with({{"output_shape", ints({8})}}), {1, 1, 8},
                       {0, 1, 10, 102, 20, 200, 0, 0});
  expect_values<float>(with({{"output_shape", ints({1, 1, 4})}}), {1, 1, 4}, {10, 102, 20, 200});
}

TEST(ConvTranspose, adds_a_bias_and_takes_halves) {
  const Tensor x = tensor<float>({1, 2}, {1, 1, 2});
  const Tensor w = tensor<float>({1, 2}, {1, 2, 1});
  expect_values<float>(run_op({"ConvTranspose", {x, w, vector<float>({5, 7})}}), {1, 2, 2},
                       {6, 7, 9, 11});
  const Tensor halves = counting<Float16>({1, 1, 2});
  expect_values<Float16>(run_op({"ConvTranspose", {halves, halves}}), {1, 1, 3},
                         {Float16(0.0F), Float16(0.0F), Float16(1.0F)});
}

TEST(ConvTranspose, infers_shapes) {
  const OpCall call = transposed(counting<float>({1, 4, 2}), counting<float>({4, 3, 3}),
                                 {{"group", int64_t{2}}, {"strides", ints({2})}});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 4, 5})}), "float32[N, 6, 11]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 4, symbol("W")})}), "float32[N, 6, ?]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?, 6, ?]");
  OpCall sized = call;
  sized.attributes.emplace_back("output_shape", ints({9}));
  EXPECT_EQ(inferred(sized, {dims({symbol("N"), 4, symbol("W")}), SymbolicShape()}),
            "float32[N, ?, 9]");
}

TEST(ConvTranspose, rejects_shapes) {
  const Tensor x = counting<float>({1, 4, 5});
  const Tensor w = counting<float>({4, 3, 2});
  expect_refused(transposed(x, w, {{"group", int64_t{0}}}), "0 is less than 1");
  expect_refused(transposed(x, w, {{"group", int64_t{3}}}), "do not divide into 3 groups");
  expect_refused(transposed(x, counting<float>({5, 3, 2}), {}), "the weights take 5");
  expect_refused(transposed(x, counting<float>({4, 2}), {}), "the weights have 2");
  expect_refused(transposed(x, w, {{"pads", ints({9, 9})}}), "take more than the 6 elements");
  expect_refused(transposed(x, w, {{"output_shape", ints({-1})}}), "-1 outside [0, 2^31)");
  expect_refused(transposed(x, w, {{"output_padding", ints({1, 2})}}), "expected 1 values, got 2");
  expect_refused(transposed(x, w, {{"kernel_shape", ints({3})}}), "the weights have 2 taps");
  expect_refused({"ConvTranspose", {x, w, counting<float>({4})}}, "expected [3]");
  expect_fails_to_run(transposed(x, counting<float>({5, 3, 2}), {}), "the weights take 5");
  expect_fails_to_run({"ConvTranspose", {x, w, counting<float>({4})}}, "4 values for 3");
}

TEST(ConvTranspose, claims_to_be_pure) { EXPECT_EQ(traits_of("ConvTranspose"), "p"); }

}  // namespace
}  // namespace tundish
