#include "tundish/dtype.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(DType, names_and_types_are_inverse) {
  for (int number = 1; number <= 26; ++number) {
    const auto dtype = static_cast<DType>(number);
    EXPECT_EQ(dtype_from_name(dtype_name(dtype)), dtype) << number;
  }
  EXPECT_EQ(dtype_from_name("float128"), DType::kUndefined);
  EXPECT_EQ(dtype_from_name("undefined"), DType::kUndefined);
}

TEST(DType, numbers_outside_the_enumeration_are_undefined) {
  EXPECT_EQ(dtype_name(static_cast<DType>(200)), "undefined");
  EXPECT_EQ(dtype_bits(static_cast<DType>(27)), 0u);
}

TEST(DType, sizes) {
  EXPECT_EQ(dtype_bytes(DType::kFloat64), sizeof(double));
  EXPECT_EQ(dtype_bytes(DType::kComplex128), 16u);
  EXPECT_EQ(dtype_bits(DType::kInt4), 4u);
  EXPECT_EQ(dtype_bytes(DType::kInt4), 0u);
  EXPECT_EQ(dtype_bytes(DType::kString), 0u);
}

TEST(DType, kinds) {
  EXPECT_TRUE(is_floating(DType::kBfloat16));
  EXPECT_FALSE(is_floating(DType::kFloat8E4M3FN));
  EXPECT_TRUE(is_integer(DType::kUint2));
  EXPECT_FALSE(is_integer(DType::kBool));
  EXPECT_FALSE(is_integer(DType::kFloat32));
  EXPECT_EQ(dtype_of<float>, DType::kFloat32);
  EXPECT_EQ(dtype_of<uint64_t>, DType::kUint64);
}

}  // namespace
}  // namespace tundish
