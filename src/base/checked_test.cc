#include "base/checked.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace tundish {
namespace {

constexpr int64_t kTwoTo32 = int64_t{1} << 32;

TEST(Checked, adds_and_multiplies_or_says_no) {
  EXPECT_EQ(checked_add<int64_t>(2, 3), 5);
  EXPECT_EQ(checked_add(std::numeric_limits<int64_t>::max(), int64_t{1}), std::nullopt);
  EXPECT_EQ(checked_mul<uint32_t>(3, 4), 12u);
  EXPECT_EQ(checked_mul<uint64_t>(uint64_t{1} << 40, uint64_t{1} << 24), std::nullopt);
}

TEST(CheckedBytes, is_the_product_of_the_sizes) {
  EXPECT_EQ(checked_bytes({}, 8).value(), 8u);
  EXPECT_EQ(checked_bytes(std::array<int64_t, 2>{3, 5}, 4).value(), 60u);
  EXPECT_EQ(checked_bytes(std::array<int64_t, 2>{3, 0}, 4).value(), 0u);
}

TEST(CheckedBytes, refuses_negative_sizes_and_overflow) {
  const auto negative = checked_bytes(std::array<int64_t, 2>{3, -1}, 4);
  ASSERT_FALSE(negative.has_value());
  EXPECT_EQ(negative.error().code(), ErrorCode::kInvalidModel);
  EXPECT_EQ(negative.error().message(), "dimension 1 is negative (-1)");
  EXPECT_FALSE(checked_bytes(std::array<int64_t, 2>{kTwoTo32, kTwoTo32}, 1).has_value());
  EXPECT_FALSE(checked_bytes(std::array<int64_t, 1>{kTwoTo32 << 29}, 8).has_value());
}

TEST(CheckedBytes, refuses_overflow_also_beside_a_zero) {
  EXPECT_FALSE(checked_bytes(std::array<int64_t, 3>{kTwoTo32, kTwoTo32, 0}, 1).has_value());
  EXPECT_FALSE(checked_bytes(std::array<int64_t, 3>{0, kTwoTo32, kTwoTo32}, 1).has_value());
}

}  // namespace
}  // namespace tundish
