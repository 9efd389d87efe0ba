#include <gtest/gtest.h>

#include <vector>

#include "tundish/value.h"

namespace tundish {
namespace {

TEST(Shape, counts_elements) {
  EXPECT_EQ(Shape{}.element_count(), 1);
  EXPECT_EQ((Shape{2, 3}).element_count(), 6);
  EXPECT_EQ((Shape{2, 0, 3}).element_count(), 0);
  EXPECT_EQ((Shape{2, 3}).to_string(), "[2, 3]");
  EXPECT_EQ(Shape{}.to_string(), "[]");
}

TEST(Shape, compares_rank_and_sizes) {
  EXPECT_EQ((Shape{2, 3}), (Shape{2, 3}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{3, 2}));
  EXPECT_FALSE((Shape{2}) == (Shape{2, 1}));
}

TEST(Shape, from_dims_refuses_what_it_cannot_hold) {
  EXPECT_EQ(Shape::from_dims(std::vector<int64_t>{4, 5}).value(), (Shape{4, 5}));
  EXPECT_EQ(Shape::from_dims(std::vector<int64_t>(13, 1)).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(Shape::from_dims(std::vector<int64_t>{-1}).error().code(), ErrorCode::kInvalidModel);
  EXPECT_FALSE(Shape::from_dims(std::vector<int64_t>{1LL << 32, 1LL << 32}).has_value());
}

}  // namespace
}  // namespace tundish
