#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall split(Tensor x, std::vector<Tensor> sizes, int64_t axis, size_t outputs) {
  OpCall call{"Split", {std::move(x)}, {{"axis", axis}}};
  for (Tensor& tensor : sizes) call.inputs.push_back(std::move(tensor));
  call.output_count = outputs;
  return call;
}
OpCall even(Tensor x, size_t outputs) {
  OpCall call{"Split", {std::move(x)}, {{"num_outputs", static_cast<int64_t>(outputs)}}};
  call.output_count = outputs;
  return call;
}

TEST(Split, takes_sizes) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  const auto columns = run_all(split(x, {vector<int64_t>({2, 0, 1})}, -1, 3));
  expect_values<float>(nth(columns, 0), {2, 2}, {1, 2, 4, 5});
  expect_values<float>(nth(columns, 1), {2, 0}, {});
  expect_values<float>(nth(columns, 2), {2, 1}, {3, 6});
  const auto rows = run_all(split(x, {vector<int64_t>({1, 1})}, 0, 2));
  expect_values<float>(nth(rows, 1), {1, 3}, {4, 5, 6});
}

TEST(Split, makes_equal_parts_but_for_the_last) {
  const auto parts = run_all(even(vector<int64_t>({1, 2, 3, 4, 5, 6, 7}), 3));
  expect_values<int64_t>(nth(parts, 0), {3}, {1, 2, 3});
  expect_values<int64_t>(nth(parts, 2), {1}, {7});
  const auto few = run_all(even(vector<int64_t>({1, 2}), 4));
  expect_values<int64_t>(nth(few, 1), {1}, {2});
  expect_values<int64_t>(nth(few, 3), {0}, {});
  const auto texts = run_all(even(strings({"a", "b"}), 2));
  ASSERT_TRUE(texts.has_value());
  expect_strings(nth(texts, 1), {"b"});
}

TEST(Split, infers_shapes) {
  const OpCall call = split(tensor<float>({1, 2}, {2, 1}), {vector<int64_t>({1, 1})}, 0, 2);
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("K")})}), "float32[1, K] float32[1, K]");
  EXPECT_EQ(inferred(call, {dims({2, 3}), dims({2})}), "float32[?, 3] float32[?, 3]");
  EXPECT_EQ(inferred(even(vector<float>({1, 2}), 2), {dims({5})}), "float32[3] float32[2]");
  EXPECT_EQ(inferred(even(vector<float>({1, 2}), 2), {SymbolicShape()}),
            "float32[?...] float32[?...]");
}

TEST(Split, refusals) {
  const Tensor x = vector<float>({1, 2, 3});
  expect_refused(split(x, {vector<int64_t>({1, 1})}, 0, 2), "sizes of 2 in all for an axis of 3");
  expect_fails_to_run(split(x, {vector<int64_t>({1, 1})}, 0, 2), "sizes of 2 in all");
  expect_refused(split(x, {vector<int64_t>({4, -1})}, 0, 2), "a part of size -1");
  expect_refused(split(x, {vector<int64_t>({INT64_MAX, INT64_MAX})}, 0, 2), "the sizes overflow");
  expect_refused(split(x, {vector<int64_t>({1, 2})}, 0, 3), "2 sizes, the node has 3 outputs");
  expect_refused(split(x, {vector<int64_t>({3})}, 1, 1), "axis 1 outside [-1, 1)");
  OpCall wrong = even(x, 2);
  wrong.output_count = 3;
  expect_refused(wrong, "\"num_outputs\" is 2, the node has 3 outputs");
  OpCall both = even(x, 1);
  both.inputs.push_back(vector<int64_t>({3}));
  expect_refused(both, "both input 1 and attribute");
}

}  // namespace
}  // namespace tundish
