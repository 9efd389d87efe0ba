#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

std::vector<uint8_t> flat(uint8_t red, uint8_t green, uint8_t blue) {
  std::vector<uint8_t> rgb;
  for (int i = 0; i < 64; ++i) rgb.insert(rgb.end(), {red, green, blue});
  return rgb;
}

TEST(Jpeg, is_decoded) {
  expect_pixels(decode_image(bytes_of(kJpeg)), 8, 8, flat(200, 100, 50));
  expect_pixels(decode_image(bytes_of(kInkJpeg)), 8, 8, flat(207, 198, 190));
}

TEST(Jpeg, damage_is_safe) {
  expect_safe(decode_jpeg, kJpeg);
  std::vector<uint8_t> file = bytes_of(kJpeg);
  file.resize(file.size() - 4);
  EXPECT_FALSE(decode_jpeg(file).value().has_value());
}

}  // namespace
}  // namespace tundish::ops
