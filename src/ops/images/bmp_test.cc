#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

// A file of 40 bytes of header, 2 x 2 pixels, then what `tail` has.
std::string bitmap(std::string_view height, std::string_view bits, std::string_view compression,
                   std::string_view start, std::string_view tail) {
  std::string hex = "424d0000000000000000";
  hex += start;
  hex +=
      "00000028000000"
      "02000000";
  hex += height;
  hex += "0100";
  hex += bits;
  hex += compression;
  hex +=
      "000000"
      "00000000"
      "00000000"
      "00000000"
      "00000000"
      "00000000";
  return hex + std::string(tail);
}

TEST(Bmp, is_decoded) {
  const std::vector<uint8_t> want{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const char* rows =
      "0908070c0b0a0000"
      "0302010605040000";
  expect_pixels(decode_image(bytes_of(bitmap("02000000", "1800", "00", "36", rows))), 2, 2, want);
  // Rows from the top down.
  const char* down =
      "0302010605040000"
      "0908070c0b0a0000";
  expect_pixels(decode_image(bytes_of(bitmap("feffffff", "1800", "00", "36", down))), 2, 2, want);
  const char* wide =
      "09080700"
      "0c0b0a00"
      "03020100"
      "06050400";
  expect_pixels(decode_image(bytes_of(bitmap("02000000", "2000", "00", "36", wide))), 2, 2, want);
}

TEST(Bmp, has_palettes_and_masks) {
  const std::string bits = bitmap("01000000", "0100", "00", "3e",
                                  "01020300"
                                  "04050600"
                                  "40000000");
  expect_pixels(decode_image(bytes_of(bits)), 1, 2, {3, 2, 1, 6, 5, 4});
  const std::string masks = bitmap("01000000", "1000", "03", "42",
                                   "00f80000"
                                   "e0070000"
                                   "1f000000"
                                   "00f8"
                                   "e007");
  expect_pixels(decode_image(bytes_of(masks)), 1, 2, {255, 0, 0, 0, 255, 0});
}

TEST(Bmp, damage_is_safe) {
  const std::string file = bitmap("01000000", "0100", "00", "3e",
                                  "01020300"
                                  "04050600"
                                  "40000000");
  expect_safe(decode_bmp, file);
  const auto packed = decode_bmp(bytes_of(bitmap("02000000", "0800", "01", "36", "")));
  ASSERT_FALSE(packed.has_value());
  EXPECT_EQ(packed.error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace tundish::ops
