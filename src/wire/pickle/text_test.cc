#include "wire/pickle/text.h"

#include <gtest/gtest.h>

namespace tundish::pickle {
namespace {

TEST(PickleText, decodes_and_encodes) {
  std::string out;
  EXPECT_TRUE(decode_python_escapes("\\t\\\\\\0\\8x\\", out));
  EXPECT_EQ(out, std::string("\t\\\0\\8x\\", 7));
  out.clear();
  EXPECT_TRUE(encode_latin1("a\xc3\xbf", out));
  EXPECT_EQ(out, "a\xff");
  EXPECT_FALSE(encode_latin1("\xc3", out));
  EXPECT_TRUE(is_ascii("123456789"));
  EXPECT_FALSE(is_ascii("12345678\x80"));
  EXPECT_EQ(classify_utf8("\xed\x95\x9c"), TextForm::kUtf8);
  EXPECT_EQ(classify_utf8("\xed\x95\x9c\xed\xa0\x80\xed"), TextForm::kInvalid);
  EXPECT_EQ(classify_utf8("\xed\xa0\x80\xed\x95\x9c"), TextForm::kSurrogates);
}

}  // namespace
}  // namespace tundish::pickle
