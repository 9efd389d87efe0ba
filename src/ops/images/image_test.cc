#include "ops/images/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(Image, of_unknown_format_is_nothing) {
  EXPECT_FALSE(decode_image({}).value().has_value());
  EXPECT_FALSE(decode_image(bytes_of("00010203")).value().has_value());
}

TEST(Image, has_a_limit) {
  EXPECT_EQ(make_image(3, 2).value().rgb.size(), 18U);
  for (const auto& [width, height] :
       {std::pair<int64_t, int64_t>{1 << 15, 1 << 15}, {INT64_MAX, INT64_MAX}, {0, 5}, {5, -1}}) {
    const auto image = make_image(width, height);
    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code(), ErrorCode::kLimit);
  }
}

}  // namespace
}  // namespace tundish::ops
