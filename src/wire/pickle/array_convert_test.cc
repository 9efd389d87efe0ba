#include "wire/pickle/array_convert.h"

#include <gtest/gtest.h>

namespace tundish::pickle {
namespace {

TEST(ArrayConvert, loads_elements) {
  const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 0x88};
  EXPECT_EQ(load_integer(bytes, DType::kInt16, ByteOrder::kLittle), 0x0201);
  EXPECT_EQ(load_integer(bytes, DType::kInt32, ByteOrder::kBig), 0x01020304);
  EXPECT_EQ(load_integer(bytes, DType::kFloat64, ByteOrder::kLittle), 0);
  EXPECT_EQ(load_number(bytes, DType::kUint8, ByteOrder::kLittle), 1.0);
  EXPECT_NE(load_number(bytes, DType::kComplex64, ByteOrder::kLittle), 0.0);  // NaN
  EXPECT_EQ(load_number(bytes, DType::kUint64, ByteOrder::kLittle),
            static_cast<double>(0x8807060504030201));
}

TEST(ArrayConvert, decodes_text) {
  std::string out;
  const uint8_t big[8] = {0, 0, 0x20, 0xac, 0, 0, 0, 0};
  EXPECT_TRUE(decode_ucs4(big, 8, ByteOrder::kBig, out));
  EXPECT_EQ(out, "\xe2\x82\xac");
  const uint8_t beyond[4] = {0, 0, 0x11, 0};
  EXPECT_FALSE(decode_ucs4(beyond, 4, ByteOrder::kLittle, out));
}

TEST(ArrayConvert, refuses_an_array_without_contents) {
  const ObjectGraph graph(nullptr, {}, 1 << 20);
  EXPECT_EQ(array_tensor(graph, Array{}).error().code(), ErrorCode::kInvalidModel);
}

}  // namespace
}  // namespace tundish::pickle
