#include "ops/support/byte_table.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

TEST(ByteTable, numbers_of_codes) {
  const ByteNumbers plain = byte_numbers(DType::kUint8, {0.5F, 10});
  EXPECT_EQ(plain[0], -5);
  EXPECT_EQ(plain[255], 122.5F);
  const ByteNumbers with_sign = byte_numbers(DType::kInt8, {2, -1});
  EXPECT_EQ(with_sign[0x80], -254);
  EXPECT_EQ(with_sign[0x7f], 256);
}

TEST(ByteTable, codes_round_to_even_and_saturate) {
  float numbers[] = {0.5F, 1.5F, -1000, 1000};
  uint8_t codes[4];
  store_codes(DType::kInt8, {1, 3}, numbers, 4, codes);
  EXPECT_EQ(codes[0], 3);
  EXPECT_EQ(codes[1], 5);
  EXPECT_EQ(codes[2], 0x80);
  EXPECT_EQ(codes[3], 0x7f);
}

TEST(ByteTable, same_scale_changes_nothing) {
  const ByteScale scale{0.25F, 7};
  const ByteTable table = byte_table(byte_numbers(DType::kUint8, scale), DType::kUint8, scale);
  for (size_t i = 0; i < table.size(); ++i) EXPECT_EQ(table[i], i);
}

}  // namespace
}  // namespace tundish::ops
