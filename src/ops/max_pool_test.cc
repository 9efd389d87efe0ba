#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall pool(Tensor x, std::vector<int64_t> kernel, Attributes more = {}) {
  more.emplace_back("kernel_shape", ints(std::move(kernel)));
  return {"MaxPool", {std::move(x)}, std::move(more)};
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(MaxPool, takes_the_largest_of_each_window) {
  const Tensor x = tensor<float>({1, 9, 3, 4, 5, 6, 7, 8, 2}, {1, 1, 3, 3});
  expect_values<float>(run_op(pool(x, {2, 2})), {1, 1, 2, 2}, {9, 9, 8, 8});
  expect_values<float>(run_op(pool(x, {2, 2}, {{"strides", ints({2, 1})}})), {1, 1, 1, 2}, {9, 9});
  expect_values<float>(run_op(pool(x, {2, 2}, {{"dilations", ints({2, 2})}})), {1, 1, 1, 1}, {7});
  expect_values<float>(run_op(pool(x, {2, 2}, {{"pads", ints({1, 0, 0, 1})}})), {1, 1, 3, 3},
                       {9, 9, 3, 9, 9, 6, 8, 8, 6});
}

TEST(MaxPool, rounds_sizes_up_or_down) {
  const Tensor x = counting<float>({1, 1, 6});
  const Attributes two{{"strides", ints({2})}};
  Attributes up = two;
  up.emplace_back("ceil_mode", int64_t{1});
  expect_values<float>(run_op(pool(x, {3}, two)), {1, 1, 2}, {2, 4});
  expect_values<float>(run_op(pool(x, {3}, up)), {1, 1, 3}, {2, 4, 5});
  // A window that would begin in the padding is left out.
  Attributes padded = up;
  padded.emplace_back("pads", ints({0, 1}));
  expect_values<float>(run_op(pool(x, {1}, padded)), {1, 1, 3}, {0, 2, 4});
  Attributes same = up;
  same.emplace_back("auto_pad", std::string("SAME_LOWER"));
  expect_values<float>(run_op(pool(x, {3}, same)), {1, 1, 3}, {1, 3, 5});
}

TEST(MaxPool, says_where_the_largest_lie) {
  OpCall call = pool(tensor<float>({1, 5, 5, 4, 3, 6, 6, 2, 1, 0, 9, 9}, {1, 2, 2, 3}), {2, 2});
  call.output_count = 2;
  expect_values<int64_t>(nth(run_all(call), 1), {1, 2, 1, 2}, {1, 5, 10, 10});
  expect_values<float>(nth(run_all(call), 0), {1, 2, 1, 2}, {5, 6, 9, 9});
  call.attributes.emplace_back("storage_order", int64_t{1});
  expect_values<int64_t>(nth(run_all(call), 1), {1, 2, 1, 2}, {2, 5, 9, 9});
  call.thread_count = 2;
  expect_values<int64_t>(nth(run_all(call), 1), {1, 2, 1, 2}, {2, 5, 9, 9});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, 4, symbol("W")})}),
            "float32[N, 2, 3, ?] int64[N, 2, 3, ?]");
}

TEST(MaxPool, indices_agree_with_values_in_three_dimensions) {
  const Tensor x = noise<float>({2, 2, 4, 5, 6}, 1);
  OpCall call = pool(x, {2, 3, 2},
                     {{"pads", ints({1, 1, 0, 0, 1, 1})},
                      {"dilations", ints({1, 1, 2})},
                      {"strides", ints({2, 1, 3})}});
  const Result<Tensor> alone = run_op(call);
  call.output_count = 2;
  const auto both = run_all(call);
  ASSERT_TRUE(alone.has_value() && both.has_value());
  EXPECT_TRUE(same_bits(alone.value(), both.value()[0]));
  for (int64_t i = 0; i < alone.value().element_count(); ++i) {
    const auto at = static_cast<size_t>(i);
    EXPECT_EQ(x.values<float>()[static_cast<size_t>(both.value()[1].values<int64_t>()[at])],
              alone.value().values<float>()[at]);
  }
}

TEST(MaxPool, passes_nan_on) {
  OpCall call = pool(tensor<float>({1, kNan, 3, -kInfinity, -kInfinity}, {1, 1, 5}), {2});
  expect_values<float>(run_op(call), {1, 1, 4}, {kNan, kNan, 3, -kInfinity});
  call.output_count = 2;
  expect_values<int64_t>(nth(run_all(call), 1), {1, 1, 4}, {1, 1, 2, 3});
}

TEST(MaxPool, takes_other_types) {
  const Tensor bytes = tensor<uint8_t>({250, 3, 200}, {1, 1, 3});
  expect_values<uint8_t>(run_op(pool(bytes, {2})), {1, 1, 2}, {250, 200});
  const Tensor small = tensor<int8_t>({-128, -3, -100}, {1, 1, 3});
  expect_values<int8_t>(run_op(pool(small, {2})), {1, 1, 2}, {-3, -3});
  const Tensor half = counting<Bfloat16>({1, 1, 3});
  expect_values<Bfloat16>(run_op(pool(half, {2})), {1, 1, 2}, {Bfloat16(1.0F), Bfloat16(2.0F)});
  expect_values<double>(run_op(pool(counting<double>({1, 1, 3}), {3})), {1, 1, 1}, {2});
}

TEST(MaxPool, has_an_answer_for_windows_of_padding) {
  const Tensor x = counting<float>({1, 1, 2});
  OpCall call = pool(x, {2}, {{"pads", ints({2, 2})}});
  expect_values<float>(run_op(call), {1, 1, 5}, {-kInfinity, 0, 1, 1, -kInfinity});
  call.output_count = 2;
  expect_values<int64_t>(nth(run_all(call), 1), {1, 1, 5}, {-1, 0, 1, 1, -1});
}

TEST(MaxPool, rejects_attributes) {
  const Tensor x = counting<float>({1, 1, 4});
  expect_refused({"MaxPool", {x}}, "attribute \"kernel_shape\" is missing");
  expect_refused(pool(x, {5}), "a window of 5 elements does not fit an axis of 4");
  expect_refused(pool(x, {2, 2}), "expected 1 values, got 2");
  expect_refused(pool(counting<float>({1, 4}), {2}), "expected 3 to 12 dimensions");
  expect_refused(pool(counting<int32_t>({1, 1, 4}), {2}), "element type int32");
  expect_fails_to_run(pool(x, {5}), "does not fit");
  expect_fails_to_run(pool(counting<float>({4}), {2}), "expected 3 to 12 dimensions");
}

TEST(MaxPool, is_quick_with_windows_far_apart) {
  const int64_t far = int64_t{1} << 30;
  const OpCall call = pool(counting<float>({1, 1, 5}), {far},
                           {{"strides", ints({far})}, {"pads", ints({far, far})}});
  expect_values<float>(run_op(call), {1, 1, 2}, {-kInfinity, 4});
}

TEST(MaxPool, claims_to_be_pure) { EXPECT_EQ(traits_of("MaxPool"), "p"); }

}  // namespace
}  // namespace tundish
