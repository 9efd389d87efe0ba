#include "ops/support/stack.h"

#include <gtest/gtest.h>

namespace tundish::ops {
namespace {

Tensor numbers(std::vector<int64_t> values, const Shape& shape) {
  return Tensor::of(std::span<const int64_t>(values), shape);
}
std::vector<int64_t> elements(const Tensor& tensor) {
  const auto values = tensor.values<int64_t>();
  return {values.begin(), values.end()};
}
using Ints = std::vector<int64_t>;
const ValueType kPairs = ValueType::tensor(DType::kInt64, std::vector<Dim>{2});

TEST(Stack, slices_lose_their_axis) {
  const Tensor tensor = numbers({1, 2, 3, 4, 5, 6}, Shape{2, 3});
  EXPECT_EQ(elements(*slice_at(tensor, 0, 1)), (Ints{4, 5, 6}));
  EXPECT_EQ(elements(*slice_at(tensor, 1, 2)), (Ints{3, 6}));
  EXPECT_EQ(slice_at(tensor, 1, 2)->shape().to_string(), "[2]");
  const std::vector<std::string> words = {"a", "b", "c", "d"};
  const Tensor text = Tensor::of_strings(words, Shape{2, 2});
  EXPECT_EQ(slice_at(text, 1, 1)->values<std::string>()[1], "d");
}

TEST(Stack, joins_along_a_new_axis) {
  Stack stack(kPairs);
  for (const int64_t i : {0, 10, 20}) {
    ASSERT_TRUE(stack.add(numbers({i, i + 1}, Shape{2})).has_value());
  }
  EXPECT_EQ(elements(*stack.join(0)), (Ints{0, 1, 10, 11, 20, 21}));
  EXPECT_EQ(elements(*stack.join(-1)), (Ints{0, 10, 20, 1, 11, 21}));
  EXPECT_FALSE(stack.join(2).has_value());
  stack.reverse();
  EXPECT_EQ(elements(*stack.join(0)), (Ints{20, 21, 10, 11, 0, 1}));
}

TEST(Stack, of_nothing_has_the_known_sizes) {
  EXPECT_EQ(Stack(kPairs).join(0)->shape().to_string(), "[0, 2]");
  EXPECT_EQ(Stack(ValueType::tensor(DType::kInt64, std::nullopt)).join(0)->shape().to_string(),
            "[0]");
}

TEST(Stack, holds_equal_tensors_only) {
  Stack stack(kPairs);
  ASSERT_TRUE(stack.add(numbers({1, 2}, Shape{2})).has_value());
  EXPECT_FALSE(stack.add(numbers({1, 2, 3}, Shape{3})).has_value());
  EXPECT_FALSE(stack.add(Tensor::scalar(1.0F)).has_value());
  EXPECT_FALSE(stack.add(Sequence()).has_value());
}

}  // namespace
}  // namespace tundish::ops
