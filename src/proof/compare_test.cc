#include "proof/compare.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "proof/ulp.h"

namespace tundish {
namespace {

template <class T, size_t N> Tensor tensor(const std::array<T, N>& values) {
  return Tensor::of(std::span<const T>(values));
}

TEST(Compare, finds_the_worst_element) {
  const Tensor a = tensor(std::array{1.0, 2.0, 3.0});
  const Tensor b = tensor(std::array{1.0, next_up(2.0), next_up(next_up(3.0))});
  const auto found = compare_tensors(a.view(), b.view());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->different, 2u);
  EXPECT_EQ(found->max_ulp, 2u);
  EXPECT_EQ(found->worst_index, 2u);
  EXPECT_EQ(found->first_different, (std::vector<uint64_t>{1, 2}));
}

TEST(Compare, counts_sign_of_zero_and_ignores_nan_payload) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor a = tensor(std::array{0.0, nan});
  const Tensor b = tensor(std::array{-0.0, std::copysign(nan, -1.0)});
  const auto found = compare_tensors(a.view(), b.view());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->different, 1u);
  EXPECT_EQ(found->max_ulp, 0u);
}

TEST(Compare, nan_against_number_is_infinitely_far) {
  const Tensor a = tensor(std::array{std::numeric_limits<double>::quiet_NaN()});
  const Tensor b = tensor(std::array{1.0});
  const auto found = compare_tensors(a.view(), b.view());
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::isinf(found->max_abs));
}

TEST(Compare, refuses_other_dtype_or_shape) {
  const Tensor a = tensor(std::array{1.0});
  const Tensor b = tensor(std::array{1.0f});
  ASSERT_FALSE(compare_tensors(a.view(), b.view()));
  EXPECT_FALSE(compare_tensors(a.view(), a.reshaped(Shape{1, 1}).view()));
}

TEST(Compare, strings_and_integers_are_labels) {
  EXPECT_TRUE(is_label_dtype(DType::kInt64));
  EXPECT_TRUE(is_label_dtype(DType::kString));
  EXPECT_FALSE(is_label_dtype(DType::kFloat32));
  const std::array<std::string, 2> left = {"a", "b"};
  const std::array<std::string, 2> right = {"a", "c"};
  const auto found =
      compare_tensors(Tensor::of_strings(left).view(), Tensor::of_strings(right).view());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->different, 1u);
}

TEST(Compare, shows_elements_in_their_own_type) {
  EXPECT_EQ(element_text(tensor(std::array{0.1f}).view(), 0), "0.1");
  EXPECT_EQ(element_text(tensor(std::array{0.1}).view(), 0), "0.1");
  EXPECT_EQ(element_text(tensor(std::array<int64_t, 1>{-7}).view(), 0), "-7");
}

}  // namespace
}  // namespace tundish
