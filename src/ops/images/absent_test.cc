#include <gtest/gtest.h>

#include "ops/images/image.h"

namespace tundish::ops {
namespace {

TEST(Image, names_the_option_that_brings_it) {
  const DecodedImage image = decode_image({});
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(image.error().message().find("TUNDISH_IMAGES"), std::string::npos);
}

}  // namespace
}  // namespace tundish::ops
