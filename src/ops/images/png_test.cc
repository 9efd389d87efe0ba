#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(Png, is_decoded) {
  expect_pixels(decode_image(bytes_of(kPng)), 2, 4, counted_pixels());
  expect_pixels(decode_image(bytes_of(kGreyPng)), 2, 2,
                {0, 0, 0, 128, 128, 128, 255, 255, 255, 7, 7, 7});
  expect_pixels(decode_image(bytes_of(kPalettePng)), 1, 2, {4, 5, 6, 1, 2, 3});
}

TEST(Png, damage_is_safe) { expect_safe(decode_png, kPng); }

}  // namespace
}  // namespace tundish::ops
