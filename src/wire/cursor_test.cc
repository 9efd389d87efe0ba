#include "wire/cursor.h"

#include <gtest/gtest.h>

#include <vector>

namespace tundish {
namespace {

TEST(Cursor, reads_numbers_in_both_orders) {
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xff, 9};
  Cursor cursor(bytes);
  EXPECT_EQ(cursor.little<uint16_t>().value(), 0x0201);
  EXPECT_EQ(cursor.big<uint16_t>().value(), 0x0304);
  EXPECT_EQ(cursor.big<double>().value(), 1.0);
  EXPECT_EQ(cursor.big<int8_t>().value(), -1);
  EXPECT_EQ(cursor.peek(), 9);
  EXPECT_EQ(cursor.byte().value(), 9);
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(Cursor::load_big_endian<float>(bytes.data() + 4), 1.875f);
}

TEST(Cursor, names_offset_and_size_of_a_short_read) {
  const std::vector<uint8_t> bytes(15);
  Cursor cursor(bytes);
  ASSERT_TRUE(cursor.skip(12));
  const auto read = cursor.little<uint64_t>();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().to_string(), "need 8 bytes at offset 12, file has 15");
  EXPECT_EQ(cursor.position(), 12u);
  EXPECT_FALSE(cursor.take(~uint64_t{0}));
  EXPECT_FALSE(cursor.skip(4));
  EXPECT_FALSE(cursor.big<double>());
  EXPECT_EQ(cursor.take(3).value().size(), 3u);
  EXPECT_EQ(cursor.byte().error().to_string(), "need 1 byte at offset 15, file has 15");
}

TEST(Cursor, counts_offsets_from_its_base) {
  const std::vector<uint8_t> bytes = {'a', 'b', '\n', 'c'};
  Cursor cursor(bytes, 100);
  EXPECT_EQ(as_text(cursor.line().value()), "ab");
  EXPECT_EQ(cursor.offset(), 103u);
  EXPECT_EQ(cursor.rest().size(), 1u);
  EXPECT_EQ(cursor.all().size(), 4u);
  EXPECT_EQ(cursor.line().error().to_string(), "line at offset 103 has no end");
  EXPECT_TRUE(cursor.seek(4));
  EXPECT_FALSE(cursor.line());
  EXPECT_EQ(cursor.seek(5).error().to_string(), "offset 105 lies outside the file of 104 bytes");
}

}  // namespace
}  // namespace tundish
