#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(Webp, is_decoded) { expect_pixels(decode_image(bytes_of(kWebp)), 2, 4, counted_pixels()); }

TEST(Webp, damage_is_safe) { expect_safe(decode_webp, kWebp); }

}  // namespace
}  // namespace tundish::ops
