#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall top_k(Tensor x, int64_t k, int64_t axis = -1, int64_t largest = 1) {
  OpCall call{"TopK", {std::move(x), vector<int64_t>({k})}, {{"axis", axis}, {"largest", largest}}};
  call.output_count = 2;
  return call;
}

TEST(TopK, sorts_along_an_axis) {
  const Tensor x = tensor<float>({3, 1, 2, 4, 6, 5}, {2, 3});
  const auto largest = run_all(top_k(x, 2));
  expect_values<float>(nth(largest, 0), {2, 2}, {3, 2, 6, 5});
  expect_values<int64_t>(nth(largest, 1), {2, 2}, {0, 2, 1, 2});
  const auto smallest = run_all(top_k(x, 3, 1, 0));
  expect_values<float>(nth(smallest, 0), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values<int64_t>(nth(smallest, 1), {2, 3}, {1, 2, 0, 0, 2, 1});
  const auto columns = run_all(top_k(x, 1, 0));
  expect_values<float>(nth(columns, 0), {1, 3}, {4, 6, 5});
  expect_values<int64_t>(nth(columns, 1), {1, 3}, {1, 1, 1});
  expect_values<float>(nth(run_all(top_k(x, 0)), 0), {2, 0}, {});
}

TEST(TopK, equal_elements_keep_their_order) {
  for (const int64_t largest : {0, 1}) {
    const auto got = run_all(top_k(vector<double>({1, -0.0, 1, 0.0, 1}), 5, 0, largest));
    if (largest != 0) {
      expect_values<int64_t>(nth(got, 1), {5}, {0, 2, 4, 1, 3});
      expect_values<double>(nth(got, 0), {5}, {1, 1, 1, -0.0, 0.0});
    } else {
      expect_values<int64_t>(nth(got, 1), {5}, {1, 3, 0, 2, 4});
    }
  }
}

TEST(TopK, takes_every_type) {
  expect_values<int8_t>(run_op(top_k(vector<int8_t>({-1, 5, -128}), 2)), {2}, {5, -1});
  expect_values<uint64_t>(run_op(top_k(vector<uint64_t>({1, ~uint64_t{0}, 5}), 1)), {1},
                          {~uint64_t{0}});
  expect_values<int64_t>(run_op(top_k(vector<int64_t>({0, INT64_MIN}), 1, 0, 0)), {1}, {INT64_MIN});
  expect_values<Bfloat16>(run_op(top_k(vector<Bfloat16>({Bfloat16(-2.0F), Bfloat16(1.0F)}), 1)),
                          {1}, {Bfloat16(1.0F)});
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  expect_values<double>(run_op(top_k(vector<double>({1, kNan, 2}), 2)), {2}, {kNan, 2});
  expect_values<double>(run_op(top_k(vector<double>({kNan, 1, 2}), 2, 0, 0)), {2}, {1, 2});
}

TEST(TopK, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kInt32, Shape{300, 100, 2}).value();
  uint32_t state = 1;
  for (int32_t& value : x.mutable_values<int32_t>()) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<int32_t>(state >> 24);
  }
  OpCall call = top_k(x, 7, 1);
  const auto want = run_all(call);
  call.thread_count = 3;
  const auto got = run_all(call);
  EXPECT_TRUE(same_bits(nth(got, 0).value(), nth(want, 0).value()));
  EXPECT_TRUE(same_bits(nth(got, 1).value(), nth(want, 1).value()));
}

TEST(TopK, infers_shapes) {
  const OpCall call = top_k(tensor<float>({1, 2}, {1, 2}), 2);
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("K")})}), "float32[N, 2] int64[N, 2]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({1})}), "float32[N, ?] int64[N, ?]");
}

TEST(TopK, refusals) {
  const Tensor x = vector<float>({1, 2});
  expect_refused(top_k(x, 3), "k is 3 for an axis of size 2");
  expect_fails_to_run(top_k(x, int64_t{1} << 40), "k is 1099511627776 for an axis of size 2");
  expect_refused(top_k(x, -1), "k is -1");
  expect_refused(top_k(x, 1, 1), "axis 1 outside [-1, 1)");
  expect_fails_to_run(top_k(x, 1, 1), "axis 1 outside [-1, 1)");
  OpCall two = top_k(x, 1);
  two.inputs[1] = vector<int64_t>({1, 2});
  expect_refused(two, "expected one number, got shape [2]");
  expect_refused(top_k(strings({"a"}), 1), "input 0: element type string");
}

}  // namespace
}  // namespace tundish
