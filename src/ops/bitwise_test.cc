#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall shift(Tensor x, Tensor bits, const char* direction) {
  return {"BitShift", {std::move(x), std::move(bits)}, {{"direction", std::string(direction)}}};
}

TEST(Bitwise, combines_bits) {
  const Tensor a = vector<uint8_t>({0x0f, 0xff, 0xa5, 0});
  const Tensor b = vector<uint8_t>({0x3c, 0x80, 0x5a, 7});
  expect_values<uint8_t>(run_op({"BitwiseAnd", {a, b}}), {4}, {0x0c, 0x80, 0, 0});
  expect_values<uint8_t>(run_op({"BitwiseOr", {a, b}}), {4}, {0x3f, 0xff, 0xff, 7});
  expect_values<uint8_t>(run_op({"BitwiseXor", {a, b}}), {4}, {0x33, 0x7f, 0xff, 7});
  expect_values<uint8_t>(run_op({"BitwiseNot", {a}}), {4}, {0xf0, 0, 0x5a, 0xff});
}

TEST(Bitwise, takes_integers_of_every_width) {
  expect_values<int8_t>(run_op({"BitwiseNot", {vector<int8_t>({0, -128})}}), {2}, {-1, 127});
  expect_values<int16_t>(
      run_op({"BitwiseAnd", {vector<int16_t>({-2, 300}), vector<int16_t>({3, -256})}}), {2},
      {2, 256});
  expect_values<uint16_t>(run_op({"BitwiseNot", {vector<uint16_t>({1})}}), {1}, {0xfffe});
  expect_values<int32_t>(run_op({"BitwiseXor", {vector<int32_t>({-1}), vector<int32_t>({1})}}), {1},
                         {-2});
  expect_values<uint32_t>(run_op({"BitwiseNot", {vector<uint32_t>({0})}}), {1}, {0xffffffffU});
  expect_values<int64_t>(
      run_op({"BitwiseOr", {vector<int64_t>({int64_t{1} << 40}), vector<int64_t>({-8})}}), {1},
      {-8});
  expect_values<uint64_t>(run_op({"BitwiseNot", {vector<uint64_t>({0})}}), {1},
                          {std::numeric_limits<uint64_t>::max()});
}

TEST(Bitwise, broadcasts) {
  const Tensor a = tensor<int32_t>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<int32_t>(run_op({"BitwiseAnd", {a, vector<int32_t>({1, 2, 4})}}), {2, 3},
                         {1, 2, 0, 0, 0, 4});
  expect_values<int32_t>(run_op({"BitwiseOr", {Tensor::scalar(int32_t{8}), a}}), {2, 3},
                         {9, 10, 11, 12, 13, 14});
  expect_values<int32_t>(run_op({"BitwiseNot", {tensor<int32_t>({}, {0, 2})}}), {0, 2}, {});
}

TEST(BitShift, moves_bits) {
  const Tensor x = vector<uint8_t>({16, 4, 1, 255});
  const Tensor bits = vector<uint8_t>({1, 2, 3, 4});
  expect_values<uint8_t>(run_op(shift(x, bits, "RIGHT")), {4}, {8, 1, 0, 15});
  expect_values<uint8_t>(run_op(shift(x, bits, "LEFT")), {4}, {32, 16, 8, 240});
  expect_values<uint64_t>(
      run_op(shift(vector<uint64_t>({1, 3}), vector<uint64_t>({63, 1}), "LEFT")), {2},
      {uint64_t{1} << 63, 6});
  expect_values<uint16_t>(
      run_op(shift(vector<uint16_t>({0x8001}), Tensor::scalar(uint16_t{15}), "RIGHT")), {1}, {1});
}

TEST(BitShift, by_all_bits_and_more_leaves_none) {
  expect_values<uint8_t>(run_op(shift(vector<uint8_t>({255}), vector<uint8_t>({8}), "LEFT")), {1},
                         {0});
  const Tensor word = vector<uint32_t>({0xffffffffU, 0xffffffffU, 0xffffffffU});
  const Tensor bits = vector<uint32_t>({31, 32, 0xffffffffU});
  expect_values<uint32_t>(run_op(shift(word, bits, "RIGHT")), {3}, {1, 0, 0});
  const Tensor longs = vector<uint64_t>({7, 7});
  expect_values<uint64_t>(
      run_op(shift(longs, vector<uint64_t>({64, std::numeric_limits<uint64_t>::max()}), "LEFT")),
      {2}, {0, 0});
}

TEST(Bitwise, rejects_types_and_directions) {
  const Tensor real = vector<float>({1});
  const Tensor whole = vector<int32_t>({1});
  const Tensor bytes = vector<uint8_t>({1});
  expect_refused({"BitwiseAnd", {real, real}}, "float32 is not allowed");
  expect_refused({"BitwiseOr", {whole, bytes}}, "differ in element type");
  expect_refused({"BitwiseNot", {vector<bool>({true})}}, "bool is not allowed");
  expect_refused(shift(whole, whole, "LEFT"), "int32 is not allowed");
  expect_refused(shift(bytes, bytes, "left"), "\"direction\" is \"left\"");
  expect_refused({"BitShift", {bytes, bytes}}, "\"direction\" is missing");
  expect_refused({"BitwiseXor", {vector<int32_t>({1, 2}), vector<int32_t>({1, 2, 3})}}, "axis");
}

TEST(Bitwise, claims_what_holds) {
  EXPECT_EQ(traits_of("BitwiseAnd"), "pei");
  EXPECT_EQ(traits_of("BitwiseNot"), "peim");
  EXPECT_EQ(direction({"BitwiseNot", {vector<int32_t>({1})}}, 0), Monotone::kDecreasing);
  EXPECT_EQ(traits_of("BitShift"), "pei");
}

}  // namespace
}  // namespace tundish
