#include "base/strings.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace tundish {
namespace {

double read_back(const std::string& text) {
  double value = 0.0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TEST(Cat, joins_texts_numbers_and_flags) {
  EXPECT_EQ(cat("a", 'b', std::string("c"), 1, -2, 3u, true, 0.5), "abc1-23true0.5");
  EXPECT_EQ(cat(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(cat(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
}

TEST(DoubleText, reads_back_as_the_same_double) {
  for (const double value : {0.1, 1.0 / 3.0, 1e300, 5e-324, -0.0, 123456789.0, 1e30}) {
    const double back = read_back(double_text(value));
    EXPECT_EQ(back, value);
    EXPECT_EQ(std::signbit(back), std::signbit(value));
  }
  EXPECT_EQ(double_text(0.1), "0.1");
  EXPECT_EQ(double_text(std::numeric_limits<double>::infinity()), "inf");
}

TEST(Quoted, escapes_what_a_terminal_would_obey) {
  EXPECT_EQ(quoted("plain"), "\"plain\"");
  EXPECT_EQ(quoted("a\"b\\c\nd"), "\"a\\\"b\\\\c\\nd\"");
  EXPECT_EQ(quoted("\x1b[31m"), "\"\\x1b[31m\"");
  EXPECT_EQ(quoted("\x7f"), "\"\\x7f\"");
}

TEST(Quoted, shows_look_alikes_and_broken_utf8) {
  EXPECT_EQ(quoted("\xd0\xb0"), "\"\\u0430\"");
  EXPECT_EQ(quoted("\xf0\x9f\x98\x80"), "\"\\U0001f600\"");
  EXPECT_EQ(quoted("\xff\xc3"), "\"\\xff\\xc3\"");
}

TEST(Quoted, cuts_long_texts) {
  EXPECT_EQ(quoted("abcdef", 3), "\"abc...\"");
  EXPECT_EQ(quoted("abc", 3), "\"abc\"");
}

TEST(Utf8, accepts_well_formed_and_refuses_the_rest) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xf0\x80\x80\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << quoted(bad);
  }
}

TEST(NearestWord, finds_typing_mistakes_and_nothing_else) {
  const std::vector<std::string> words = {"convert", "inspect", "run", "check"};
  EXPECT_EQ(nearest_word("convrt", words), "convert");
  EXPECT_EQ(nearest_word("inspcet", words), "inspect");
  EXPECT_EQ(nearest_word("rin", words), "run");
  EXPECT_EQ(nearest_word("banana", words), "");
  EXPECT_EQ(nearest_word("x", {}), "");
}

TEST(Strings, a_piece_of_utf8_ends_where_no_character_can_go_on) {
  const struct {
    const char* text;
    size_t bytes;
    bool is_whole;
  } cases[] = {{"a\xff", 1, true},
               {"\xc3\xa9x", 2, true},
               {"\xf0\x9f\x98\x80", 4, true},
               {"\xff", 1, false},
               {"\x80\x80", 1, false},
               {"\xc0\x80", 1, false},
               {"\xc3", 1, false},
               {"\xe2\x82", 2, false},
               {"\xe2\x82x", 2, false},
               {"\xe0\x80\x80", 1, false},
               {"\xed\xa0\x80", 1, false},
               {"\xf0\x9f\x98", 3, false},
               {"\xf4\x90\x80\x80", 1, false},
               {"\xf5\x80", 1, false}};
  for (const auto& one : cases) {
    const Utf8Piece piece = utf8_piece(one.text);
    EXPECT_EQ(piece.bytes, one.bytes) << quoted(one.text);
    EXPECT_EQ(piece.is_whole, one.is_whole) << quoted(one.text);
  }
}

}  // namespace
}  // namespace tundish
