#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kAll[] = {"ReduceSum", "ReduceMean", "ReduceProd", "ReduceMax", "ReduceMin"};
constexpr const char* kSums[] = {"ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum",
                                 "ReduceLogSumExp"};

OpCall reduce(const char* op, Tensor x, Tensor axes, int64_t keep = 1) {
  return {op, {std::move(x), std::move(axes)}, {{"keepdims", keep}}};
}

TEST(Reduce, works_along_each_axis) {
  const Tensor x = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor first = vector<int64_t>({0});
  const Tensor last = vector<int64_t>({-1});
  expect_values<double>(run_op(reduce("ReduceSum", x, first)), {1, 3}, {5, 7, 9});
  expect_values<double>(run_op(reduce("ReduceSum", x, last, 0)), {2}, {6, 15});
  expect_values<double>(run_op(reduce("ReduceMean", x, first, 0)), {3}, {2.5, 3.5, 4.5});
  expect_values<double>(run_op(reduce("ReduceProd", x, last)), {2, 1}, {6, 120});
  expect_values<double>(run_op(reduce("ReduceMax", x, first, 0)), {3}, {4, 5, 6});
  expect_values<double>(run_op(reduce("ReduceMin", x, last, 0)), {2}, {1, 4});
}

TEST(Reduce, works_along_several_axes) {
  const Tensor x = tensor<int64_t>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  expect_values<int64_t>(run_op(reduce("ReduceSum", x, vector<int64_t>({0, -1}))), {1, 2, 1},
                         {14, 22});
  expect_values<int64_t>(run_op(reduce("ReduceSum", x, vector<int64_t>({1}), 0)), {2, 2},
                         {4, 6, 12, 14});
  expect_values<int64_t>(run_op(reduce("ReduceMax", x, vector<int64_t>({2, 1}), 0)), {2}, {4, 8});
  expect_values<int64_t>(run_op(reduce("ReduceSum", x, vector<int64_t>({2, 0, 1}), 0)), {}, {36});
}

TEST(Reduce, without_axes_takes_all_or_none) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_values<float>(run_op({"ReduceSum", {x}}), {1, 1}, {10});
  expect_values<float>(run_op({"ReduceMean", {x}, {{"keepdims", int64_t{0}}}}), {}, {2.5F});
  const Tensor none = tensor<int64_t>({}, {0});
  expect_values<float>(run_op(reduce("ReduceProd", x, none)), {1, 1}, {24});
  for (const char* op : kAll) {
    expect_values<float>(run_op({op, {x, none}, {{"noop_with_empty_axes", int64_t{1}}}}), {2, 2},
                         {1, 2, 3, 4});
    expect_values<float>(run_op({op, {Tensor::scalar(7.0F)}}), {}, {7});
  }
}

TEST(Reduce, of_nothing_is_the_neutral_element) {
  const Tensor x = tensor<double>({}, {2, 0});
  const Tensor last = vector<int64_t>({1});
  expect_values<double>(run_op(reduce("ReduceSum", x, last, 0)), {2}, {0, 0});
  expect_values<double>(run_op(reduce("ReduceProd", x, last, 0)), {2}, {1, 1});
  expect_values<double>(run_op(reduce("ReduceMean", x, last, 0)), {2}, {kNan, kNan});
  expect_values<double>(run_op(reduce("ReduceMax", x, last, 0)), {2}, {-kInf, -kInf});
  expect_values<double>(run_op(reduce("ReduceMin", x, last, 0)), {2}, {kInf, kInf});
  const Tensor bytes = tensor<int8_t>({}, {0});
  expect_values<int8_t>(run_op({"ReduceMax", {bytes}}), {1}, {-128});
  expect_values<int8_t>(run_op({"ReduceMin", {bytes}}), {1}, {127});
  for (const char* op : kAll) {
    expect_values<double>(run_op(reduce(op, x, vector<int64_t>({0}))), {1, 0}, {});
    expect_values<int64_t>(run_op(reduce(op, tensor<int64_t>({}, {0, 0}), last)), {0, 1}, {});
  }
}

TEST(Reduce, passes_nan_and_infinities_on) {
  const Tensor x = tensor<double>({1, kNan, 3, kInf, -kInf, 1}, {2, 3});
  const Tensor last = vector<int64_t>({1});
  expect_values<double>(run_op(reduce("ReduceSum", x, last, 0)), {2}, {kNan, kNan});
  expect_values<double>(run_op(reduce("ReduceMax", x, last, 0)), {2}, {kNan, kInf});
  expect_values<double>(run_op(reduce("ReduceMin", x, last, 0)), {2}, {kNan, -kInf});
  expect_values<double>(run_op(reduce("ReduceProd", x, last, 0)), {2}, {kNan, -kInf});
  // numpy adds to 0, so a negative zero is lost.
  expect_values<double>(run_op({"ReduceSum", {vector<double>({-0.0, -0.0})}}), {1}, {0.0});
}

TEST(Reduce, wraps_integers_and_cuts_their_mean) {
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
  expect_values<uint32_t>(run_op({"ReduceSum", {vector<uint32_t>({kMost, 3})}}), {1}, {2});
  expect_values<int32_t>(run_op({"ReduceProd", {vector<int32_t>({65536, 65536})}}), {1}, {0});
  expect_values<int64_t>(run_op({"ReduceMean", {vector<int64_t>({-7, 2})}}), {1}, {-2});
  expect_error(run_op({"ReduceMean", {tensor<int64_t>({}, {0})}}), ErrorCode::kInvalidArgument,
               "mean of no integers");
}

TEST(Reduce, takes_truth_as_0_and_1) {
  Tensor odd = Tensor::allocate(DType::kBool, Shape{2, 2}).value();
  static_cast<uint8_t*>(odd.mutable_data())[0] = 4;
  static_cast<uint8_t*>(odd.mutable_data())[1] = 1;
  static_cast<uint8_t*>(odd.mutable_data())[2] = 9;
  const Tensor last = vector<int64_t>({1});
  const Result<Tensor> most = run_op(reduce("ReduceMax", odd, last, 0));
  expect_values<bool>(most, {2}, {true, true});
  EXPECT_EQ(static_cast<const uint8_t*>(most.value().data())[1], 1);
  expect_values<bool>(run_op(reduce("ReduceMin", odd, last, 0)), {2}, {true, false});
  const Tensor none = tensor<bool>({}, {0});
  expect_values<bool>(run_op({"ReduceMax", {none}}), {1}, {false});
  expect_values<bool>(run_op({"ReduceMin", {none}}), {1}, {true});
}

// Bits of numpy 2: pairwise in eight lanes along the innermost axis, in order along the others.
TEST(Reduce, sums_in_the_order_of_numpy) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{2, 300}).value();
  for (int i = 0; i < 600; ++i) x.mutable_values<float>()[i] = 1.0F / static_cast<float>(i + 1);
  expect_values<float>(run_op(reduce("ReduceSum", x, vector<int64_t>({1}), 0)), {2},
                       {6.282665F, 0.6923145F});
  expect_values<float>(run_op(reduce("ReduceSum", x.reshaped({300, 2}), vector<int64_t>({0}), 0)),
                       {2}, {3.833647F, 3.1413326F});
  expect_values<float>(run_op({"ReduceMean", {x}, {{"keepdims", int64_t{0}}}}), {}, {0.011624966F});
}

TEST(Reduce, makes_norms_and_logarithms) {
  const Tensor x = tensor<double>({3, -4, 0, 1, 2, -2}, {2, 3});
  const Tensor last = vector<int64_t>({-1});
  expect_values<double>(run_op(reduce("ReduceL1", x, last, 0)), {2}, {7, 5});
  expect_values<double>(run_op(reduce("ReduceL2", x, last)), {2, 1}, {5, 3});
  expect_values<double>(run_op(reduce("ReduceSumSquare", x, last, 0)), {2}, {25, 9});
  expect_values<double>(run_op(reduce("ReduceSumSquare", x, vector<int64_t>({0}))), {1, 3},
                        {10, 20, 4});
  expect_near<double>(run_op(reduce("ReduceLogSum", x, last, 0)), {2}, {kNan, 0}, 0);
  expect_near<double>(run_op(reduce("ReduceLogSumExp", x, last, 0)), {2},
                      {3.049455609695646, 2.3265626412674703}, 1e-15);
  expect_near<double>(run_op(reduce("ReduceLogSumExp", x, vector<int64_t>({0}), 0)), {3},
                      {3.1269280110429727, 2.0024756851377306, 0.1269280110429726}, 2e-15);
}

TEST(Reduce, exponentials_do_not_overflow) {
  const Tensor x = tensor<double>({1000, 1000, -kInf, -kInf, kInf, 1, kNan, 1}, {4, 2});
  expect_near<double>(run_op(reduce("ReduceLogSumExp", x, vector<int64_t>({1}), 0)), {4},
                      {1000.6931471805599, -kInf, kInf, kNan}, 1e-15);
  Tensor many = Tensor::allocate(DType::kFloat32, Shape{1000}).value();
  expect_near<float>(run_op({"ReduceLogSumExp", {many}}), {1}, {6.9077554F}, 1e-6);
}

TEST(Reduce, without_axes_still_maps_each_element) {
  const Tensor x = vector<double>({-2, 3});
  const auto alone = [&](const char* op) {
    return run_op({op, {x}, {{"noop_with_empty_axes", int64_t{1}}}});
  };
  expect_values<double>(alone("ReduceL1"), {2}, {2, 3});
  expect_values<double>(alone("ReduceSumSquare"), {2}, {4, 9});
  expect_near<double>(alone("ReduceLogSum"), {2}, {kNan, 1.0986122886681098}, 1e-15);
  expect_values<double>(alone("ReduceLogSumExp"), {2}, {-2, 3});
}

TEST(Reduce, logarithms_of_nothing_are_minus_infinity) {
  const Tensor x = tensor<double>({}, {2, 0});
  const Tensor last = vector<int64_t>({1});
  expect_values<double>(run_op(reduce("ReduceL1", x, last, 0)), {2}, {0, 0});
  expect_values<double>(run_op(reduce("ReduceL2", x, last, 0)), {2}, {0, 0});
  expect_values<double>(run_op(reduce("ReduceSumSquare", x, last, 0)), {2}, {0, 0});
  expect_values<double>(run_op(reduce("ReduceLogSum", x, last, 0)), {2}, {-kInf, -kInf});
  expect_values<double>(run_op(reduce("ReduceLogSumExp", x, last, 0)), {2}, {-kInf, -kInf});
}

TEST(Reduce, cuts_roots_of_integers) {
  const Tensor x = vector<int32_t>({50000, -50000});
  expect_values<int32_t>(run_op({"ReduceL1", {x}}), {1}, {100000});
  expect_values<int32_t>(run_op({"ReduceL2", {x}}), {1}, {70710});
  expect_values<int64_t>(run_op({"ReduceLogSum", {vector<int64_t>({10, 20})}}), {1}, {3});
  expect_values<uint64_t>(run_op({"ReduceLogSumExp", {vector<uint64_t>({7, 1})}}), {1}, {7});
}

TEST(Reduce, computes_halves_in_float) {
  const Tensor x = halves<Float16>({2048, 1, 1, 1});
  expect_halves<Float16>(run_op({"ReduceSum", {x}}), {2051});
  expect_halves<Float16>(run_op({"ReduceMean", {halves<Float16>({60000, 60000})}}), {60000});
  expect_halves<Bfloat16>(run_op({"ReduceMax", {halves<Bfloat16>({1, NAN, 3})}}), {NAN});
  expect_halves<Float16>(run_op({"ReduceL2", {halves<Float16>({300, 400})}}), {500});
}

TEST(Reduce, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat64, Shape{60'000, 6}).value();
  for (int64_t i = 0; i < 360'000; ++i) x.mutable_values<double>()[i] = std::sin(double(i));
  std::vector<const char*> all(std::begin(kAll), std::end(kAll));
  all.insert(all.end(), std::begin(kSums), std::end(kSums));
  for (const char* op : all) {
    for (const int64_t axis : {0, 1}) {
      OpCall call = reduce(op, x, vector<int64_t>({axis}));
      const Tensor one = run_op(call).value();
      call.thread_count = 3;
      EXPECT_TRUE(same_bits(one, run_op(call).value())) << op << " along " << axis;
    }
  }
}

TEST(Reduce, infers_shapes) {
  const OpCall call = reduce("ReduceSum", tensor<double>({1, 2}, {1, 2}), vector<int64_t>({-1}));
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float64[N, 1]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?...]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({1})}), "float64[?, ?]");
  const OpCall drop = reduce("ReduceMax", call.inputs[0], vector<int64_t>({1}), 0);
  EXPECT_EQ(inferred(drop, {dims({symbol("N"), 2})}), "float64[N]");
  EXPECT_EQ(inferred(drop, {dims({symbol("N"), 2}), dims({1})}), "float64[?...]");
}

TEST(Reduce, rejects_axes_and_types) {
  const Tensor x = vector<double>({1, 2});
  for (const char* op : kAll) {
    expect_refused(reduce(op, x, vector<int64_t>({1})), "axis 1 outside [-1, 1)");
    expect_fails_to_run(reduce(op, x, vector<int64_t>({-2})), "axis -2 outside [-1, 1)");
    expect_refused(reduce(op, x, vector<int32_t>({0})), "input 1: element type int32");
    expect_refused({op, {strings({"a"})}}, "string is not allowed");
    expect_refused({op, {x}, {{"keepdims", std::string("no")}}}, "\"keepdims\"");
    EXPECT_EQ(traits_of(op), "p");
  }
  expect_refused({"ReduceSum", {vector<bool>({true})}}, "bool is not allowed");
  expect_refused({"ReduceMean", {vector<int8_t>({1})}}, "int8 is not allowed");
  const Tensor many = tensor<int64_t>({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {13});
  expect_fails_to_run(reduce("ReduceSum", x, many), "input 1: 13 entries, at most 12");
}

}  // namespace
}  // namespace tundish
