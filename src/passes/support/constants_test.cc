#include "passes/support/constants.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Constants, single_number_of_any_rank) {
  EXPECT_EQ(single_number(nullptr), std::nullopt);
  const Tensor scalar = Tensor::scalar(2.5f);
  EXPECT_EQ(single_number(&scalar), 2.5);
  const Tensor one = scalar.reshaped(Shape{1, 1});
  EXPECT_EQ(single_number(&one), 2.5);
  const std::vector<int64_t> numbers = {1, 2};
  const Tensor two = Tensor::of(std::span(numbers));
  EXPECT_EQ(single_number(&two), std::nullopt);
}

TEST(Constants, integers_of_a_list) {
  const std::vector<int32_t> numbers = {-1, 2};
  const Tensor list = Tensor::of(std::span(numbers));
  EXPECT_EQ(integers(&list), (std::vector<int64_t>{-1, 2}));
  EXPECT_EQ(integers(&list, 1), std::nullopt);
  const Tensor matrix = list.reshaped(Shape{1, 2});
  EXPECT_EQ(integers(&matrix), std::nullopt);
  const Tensor real = Tensor::scalar(1.0f);
  EXPECT_EQ(integers(&real), std::nullopt);
}

TEST(Constants, all_are_compares_bits) {
  const Tensor zero = Tensor::scalar(0.0f);
  const Tensor nought = Tensor::scalar(-0.0f);
  EXPECT_TRUE(all_are(&zero, 0.0));
  EXPECT_FALSE(all_are(&nought, 0.0));
  EXPECT_TRUE(all_are(&nought, -0.0));
  const Tensor empty = Tensor::of(std::span<const float>());
  EXPECT_FALSE(all_are(&empty, 0.0));
  const Tensor text = Tensor::of_strings(std::vector<std::string>{"0"});
  EXPECT_FALSE(all_are(&text, 0.0));
}

TEST(Constants, shapes_are_the_same_only_if_all_is_known) {
  const auto type = [](std::vector<Dim> dims) {
    return ValueType::tensor(DType::kFloat32, std::move(dims));
  };
  EXPECT_TRUE(same_shape(type({Dim::symbol("N"), 2}), type({Dim::symbol("N"), 2})));
  EXPECT_FALSE(same_shape(type({Dim::symbol("N"), 2}), type({Dim::symbol("M"), 2})));
  EXPECT_FALSE(same_shape(type({Dim()}), type({Dim()})));
  EXPECT_FALSE(same_shape(type({2}), ValueType::tensor(DType::kFloat32, {})));
  EXPECT_EQ(rank_of(type({2, 3})), 2);
  EXPECT_EQ(size_from_end(type({2, Dim()}), 2), 2);
  EXPECT_EQ(size_from_end(type({2, Dim()}), 1), std::nullopt);
  EXPECT_EQ(size_from_end(type({2}), 2), std::nullopt);
}

}  // namespace
}  // namespace tundish
