#include "wire/pickle/numpy_dtype.h"

#include <gtest/gtest.h>

#include "wire/pickle/array_convert.h"
#include "wire/pickle/text.h"

namespace tundish::pickle {
namespace {

std::string parsed(std::string_view code) {
  const auto dtype = parse_dtype_code(code, Limits{});
  if (!dtype) return std::string(error_code_name(dtype.error().code()));
  return dtype->to_string();
}

TEST(NumpyDType, parses_codes) {
  for (const char* code :
       {"<f8", "<f4", "<f2",  "|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4",
        "<u8", "<c8", "<c16", "<U3", "|S3", "|V5", "|O",  "<M8", "<m8", ">f8", ">U2"})
    EXPECT_EQ(parsed(code), code);
  EXPECT_EQ(parsed("f8"), "<f8");
  EXPECT_EQ(parsed("=i4"), "<i4");
  EXPECT_EQ(parsed("?"), "|b1");
  EXPECT_EQ(parsed("O8"), "|O");
  EXPECT_EQ(parsed("U"), "|U0");
  EXPECT_EQ(parsed("f16"), "unsupported");
  for (const char* code :
       {"", "<", "q9", "f3", "f8x", "fx", "V99999999", "U2000000", "V99999999999999999999999"})
    EXPECT_EQ(parsed(code), "invalid_model") << code;
  NumpyDType dtype;
  EXPECT_FALSE(set_byte_order(dtype, "<<"));
  EXPECT_EQ(dtype.field("x"), nullptr);
}

TEST(NumpyDType, loads_elements) {
  const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 0x88};
  EXPECT_EQ(load_integer(bytes, DType::kInt16, false), 0x0201);
  EXPECT_EQ(load_integer(bytes, DType::kInt32, true), 0x01020304);
  EXPECT_EQ(load_integer(bytes, DType::kFloat64, false), 0);
  EXPECT_EQ(load_number(bytes, DType::kUint8, false), 1.0);
  EXPECT_NE(load_number(bytes, DType::kComplex64, false), 0.0);  // NaN
  EXPECT_EQ(load_number(bytes, DType::kUint64, false), static_cast<double>(0x8807060504030201));
}

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
