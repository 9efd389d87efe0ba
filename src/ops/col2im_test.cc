#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall col2im(Tensor x, std::initializer_list<int64_t> image, std::initializer_list<int64_t> block,
              std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  return {"Col2Im",
          {std::move(x), vector<int64_t>(image), vector<int64_t>(block)},
          std::move(attributes)};
}

TEST(Col2Im, adds_blocks_up) {
  const Tensor x = counting<float>({1, 2, 3});
  expect_values<float>(run_op(col2im(x, {1, 4}, {1, 2})), {1, 1, 1, 4}, {0, 4, 6, 5});
  expect_values<float>(
      run_op(col2im(counting<float>({1, 2, 2}), {1, 4}, {1, 2}, {{"strides", ints({1, 2})}})),
      {1, 1, 1, 4}, {0, 2, 1, 3});
  expect_values<float>(
      run_op(col2im(counting<float>({1, 2, 2}), {1, 4}, {1, 2}, {{"dilations", ints({1, 2})}})),
      {1, 1, 1, 4}, {0, 1, 2, 3});
  expect_values<float>(run_op(col2im(x, {1, 3}, {1, 2}, {{"pads", ints({0, 1, 0, 0})}})),
                       {1, 1, 1, 3}, {4, 6, 5});
}

TEST(Col2Im, takes_channels_types_and_threads) {
  expect_values<uint8_t>(run_op(col2im(tensor<uint8_t>({200, 1, 100, 2}, {1, 4, 1}), {2}, {2})),
                         {1, 2, 2}, {200, 1, 100, 2});
  expect_values<int16_t>(run_op(col2im(tensor<int16_t>({1, 20000, 20000, 3}, {1, 2, 2}), {3}, {2})),
                         {1, 1, 3}, {1, static_cast<int16_t>(40000), 3});
  expect_values<Float16>(run_op(col2im(counting<Float16>({1, 1, 2}), {2}, {1})), {1, 1, 2},
                         {Float16(0.0F), Float16(1.0F)});
  OpCall call =
      col2im(noise<double>({2, 24, 18}, 1), {4, 5, 3}, {2, 2, 1}, {{"strides", ints({1, 2, 1})}});
  const Result<Tensor> one = run_op(call);
  ASSERT_TRUE(one.has_value()) << one.error().to_string();
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one.value(), run_op(call).value()));
}

TEST(Col2Im, infers_shapes) {
  const OpCall call = col2im(counting<float>({1, 4, 3}), {1, 4}, {1, 2});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 4, 3})}), "float32[N, 2, 1, 4]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?, ?, 1, 4]");
}

TEST(Col2Im, rejects_shapes) {
  const Tensor x = counting<float>({1, 4, 3});
  expect_refused(col2im(x, {1, 4}, {1, 3}), "axis 1 of 4 does not divide into blocks of 3");
  expect_refused(col2im(x, {1, 9}, {1, 2}), "axis 2 has 3 columns for 8 blocks");
  expect_refused(col2im(x, {1, 4}, {2}), "the image has 2 axes, a block 1");
  expect_refused(col2im(x, {-1, 4}, {1, 2}), "size -1 is negative");
  expect_refused(col2im(x, {1, 4}, {0, 2}), "size 0 outside [1, 2^31)");
  expect_refused(col2im(counting<float>({4, 3}), {1, 4}, {1, 2}), "expected 3 dimensions, got 2");
  expect_fails_to_run(col2im(counting<float>({4, 3}), {1, 4}, {1, 2}), "expected 3 dimensions");
  expect_fails_to_run(col2im(x, {1, 9}, {1, 2}), "axis 2 has 3 columns for 8 blocks");
  expect_fails_to_run(
      col2im(x, {INT32_MAX, INT32_MAX, INT32_MAX}, {INT32_MAX, INT32_MAX, INT32_MAX}),
      "too many blocks");
}

}  // namespace
}  // namespace tundish
