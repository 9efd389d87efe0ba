#include "base/unicode_case.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

// Expected values are those of Python's str.lower() and str.upper().
TEST(UnicodeCase, maps_plain_letters) {
  EXPECT_EQ(lower_case("Hello, World 123"), "hello, world 123");
  EXPECT_EQ(upper_case("Hello, World 123"), "HELLO, WORLD 123");
  EXPECT_EQ(lower_case("ÀÉÎÕÜ ČŠŽ ПРИВЕТ"), "àéîõü čšž привет");
  EXPECT_EQ(upper_case("àéîõüÿ čšž привет"), "ÀÉÎÕÜŸ ČŠŽ ПРИВЕТ");
  EXPECT_EQ(lower_case("日本語 \U0001F600"), "日本語 \U0001F600");
  EXPECT_EQ(lower_case("\U00010400"), "\U00010428");
  EXPECT_EQ(upper_case("\u1e9f\ua64b\u01c5"), "\u1e9f\ua64a\u01c4");
  EXPECT_EQ(lower_case(""), "");
}

TEST(UnicodeCase, maps_letters_that_become_several) {
  EXPECT_EQ(upper_case("straße"), "STRASSE");
  EXPECT_EQ(upper_case("ﬃ ŉ"), "FFI ʼN");
  EXPECT_EQ(lower_case("İ"), "i̇");
  EXPECT_EQ(upper_case("ᾳ"), "ΑΙ");
}

TEST(UnicodeCase, ends_words_in_a_final_sigma) {
  EXPECT_EQ(lower_case("ΟΔΟΣ"), "οδος");
  EXPECT_EQ(lower_case("ΟΔΟΣ ΣΑΣ."), "οδος σας.");
  EXPECT_EQ(lower_case("Σ"), "σ");
  EXPECT_EQ(lower_case("ΑΣΑ"), "ασα");
  EXPECT_EQ(lower_case("Α'Σ'Α Α\u0301Σ"), "α'σ'α α\u0301ς");
}

TEST(UnicodeCase, leaves_broken_bytes) {
  EXPECT_EQ(lower_case("A\xffZ\xc3"), "a\xffz\xc3");
  EXPECT_EQ(upper_case("\xed\xa0\x80y\x80"), "\xed\xa0\x80Y\x80");
  EXPECT_EQ(upper_case("\xc1\xa1\xf5"), "\xc1\xa1\xf5");
  EXPECT_EQ(lower_case("\xff\xce\xa3"), "\xff\xcf\x83");
}

}  // namespace
}  // namespace tundish
