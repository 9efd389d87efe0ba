#include "wire/pickle/numpy_dtype.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tundish::pickle
