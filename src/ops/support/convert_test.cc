#include "ops/support/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "ops/support/packed.h"
#include "tundish/value.h"

namespace tundish::ops {
namespace {

std::vector<DType> convertible() {
  std::vector<DType> types;
  for (int number = 1; number <= static_cast<int>(DType::kInt2); ++number) {
    if (kConvertible.contains(static_cast<DType>(number))) {
      types.push_back(static_cast<DType>(number));
    }
  }
  return types;
}

/// `count` elements of small whole numbers that every type holds: 0 and 1.
Tensor ones_and_zeros(DType dtype, int64_t count) {
  Tensor tensor = Tensor::allocate(dtype, Shape{count}).value();
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = i % 3 == 1 ? 1.0F : 0.0F;
  for (int64_t at = 0; at < count; at += kBlockElements) {
    const int64_t length = std::min(kBlockElements, count - at);
    store_block(dtype, values.data() + at, length, {}, tensor.mutable_data(), at);
  }
  return tensor;
}

TEST(Convert, between_all_types) {
  EXPECT_EQ(convertible().size(), 23U);
  for (const DType from : convertible()) {
    for (const DType to : convertible()) {
      const int64_t count = kBlockElements + 13;
      const Tensor x = ones_and_zeros(from, count);
      Tensor y = Tensor::allocate(to, Shape{count}).value();
      convert_block(from, x.data(), to, {}, y.mutable_data(), 0, kBlockElements);
      convert_block(from, x.data(), to, {}, y.mutable_data(), kBlockElements, 13);
      if (from == DType::kFloat8E8M0 || to == DType::kFloat8E8M0) continue;  // it has no 0
      const Tensor want = ones_and_zeros(to, count);
      EXPECT_EQ(std::memcmp(y.data(), want.data(), y.byte_count()), 0)
          << dtype_name(from) << " to " << dtype_name(to);
    }
  }
}

TEST(Convert, every_code_of_one_byte_and_less_is_exact_in_its_carrier) {
  for (const DType dtype : convertible()) {
    if (dtype_bits(dtype) > 8 || dtype == DType::kBool) continue;
    const int64_t codes = int64_t{1} << dtype_bits(dtype);
    std::vector<uint8_t> bytes(256);
    for (int64_t i = 0; i < codes; ++i) {
      if (is_packed(dtype)) {
        set_packed_code(dtype, bytes.data(), i, static_cast<uint8_t>(i));
      } else {
        bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
      }
    }
    std::vector<double> values(256);
    load_block(dtype, bytes.data(), 0, codes, values.data());
    for (int64_t i = 0; i < codes; ++i) {
      const auto at = static_cast<size_t>(i);
      if (is_narrow_float(dtype)) {
        const double want = double{narrow_float_values(dtype)[i]};
        EXPECT_TRUE(values[at] == want || (std::isnan(values[at]) && std::isnan(want)));
      } else {
        const bool is_signed =
            dtype == DType::kInt8 || dtype == DType::kInt4 || dtype == DType::kInt2;
        EXPECT_EQ(values[at], static_cast<double>(is_signed && i >= codes / 2 ? i - codes : i));
      }
    }
  }
}

TEST(Convert, reads_packed_elements_from_any_place) {
  const uint8_t bytes[] = {0x10, 0x32, 0xf4};
  float values[5];
  load_block(DType::kInt4, bytes, 1, 5, values);
  EXPECT_EQ(std::vector<float>(values, values + 5), (std::vector<float>{1, 2, 3, 4, -1}));
}

TEST(Convert, rounds_doubles_once) {
  // Just above half-way: the nearest float32 is the tie, which would go down.
  const double above[] = {1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-4 + 0x1p-40};
  uint16_t halves[3];
  convert_block(DType::kFloat64, above, DType::kBfloat16, {}, halves, 0, 1);
  EXPECT_EQ(halves[0], 0x3f81);
  convert_block(DType::kFloat64, above, DType::kFloat16, {}, halves, 1, 1);
  EXPECT_EQ(halves[1], 0x3c01);
  uint8_t codes[3];
  convert_block(DType::kFloat64, above, DType::kFloat8E4M3FN, {}, codes, 2, 1);
  EXPECT_EQ(codes[2], 0x39);
}

TEST(Convert, nothing_at_all) {
  convert_block(DType::kInt4, nullptr, DType::kFloat32, {}, nullptr, 0, 0);
  convert_block(DType::kBool, nullptr, DType::kBool, {}, nullptr, 0, 0);
  float none = 0;
  load_block(DType::kFloat32, nullptr, 0, 0, &none);
  EXPECT_EQ(none, 0);
}

}  // namespace
}  // namespace tundish::ops
