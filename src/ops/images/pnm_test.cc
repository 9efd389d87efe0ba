#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

DecodedImage decode(std::string_view text) {
  return decode_image(std::vector<uint8_t>(text.begin(), text.end()));
}

TEST(Pnm, is_decoded) {
  using std::string_view_literals::operator""sv;
  expect_pixels(decode("P6 2 1 255\n\1\2\3\4\5\6"sv), 1, 2, {1, 2, 3, 4, 5, 6});
  expect_pixels(decode("P3 # red\n1 1\n15\n15 0 # blue\n3"sv), 1, 1, {255, 0, 51});
  expect_pixels(decode("P5 2 1 65535\n\xff\xff\0\0"sv), 1, 2, {255, 255, 255, 0, 0, 0});
  expect_pixels(decode("P2 1 1 3 1"sv), 1, 1, {85, 85, 85});
  expect_pixels(decode("P1 2 1 10"sv), 1, 2, {0, 0, 0, 255, 255, 255});
  expect_pixels(decode("P4 2 1\n\x40"sv), 1, 2, {255, 255, 255, 0, 0, 0});
}

TEST(Pnm, damage_is_nothing) {
  for (const char* text :
       {"P6", "P7 1 1", "P6 1 1 0 ", "P6 1 1 70000 ", "P6 0 1 255 ", "P6 1 1 255\n12",
        "P3 1 1 255 1 2", "P1 1 1 2", "P6 99999999999 1 255\n"}) {
    const DecodedImage image = decode(text);
    ASSERT_TRUE(image.has_value()) << text;
    EXPECT_FALSE(image.value().has_value()) << text;
  }
}

}  // namespace
}  // namespace tundish::ops
