#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(Jpeg2000, is_decoded) {
  expect_pixels(decode_image(bytes_of(kJpeg2000)), 2, 4, counted_pixels());
}

TEST(Jpeg2000, damage_is_safe) { expect_safe(decode_jpeg2000, kJpeg2000); }

}  // namespace
}  // namespace tundish::ops
