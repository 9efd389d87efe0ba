#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(Tiff, is_decoded) { expect_pixels(decode_image(bytes_of(kTiff)), 2, 4, counted_pixels()); }

TEST(Tiff, damage_is_safe) { expect_safe(decode_tiff, kTiff); }

}  // namespace
}  // namespace tundish::ops
