#include "ops/support/packed.h"

#include <gtest/gtest.h>

#include <vector>

namespace tundish::ops {
namespace {

constexpr DType kPackedTypes[] = {DType::kInt4, DType::kUint4, DType::kFloat4E2M1, DType::kInt2,
                                  DType::kUint2};

TEST(Packed, knows_the_types) {
  for (const DType dtype : kPackedTypes) EXPECT_TRUE(is_packed(dtype)) << dtype_name(dtype);
  EXPECT_FALSE(is_packed(DType::kInt8));
  EXPECT_FALSE(is_packed(DType::kFloat8E8M0));
  EXPECT_FALSE(is_packed(DType::kString));
  EXPECT_FALSE(is_packed(DType::kUndefined));
  EXPECT_EQ(elements_per_byte(DType::kInt4), 2);
  EXPECT_EQ(elements_per_byte(DType::kUint2), 4);
  EXPECT_EQ(packed_bytes(DType::kInt4, 0), 0);
  EXPECT_EQ(packed_bytes(DType::kInt4, 3), 2);
  EXPECT_EQ(packed_bytes(DType::kInt2, 8), 2);
  EXPECT_EQ(packed_bytes(DType::kInt2, 9), 3);
}

TEST(Packed, low_bits_come_first) {
  const uint8_t bytes[] = {0x21, 0xe3};
  uint8_t codes[8];
  unpack_codes(DType::kUint4, bytes, 0, 4, codes);
  EXPECT_EQ(std::vector<uint8_t>(codes, codes + 4), (std::vector<uint8_t>{1, 2, 3, 14}));
  unpack_codes(DType::kUint2, bytes, 0, 8, codes);
  EXPECT_EQ(std::vector<uint8_t>(codes, codes + 8), (std::vector<uint8_t>{1, 0, 2, 0, 3, 0, 2, 3}));
}

TEST(Packed, reads_from_and_writes_to_any_place) {
  uint8_t bytes[16];
  for (int i = 0; i < 16; ++i) bytes[i] = static_cast<uint8_t>(i * 37 + 11);
  for (const DType dtype : kPackedTypes) {
    const int64_t all = 16 * elements_per_byte(dtype);
    for (int64_t begin = 0; begin < 9; ++begin) {
      for (int64_t count = 0; count <= 19 && begin + count <= all; ++count) {
        uint8_t codes[20];
        unpack_codes(dtype, bytes, begin, count, codes);
        for (int64_t i = 0; i < count; ++i) {
          EXPECT_EQ(codes[i], packed_code(dtype, bytes, begin + i));
        }
        if (begin % elements_per_byte(dtype) != 0) continue;
        uint8_t copy[16] = {0xff};
        pack_codes(dtype, copy, begin, count, codes);
        for (int64_t i = 0; i < count; ++i)
          EXPECT_EQ(packed_code(dtype, copy, begin + i), codes[i]);
        const int64_t filled = packed_bytes(dtype, begin + count) * elements_per_byte(dtype);
        for (int64_t i = begin + count; i < filled; ++i) EXPECT_EQ(packed_code(dtype, copy, i), 0);
      }
    }
  }
}

TEST(Packed, sets_one_element_and_drops_high_bits) {
  uint8_t bytes[] = {0xff, 0xff};
  set_packed_code(DType::kInt4, bytes, 1, 0x35);
  EXPECT_EQ(bytes[0], 0x5f);
  set_packed_code(DType::kUint2, bytes, 6, 0xfc);
  EXPECT_EQ(bytes[1], 0xcf);
  const uint8_t codes[] = {0xf1, 0x02, 0x43};
  pack_codes(DType::kUint4, bytes, 0, 3, codes);
  EXPECT_EQ(bytes[0], 0x21);
  EXPECT_EQ(bytes[1], 0x03);
}

TEST(Packed, integers_have_signs) {
  const uint8_t nibbles[] = {0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe};
  int8_t values[16];
  unpack_integers(DType::kInt4, nibbles, 0, 16, values);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(values[i], i < 8 ? i : i - 16);
  unpack_integers(DType::kUint4, nibbles, 0, 16, values);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(values[i], i);
  const uint8_t pairs[] = {0xe4};
  unpack_integers(DType::kInt2, pairs, 0, 4, values);
  EXPECT_EQ(std::vector<int8_t>(values, values + 4), (std::vector<int8_t>{0, 1, -2, -1}));
  unpack_integers(DType::kUint2, pairs, 0, 4, values);
  EXPECT_EQ(std::vector<int8_t>(values, values + 4), (std::vector<int8_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace tundish::ops
