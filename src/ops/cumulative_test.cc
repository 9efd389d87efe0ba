#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall call(const char* op, Tensor x, int64_t axis, int64_t exclusive = 0, int64_t reverse = 0) {
  return {
      op, {std::move(x), Tensor::scalar(axis)}, {{"exclusive", exclusive}, {"reverse", reverse}}};
}

TEST(Cumulative, goes_along_one_axis) {
  const Tensor x = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<double>(run_op(call("CumSum", x, 1)), {2, 3}, {1, 3, 6, 4, 9, 15});
  expect_values<double>(run_op(call("CumSum", x, 0)), {2, 3}, {1, 2, 3, 5, 7, 9});
  expect_values<double>(run_op(call("CumProd", x, -1)), {2, 3}, {1, 2, 6, 4, 20, 120});
  expect_values<double>(run_op(call("CumProd", x, -2)), {2, 3}, {1, 2, 3, 4, 10, 18});
}

TEST(Cumulative, leaves_out_its_own_element_and_turns_round) {
  const Tensor x = vector<int32_t>({1, 2, 3});
  expect_values<int32_t>(run_op(call("CumSum", x, 0, 1, 0)), {3}, {0, 1, 3});
  expect_values<int32_t>(run_op(call("CumSum", x, 0, 0, 1)), {3}, {6, 5, 3});
  expect_values<int32_t>(run_op(call("CumSum", x, 0, 1, 1)), {3}, {5, 3, 0});
  expect_values<int32_t>(run_op(call("CumProd", x, 0, 1, 0)), {3}, {1, 1, 2});
  expect_values<int32_t>(run_op(call("CumProd", x, 0, 0, 1)), {3}, {6, 6, 3});
  expect_values<int32_t>(run_op(call("CumProd", x, 0, 1, 1)), {3}, {6, 3, 1});
}

TEST(Cumulative, wraps_integers_and_sums_halves_in_float) {
  expect_values<int64_t>(run_op(call("CumSum", vector<int64_t>({INT64_MAX, 1}), 0)), {2},
                         {INT64_MAX, INT64_MIN});
  expect_values<uint32_t>(run_op(call("CumProd", vector<uint32_t>({65536, 65537}), 0)), {2},
                          {65536, 65536});
  expect_halves<Bfloat16>(run_op(call("CumSum", halves<Bfloat16>({256, 1, 1, 1, 1}), 0)),
                          {256, 257, 258, 259, 260});
}

TEST(Cumulative, of_nothing_is_nothing) {
  expect_values<float>(run_op(call("CumSum", tensor<float>({}, {0, 2}), 0)), {0, 2}, {});
  expect_values<float>(run_op(call("CumProd", tensor<float>({}, {2, 0}), 1, 1)), {2, 0}, {});
}

TEST(Cumulative, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{60'000, 3, 2}).value();
  for (int64_t i = 0; i < 360'000; ++i) x.mutable_values<float>()[i] = 1.0F / float(i % 17 + 1);
  for (const int64_t axis : {0, 1, 2}) {
    OpCall one = call("CumSum", x, axis);
    const Tensor alone = run_op(one).value();
    one.thread_count = 3;
    EXPECT_TRUE(same_bits(alone, run_op(one).value()));
  }
}

TEST(Cumulative, rejects_axes_and_types) {
  const Tensor x = vector<double>({1, 2});
  for (const char* op : {"CumSum", "CumProd"}) {
    expect_refused(call(op, x, 1), "axis 1 outside [-1, 1)");
    expect_fails_to_run(call(op, x, -2), "axis -2 outside [-1, 1)");
    expect_refused({op, {x, vector<int64_t>({0, 0})}}, "expected one axis, got [2]");
    expect_fails_to_run({op, {x, vector<int64_t>({0, 0})}}, "2 axes, expected one");
    expect_refused({op, {x, Tensor::scalar(1.0F)}}, "input 1: element type float32");
    expect_refused({op, {vector<int8_t>({1}), Tensor::scalar(int64_t{0})}}, "int8 is not allowed");
    expect_refused({op, {x, Tensor::scalar(int64_t{0})}, {{"reverse", 1.0F}}}, "\"reverse\"");
    EXPECT_EQ(inferred(call(op, x, 0), {dims({symbol("N")})}), "float64[N]");
    EXPECT_EQ(traits_of(op), "p");
  }
}

}  // namespace
}  // namespace tundish
