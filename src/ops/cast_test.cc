#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int32_t kLeast32 = std::numeric_limits<int32_t>::min();
constexpr int64_t kLeast64 = std::numeric_limits<int64_t>::min();

OpCall cast(Tensor x, DType to) {
  return {"Cast", {std::move(x)}, {{"to", static_cast<int64_t>(to)}}};
}

TEST(Cast, cuts_fractions_towards_zero) {
  const Tensor x = vector<double>({1.9, -1.9, -0.0, 0.5, 2147483647.5, -2147483648.0});
  expect_values<int32_t>(run_op(cast(x, DType::kInt32)), {6}, {1, -1, 0, 0, 2147483647, kLeast32});
  expect_values<int64_t>(run_op(cast(vector<float>({-1.5F, 16777216.0F}), DType::kInt64)), {2},
                         {-1, 16777216});
}

TEST(Cast, gives_the_least_integer_for_what_does_not_fit) {
  const Tensor x = vector<double>({kNan, kInf, -kInf, 3e9, -3e9});
  expect_values<int32_t>(run_op(cast(x, DType::kInt32)), {5},
                         {kLeast32, kLeast32, kLeast32, kLeast32, kLeast32});
  expect_values<int64_t>(run_op(cast(x, DType::kInt64)), {5},
                         {kLeast64, kLeast64, kLeast64, 3'000'000'000, -3'000'000'000});
  expect_values<int64_t>(run_op(cast(vector<double>({9.3e18, -9.3e18}), DType::kInt64)), {2},
                         {kLeast64, kLeast64});
}

TEST(Cast, wraps_numbers_into_narrow_and_unsigned_types) {
  const Tensor x = vector<double>({300, -1, 65536 + 7});
  expect_values<uint8_t>(run_op(cast(x, DType::kUint8)), {3}, {44, 255, 7});
  expect_values<int8_t>(run_op(cast(x, DType::kInt8)), {3}, {44, -1, 7});
  expect_values<int16_t>(run_op(cast(x, DType::kInt16)), {3}, {300, -1, 7});
  expect_values<uint16_t>(run_op(cast(x, DType::kUint16)), {3}, {300, 65535, 7});
  expect_values<uint32_t>(run_op(cast(vector<double>({-1, 4294967295.0}), DType::kUint32)), {2},
                          {4294967295U, 4294967295U});
  expect_values<uint64_t>(run_op(cast(vector<double>({-1, 1.5e19}), DType::kUint64)), {2},
                          {18446744073709551615U, 15000000000000000000U});
  expect_values<int8_t>(run_op(cast(vector<int64_t>({128, -129}), DType::kInt8)), {2}, {-128, 127});
  expect_values<uint64_t>(run_op(cast(vector<int32_t>({-1}), DType::kUint64)), {1},
                          {18446744073709551615U});
}

TEST(Cast, rounds_to_the_nearest_float) {
  const Tensor x = vector<double>({1e300, -1e300, 0.1, -0.0, kNan, 1e-50});
  expect_values<float>(run_op(cast(x, DType::kFloat32)), {6},
                       {INFINITY, -INFINITY, 0.1F, -0.0F, NAN, 0.0F});
  // Ties to even: 2^24 + 1 and 2^24 + 3.
  expect_values<float>(run_op(cast(vector<int32_t>({16777217, 16777219}), DType::kFloat32)), {2},
                       {16777216.0F, 16777220.0F});
  expect_values<double>(run_op(cast(vector<int64_t>({9007199254740993}), DType::kFloat64)), {1},
                        {9007199254740992.0});
  expect_values<double>(run_op(cast(vector<float>({0.1F}), DType::kFloat64)), {1},
                        {0.10000000149011612});
}

TEST(Cast, reads_and_writes_truth) {
  const Tensor x = vector<double>({0, -0.0, 1e-300, kNan, -2});
  expect_values<bool>(run_op(cast(x, DType::kBool)), {5}, {false, false, true, true, true});
  expect_values<bool>(run_op(cast(vector<int64_t>({0, 256}), DType::kBool)), {2}, {false, true});
  const Tensor truth = vector<bool>({false, true});
  expect_values<double>(run_op(cast(truth, DType::kFloat64)), {2}, {0, 1});
  expect_values<uint8_t>(run_op(cast(truth, DType::kUint8)), {2}, {0, 1});
  expect_values<bool>(run_op(cast(truth, DType::kBool)), {2}, {false, true});
  // Any byte but 0 is true.
  Tensor odd = Tensor::allocate(DType::kBool, Shape{2}).value();
  static_cast<uint8_t*>(odd.mutable_data())[1] = 7;
  expect_values<int32_t>(run_op(cast(odd, DType::kInt32)), {2}, {0, 1});
}

TEST(Cast, keeps_the_shape) {
  expect_values<int32_t>(run_op(cast(tensor<double>({}, {0, 3}), DType::kInt32)), {0, 3}, {});
  expect_values<int32_t>(run_op(cast(Tensor::scalar(2.5), DType::kInt32)), {}, {2});
  EXPECT_EQ(inferred(cast(vector<double>({1}), DType::kBool), {dims({symbol("N"), 3})}),
            "bool[N, 3]");
  EXPECT_EQ(inferred(cast(vector<double>({1}), DType::kInt8), {SymbolicShape()}), "int8[?...]");
}

TEST(Cast, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat64, Shape{300'000}).value();
  for (int64_t i = 0; i < 300'000; ++i) x.mutable_values<double>()[i] = std::sin(double(i)) * 1e6;
  OpCall call = cast(x, DType::kInt32);
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(Cast, rejects_types) {
  const Tensor x = vector<double>({1});
  expect_refused({"Cast", {x}}, "\"to\"");
  expect_refused({"Cast", {x}, {{"to", int64_t{0}}}}, "no element type has number 0");
  expect_refused({"Cast", {x}, {{"to", int64_t{99}}}}, "no element type has number 99");
  expect_refused(cast(x, DType::kString), "conversion to string", ErrorCode::kUnsupported);
  expect_refused(cast(x, DType::kFloat16), "conversion to float16", ErrorCode::kUnsupported);
  expect_refused(cast(strings({"1"}), DType::kInt64), "string", ErrorCode::kUnsupported);
  expect_refused(cast(Tensor::allocate(DType::kComplex64, Shape{1}).value(), DType::kInt64),
                 "complex64 is not allowed");
}

TEST(Cast, knows_its_directions) {
  EXPECT_EQ(traits_of("Cast"), "peim");
  const Tensor real = vector<double>({1});
  const Tensor whole = vector<int32_t>({1});
  const Tensor bytes = vector<uint8_t>({1});
  EXPECT_EQ(direction(cast(real, DType::kFloat32), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(cast(real, DType::kInt64), 0), Monotone::kNo);
  EXPECT_EQ(direction(cast(real, DType::kBool), 0), Monotone::kNo);
  EXPECT_EQ(direction(cast(whole, DType::kInt64), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(cast(whole, DType::kFloat32), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(cast(whole, DType::kInt16), 0), Monotone::kNo);
  EXPECT_EQ(direction(cast(whole, DType::kUint64), 0), Monotone::kNo);
  EXPECT_EQ(direction(cast(bytes, DType::kInt16), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(cast(bytes, DType::kInt8), 0), Monotone::kNo);
  EXPECT_EQ(direction(cast(vector<bool>({true}), DType::kInt8), 0), Monotone::kIncreasing);
}

}  // namespace
}  // namespace tundish
