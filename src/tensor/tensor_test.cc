#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tundish/value.h"

namespace tundish {
namespace {

TEST(Tensor, new_storage_is_aligned_and_zero) {
  const Result<Tensor> tensor = Tensor::allocate(DType::kFloat64, Shape{3, 5});
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->data()) % 64, 0u);
  EXPECT_EQ(tensor->byte_count(), 120u);
  for (const double value : tensor->values<double>()) EXPECT_EQ(value, 0.0);
}

TEST(Tensor, empty_tensors_have_no_bytes) {
  const Result<Tensor> tensor = Tensor::allocate(DType::kFloat32, Shape{0, 7});
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->byte_count(), 0u);
  EXPECT_TRUE(Tensor::copy_of(tensor->view()).has_value());
}

TEST(Tensor, sub_byte_types_are_packed) {
  EXPECT_EQ(Tensor::allocate(DType::kInt4, Shape{5}).value().byte_count(), 3u);
  EXPECT_EQ(Tensor::allocate(DType::kUint2, Shape{5}).value().byte_count(), 2u);
}

TEST(Tensor, refuses_sizes_that_overflow_or_have_no_meaning) {
  EXPECT_FALSE(Tensor::allocate(DType::kFloat64, Shape{int64_t{1} << 61}).has_value());
  EXPECT_FALSE(Tensor::allocate(DType::kFloat64, Shape{-1}).has_value());
  EXPECT_EQ(Tensor::allocate(DType::kUndefined, Shape{1}).error().code(), ErrorCode::kInternal);
}

TEST(Tensor, memory_that_is_not_to_be_had_is_a_limit) {
#ifdef TUNDISH_SANITIZED
  GTEST_SKIP() << "a sanitizer ends the process here";
#endif
  const Shape shape{int64_t{1} << 55};
  EXPECT_EQ(Tensor::allocate(DType::kFloat64, shape).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(Tensor::allocate(DType::kString, shape).error().code(), ErrorCode::kLimit);
}

TEST(Tensor, copies_share_storage_and_copy_of_does_not) {
  const std::array<int64_t, 3> numbers = {1, 2, 3};
  const Tensor tensor = Tensor::of(std::span<const int64_t>(numbers));
  const Tensor handle = tensor;
  EXPECT_EQ(handle.data(), tensor.data());
  const Tensor copy = Tensor::copy_of(tensor.view()).value();
  EXPECT_NE(copy.data(), tensor.data());
  EXPECT_EQ(copy.values<int64_t>()[2], 3);
}

TEST(Tensor, strings_are_copied_one_by_one) {
  const std::vector<std::string> words = {"a", std::string(100, 'b')};
  const Tensor tensor = Tensor::of_strings(words);
  const Tensor copy = Tensor::copy_of(tensor.view()).value();
  EXPECT_EQ(copy.values<std::string>()[1], words[1]);
  EXPECT_EQ(copy.byte_count(), 2 * sizeof(std::string));
}

TEST(Tensor, borrowed_storage_lives_as_long_as_the_tensor) {
  auto owner = std::make_shared<std::vector<float>>(std::vector<float>{1.0f, 2.0f});
  const std::weak_ptr<std::vector<float>> watch = owner;
  const float* data = owner->data();
  {
    const Tensor tensor = Tensor::borrow(matrix_view(data, 1, 2), std::move(owner));
    EXPECT_EQ(tensor.data(), data);
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

TEST(Tensor, reshaped_keeps_the_storage) {
  const std::array<float, 6> numbers = {0, 1, 2, 3, 4, 5};
  const Tensor tensor = Tensor::of(std::span<const float>(numbers), Shape{2, 3});
  const Tensor other = tensor.reshaped(Shape{3, 2});
  EXPECT_EQ(other.data(), tensor.data());
  EXPECT_EQ(other.shape(), (Shape{3, 2}));
}

TEST(Tensor, scalars_have_rank_zero) {
  const Tensor tensor = Tensor::scalar(2.5);
  EXPECT_EQ(tensor.shape().rank(), 0u);
  EXPECT_EQ(tensor.values<double>()[0], 2.5);
  EXPECT_FALSE(Tensor().defined());
}

TEST(Value, tells_what_it_holds) {
  const Value tensor = Tensor::scalar(1.0f);
  EXPECT_NE(tensor.tensor(), nullptr);
  EXPECT_EQ(tensor.sequence(), nullptr);
  const Value sequence = Sequence{{tensor, tensor}};
  ASSERT_NE(sequence.sequence(), nullptr);
  EXPECT_EQ(sequence.sequence()->items.size(), 2u);
  EXPECT_NE(Value(Map{}).map(), nullptr);
  EXPECT_NE(Value(Optional{}).optional(), nullptr);
  EXPECT_NE(Value(SparseCsr{}).sparse(), nullptr);
}

}  // namespace
}  // namespace tundish
