#include "ops/support/order_key.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace tundish::ops {
namespace {

template <class T> void expect_ascending(std::initializer_list<T> values) {
  for (size_t i = 1; i < values.size(); ++i) {
    EXPECT_LT(order_key(values.begin()[i - 1]), order_key(values.begin()[i])) << "element " << i;
  }
}

TEST(OrderKey, has_the_order_of_the_numbers) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  expect_ascending<double>({-kInf, -1e300, -2, -1e-320, 0, 5e-324, 1, 1e300, kInf, kNan});
  expect_ascending<float>({-3e38F, -1, -1e-45F, 0, 1e-45F, 1, 3e38F});
  expect_ascending<int64_t>({INT64_MIN, -1, 0, 1, INT64_MAX});
  expect_ascending<int8_t>({-128, -1, 0, 127});
  expect_ascending<uint64_t>({0, 1, ~uint64_t{0}});
  expect_ascending<Float16>({Float16(-65504.0F), Float16(-1.0F), Float16(0.0F), Float16(6e-8F)});
  expect_ascending<Bfloat16>({Bfloat16(-1e38F), Bfloat16(0.0F), Bfloat16(1e38F)});
}

TEST(OrderKey, equal_numbers_have_one_key) {
  EXPECT_EQ(order_key(-0.0), order_key(0.0));
  EXPECT_EQ(order_key(-0.0F), order_key(0.0F));
  EXPECT_EQ(order_key(std::numeric_limits<float>::quiet_NaN()),
            order_key(-std::numeric_limits<float>::quiet_NaN()));
}

template <class T> void check_list(DType dtype) {
  const T values[] = {T(3), T(9), T(1), T(9), T(2)};
  std::vector<uint64_t> keys(3);
  order_keys(dtype, values, 2, 3, keys.data());
  EXPECT_EQ(keys, (std::vector{order_key(T(3)), order_key(T(1)), order_key(T(2))}))
      << dtype_name(dtype);
}

TEST(OrderKey, reads_lists_of_every_type) {
  check_list<float>(DType::kFloat32);
  check_list<double>(DType::kFloat64);
  check_list<int8_t>(DType::kInt8);
  check_list<int16_t>(DType::kInt16);
  check_list<int32_t>(DType::kInt32);
  check_list<int64_t>(DType::kInt64);
  check_list<uint8_t>(DType::kUint8);
  check_list<uint16_t>(DType::kUint16);
  check_list<uint32_t>(DType::kUint32);
  check_list<uint64_t>(DType::kUint64);
  const Float16 halves[] = {Float16(1.0F), Float16(2.0F)};
  std::vector<uint64_t> keys(2);
  order_keys(DType::kFloat16, halves, 1, 2, keys.data());
  EXPECT_EQ(keys[1], order_key(2.0F));
  const Bfloat16 others[] = {Bfloat16(1.0F), Bfloat16(2.0F)};
  order_keys(DType::kBfloat16, others, 1, 2, keys.data());
  EXPECT_EQ(keys[0], order_key(1.0F));
}

TEST(OrderKey, any_byte_but_zero_is_true) {
  const uint8_t bytes[] = {0, 1, 2};
  std::vector<uint64_t> keys(3);
  order_keys(DType::kBool, bytes, 1, 3, keys.data());
  EXPECT_EQ(keys, (std::vector<uint64_t>{0, 1, 1}));
}

}  // namespace
}  // namespace tundish::ops
