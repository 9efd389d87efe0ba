#include "ir/text_cursor.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(TextCursor, tokens_and_places) {
  TextCursor at("graph # rest\n  -1.5e-3 \"a\\nb\\U0001f600\"");
  EXPECT_FALSE(at.take_word("gra"));
  EXPECT_TRUE(at.take_word("graph"));
  EXPECT_EQ(at.place(), "line 2, column 3");
  EXPECT_EQ(*at.number(), "-1.5e-3");
  EXPECT_EQ(*at.string(), "a\nb\xf0\x9f\x98\x80");
  EXPECT_TRUE(at.at_end());
  EXPECT_EQ(at.peek(), '\0');
  EXPECT_FALSE(at.word());
  EXPECT_FALSE(at.number());
  EXPECT_FALSE(at.expect("x"));
}

TEST(TextCursor, numbers_end_where_they_end) {
  TextCursor at("1-2 +inf -nan");
  EXPECT_EQ(*at.number(), "1");
  EXPECT_EQ(*at.integer(), -2);
  EXPECT_EQ(*at.number(), "inf");
  EXPECT_EQ(*at.number(), "-nan");
}

TEST(TextCursor, types) {
  EXPECT_EQ(TextCursor("map(string, int64[?...])").type()->to_string(), "map(string, int64[?...])");
  EXPECT_EQ(TextCursor("sparse(float32[N, 3])").type()->to_string(), "sparse(float32[N, 3])");
  EXPECT_FALSE(TextCursor("sparse(seq(int8[]))").type());
  EXPECT_FALSE(TextCursor("map(nope, int8[])").type());
}

}  // namespace
}  // namespace tundish
