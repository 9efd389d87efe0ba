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

/// A tensor of these bytes.
Tensor of_bytes(DType dtype, const Shape& shape, std::initializer_list<uint8_t> bytes) {
  Tensor made = Tensor::allocate(dtype, shape).value();
  EXPECT_EQ(made.byte_count(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(made.mutable_data()));
  return made;
}
void expect_bytes(const Result<Tensor>& got, DType dtype, std::initializer_list<uint8_t> bytes) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  EXPECT_EQ(got.value().dtype(), dtype);
  const auto* data = static_cast<const uint8_t*>(got.value().data());
  EXPECT_EQ(std::vector<uint8_t>(data, data + got.value().byte_count()),
            std::vector<uint8_t>(bytes));
}

TEST(Cast, reads_and_writes_halves) {
  const Tensor x = vector<float>({1, -2.5F, 65520, 1e-8F, NAN, 70000});
  expect_bytes(run_op(cast(x, DType::kFloat16)), DType::kFloat16,
               {0x00, 0x3c, 0x00, 0xc1, 0x00, 0x7c, 0x00, 0x00, 0x00, 0x7e, 0x00, 0x7c});
  const Tensor halves = of_bytes(DType::kBfloat16, {3}, {0x80, 0x3f, 0x20, 0xc0, 0x80, 0x7f});
  expect_values<double>(run_op(cast(halves, DType::kFloat64)), {3}, {1, -2.5, kInf});
  expect_values<int8_t>(run_op(cast(halves, DType::kInt8)), {3}, {1, -2, 0});
  expect_bytes(run_op(cast(vector<int64_t>({3, 100000}), DType::kFloat16)), DType::kFloat16,
               {0x00, 0x42, 0x00, 0x7c});
}

TEST(Cast, saturates_8_bit_floats_unless_told) {
  const Tensor x = vector<float>({1e6F, -INFINITY, 0.5F, NAN});
  OpCall call = cast(x, DType::kFloat8E4M3FN);
  expect_bytes(run_op(call), DType::kFloat8E4M3FN, {0x7e, 0xfe, 0x30, 0x7f});
  call.attributes.emplace_back("saturate", int64_t{0});
  expect_bytes(run_op(call), DType::kFloat8E4M3FN, {0x7f, 0xff, 0x30, 0x7f});
  call = cast(x, DType::kFloat8E5M2);
  call.attributes.emplace_back("saturate", int64_t{0});
  expect_bytes(run_op(call), DType::kFloat8E5M2, {0x7c, 0xfc, 0x38, 0x7e});
  const Tensor infinities = of_bytes(DType::kFloat8E5M2, {3}, {0x7c, 0xfc, 0x3c});
  expect_bytes(run_op(cast(infinities, DType::kFloat8E5M2)), DType::kFloat8E5M2,
               {0x7b, 0xfb, 0x3c});
  call = cast(infinities, DType::kFloat8E5M2);
  call.attributes.emplace_back("saturate", int64_t{0});
  expect_bytes(run_op(call), DType::kFloat8E5M2, {0x7c, 0xfc, 0x3c});
  const Tensor codes = of_bytes(DType::kFloat8E4M3FNUZ, {3}, {0x80, 0x40, 0xc0});
  expect_values<float>(run_op(cast(codes, DType::kFloat32)), {3}, {NAN, 1, -1});
}

TEST(Cast, rounds_to_powers_of_two) {
  const Tensor x = vector<float>({1.5F, 1.25F, 2});
  const auto rounded = [&](const char* mode) {
    OpCall call = cast(x, DType::kFloat8E8M0);
    call.attributes.emplace_back("round_mode", std::string(mode));
    return run_op(call);
  };
  expect_bytes(rounded("up"), DType::kFloat8E8M0, {128, 128, 128});
  expect_bytes(rounded("down"), DType::kFloat8E8M0, {127, 127, 128});
  expect_bytes(rounded("nearest"), DType::kFloat8E8M0, {128, 127, 128});
  OpCall call = cast(x, DType::kFloat8E8M0);
  call.attributes.emplace_back("round_mode", std::string("even"));
  expect_refused(call, "\"round_mode\" is \"even\"");
}

TEST(Cast, packs_what_is_under_one_byte) {
  const Tensor x = vector<float>({-9, -8.7F, 7.9F, 8, 15.5F});  // cut, then the low bits
  expect_bytes(run_op(cast(x, DType::kInt4)), DType::kInt4, {0x87, 0x87, 0x0f});
  expect_bytes(run_op(cast(x, DType::kUint2)), DType::kUint2, {0x33, 0x03});
  expect_bytes(run_op(cast(vector<float>({0.48F, -3.5F, 9}), DType::kFloat4E2M1)),
               DType::kFloat4E2M1, {0xe1, 0x07});
  const Tensor nibbles = of_bytes(DType::kInt4, {3}, {0x87, 0x0f});
  expect_values<int8_t>(run_op(cast(nibbles, DType::kInt8)), {3}, {7, -8, -1});
  expect_values<bool>(run_op(cast(of_bytes(DType::kUint2, {4}, {0xe4}), DType::kBool)), {4},
                      {false, true, true, true});
  expect_bytes(run_op(cast(nibbles, DType::kUint4)), DType::kUint4, {0x87, 0x0f});
}

TEST(Cast, writes_numbers_as_text) {
  expect_strings(run_op(cast(vector<float>({0.1F, 3, NAN, -INFINITY}), DType::kString)),
                 {"0.1", "3", "NaN", "-INF"});
  expect_strings(run_op(cast(vector<double>({314.15926}), DType::kString)), {"314.15926"});
  expect_strings(run_op(cast(vector<int8_t>({-3, 7}), DType::kString)), {"-3", "7"});
  expect_strings(run_op(cast(vector<uint64_t>({18446744073709551615U}), DType::kString)),
                 {"18446744073709551615"});
  expect_strings(run_op(cast(vector<bool>({true, false}), DType::kString)), {"1", "0"});
  expect_strings(run_op(cast(strings({"same"}), DType::kString)), {"same"});
}

TEST(Cast, reads_numbers_from_text) {
  const Tensor x = strings({"3.14", "1e-5", "INF", "nan", " -2 "});
  expect_values<double>(run_op(cast(x, DType::kFloat64)), {5}, {3.14, 1e-5, kInf, kNan, -2});
  expect_values<float>(run_op(cast(x, DType::kFloat32)), {5}, {3.14F, 1e-5F, INFINITY, NAN, -2});
  expect_values<int64_t>(run_op(cast(strings({"100.5", "-7", "1e3"}), DType::kInt64)), {3},
                         {100, -7, 1000});
  expect_values<uint8_t>(run_op(cast(strings({"255", "-0.5"}), DType::kUint8)), {2}, {255, 0});
  expect_values<uint64_t>(run_op(cast(strings({"18446744073709551615"}), DType::kUint64)), {1},
                          {18446744073709551615U});
  expect_values<bool>(run_op(cast(strings({"0", "2", "True", "false"}), DType::kBool)), {4},
                      {false, true, true, false});
  expect_bytes(run_op(cast(strings({"1", "-2.5"}), DType::kFloat16)), DType::kFloat16,
               {0x00, 0x3c, 0x00, 0xc1});
  expect_bytes(run_op(cast(strings({"-8", "7"}), DType::kInt4)), DType::kInt4, {0x78});
}

TEST(Cast, names_texts_that_are_no_numbers) {
  expect_error(run_op(cast(strings({"1", "Hello"}), DType::kFloat32)), ErrorCode::kInvalidArgument,
               "input 0: element 1, \"Hello\", is no number that float32 can hold");
  for (const char* text : {"", "300", "-129", "nan", "inf", "1e30"}) {
    expect_error(run_op(cast(strings({text}), DType::kInt8)), ErrorCode::kInvalidArgument,
                 "int8 can hold");
  }
  expect_error(run_op(cast(strings({"9223372036854775808"}), DType::kInt64)),
               ErrorCode::kInvalidArgument, "int64 can hold");
  expect_error(run_op(cast(strings({"-1"}), DType::kUint64)), ErrorCode::kInvalidArgument,
               "uint64 can hold");
  expect_error(run_op(cast(strings({"yes"}), DType::kBool)), ErrorCode::kInvalidArgument,
               "bool can hold");
}

TEST(Cast, rejects_types) {
  const Tensor x = vector<double>({1});
  expect_refused({"Cast", {x}}, "\"to\"");
  expect_refused({"Cast", {x}, {{"to", int64_t{0}}}}, "no element type has number 0");
  expect_refused({"Cast", {x}, {{"to", int64_t{99}}}}, "no element type has number 99");
  expect_refused(cast(x, DType::kComplex64), "conversion to complex64 is not allowed");
  expect_refused(cast(Tensor::allocate(DType::kComplex64, Shape{1}).value(), DType::kInt64),
                 "complex64 is not allowed");
}

TEST(CastLike, takes_the_type_of_another_tensor) {
  const Tensor x = vector<double>({1.5, -1.5});
  expect_values<int8_t>(run_op({"CastLike", {x, Tensor::scalar(int8_t{0})}}), {2}, {1, -1});
  expect_strings(run_op({"CastLike", {x, strings({})}}), {"1.5", "-1.5"});
  const Tensor narrow = Tensor::allocate(DType::kFloat8E5M2, Shape{3}).value();
  const OpCall call{"CastLike", {vector<float>({1e6F}), narrow}, {{"saturate", int64_t{0}}}};
  expect_bytes(run_op(call), DType::kFloat8E5M2, {0x7c});
  EXPECT_EQ(inferred({"CastLike", {x, Tensor::scalar(int8_t{0})}}, {dims({symbol("N")})}),
            "int8[N]");
  expect_refused({"CastLike", {x, Tensor::allocate(DType::kComplex64, Shape{1}).value()}},
                 "complex64 is not allowed");
  EXPECT_EQ(traits_of("CastLike"), "pi");
}

TEST(BitCast, keeps_the_bits) {
  const auto bit_cast = [](Tensor x, DType to) {
    return OpCall{"BitCast", {std::move(x)}, {{"to", static_cast<int64_t>(to)}}};
  };
  expect_values<int32_t>(run_op(bit_cast(vector<float>({1, -0.0F}), DType::kInt32)), {2},
                         {0x3f800000, kLeast32});
  expect_values<uint8_t>(run_op(bit_cast(vector<bool>({true}), DType::kUint8)), {1}, {1});
  expect_bytes(run_op(bit_cast(of_bytes(DType::kInt4, {3}, {0x21, 0x0e}), DType::kFloat4E2M1)),
               DType::kFloat4E2M1, {0x21, 0x0e});
  expect_values<double>(run_op(bit_cast(Tensor::scalar(int64_t{0}), DType::kFloat64)), {}, {0});
  expect_refused(bit_cast(vector<float>({1}), DType::kInt64),
                 "float32 has not as many bits as int64");
  expect_refused(bit_cast(strings({"1"}), DType::kInt64), "string is not allowed");
  expect_refused(bit_cast(vector<float>({1}), DType::kString), "as many bits as string");
  EXPECT_EQ(traits_of("BitCast"), "pei");
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
  EXPECT_EQ(direction(cast(real, DType::kFloat16), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(cast(real, DType::kFloat8E5M2), 0), Monotone::kNo);
  EXPECT_EQ(direction(cast(real, DType::kString), 0), Monotone::kNo);
}

}  // namespace
}  // namespace tundish
