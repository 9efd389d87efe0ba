#include "ops/support/quantization.h"

#include <cmath>
#include <vector>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

constexpr ErrorCode kCode = ErrorCode::kInvalidModel;

std::vector<float> spread(const Shape& x, const Tensor& scale, int64_t axis, int64_t block_size) {
  const Granularity made = Granularity::make(x, scale.shape(), axis, block_size, kCode).value();
  const int64_t count = x.element_count();
  std::vector<float> all(static_cast<size_t>(count));
  const auto* values = static_cast<const float*>(scale.data());
  made.spread(values, 0, count, all.data());
  // In pieces, it is the same.
  for (int64_t begin = 0; begin < count; ++begin) {
    std::vector<float> piece(static_cast<size_t>(count - begin));
    made.spread(values, begin, count - begin, piece.data());
    EXPECT_EQ(piece, std::vector<float>(all.begin() + begin, all.end()));
  }
  return all;
}

TEST(Quantization, knows_the_bounds) {
  EXPECT_EQ(bounds_of(DType::kUint8).least, 0);
  EXPECT_EQ(bounds_of(DType::kUint8).most, 255);
  EXPECT_EQ(bounds_of(DType::kInt8).least, -128);
  EXPECT_EQ(bounds_of(DType::kInt8).most, 127);
  EXPECT_EQ(bounds_of(DType::kUint16).most, 65535);
  EXPECT_EQ(bounds_of(DType::kInt16).least, -32768);
  EXPECT_EQ(bounds_of(DType::kInt4).least, -8);
  EXPECT_EQ(bounds_of(DType::kUint4).most, 15);
  EXPECT_EQ(bounds_of(DType::kInt2).most, 1);
  EXPECT_EQ(bounds_of(DType::kUint2).most, 3);
}

TEST(Quantization, every_tie_goes_to_the_even_integer) {
  for (const DType dtype : {DType::kUint8, DType::kInt8, DType::kUint16, DType::kInt16,
                            DType::kUint4, DType::kInt4, DType::kUint2, DType::kInt2}) {
    const IntegerBounds bounds = bounds_of(dtype);
    for (float code = bounds.least; code < bounds.most; ++code) {
      const float tie = code + 0.5F;
      const float zero = 0;
      float values[] = {tie, std::nextafter(tie, -1e9F), std::nextafter(tie, 1e9F)};
      for (float& value : values) quantize_to_integers(&value, &zero, bounds, 1);
      EXPECT_EQ(values[0], std::fmod(code, 2.0F) == 0 ? code : code + 1);
      EXPECT_EQ(values[1], code);
      EXPECT_EQ(values[2], code + 1);
    }
  }
}

TEST(Quantization, rounds_before_the_zero_point_and_saturates) {
  float values[] = {0.5F, 1.5F, -1000, 1e30F, -1e30F, INFINITY, -INFINITY, NAN, 200};
  const float zero_points[] = {1, 1, 128, 128, 128, 0, 0, 7, 55};
  quantize_to_integers(values, zero_points, bounds_of(DType::kUint8), 9);
  EXPECT_EQ(std::vector<float>(values, values + 9),
            (std::vector<float>{1, 3, 0, 255, 0, 255, 0, 0, 255}));
  float far[] = {1e9F, -1e9F};
  const float opposite[] = {-32768, 32767};
  quantize_to_integers(far, opposite, bounds_of(DType::kInt16), 2);
  EXPECT_EQ(far[0], 32767);
  EXPECT_EQ(far[1], -32768);
}

TEST(Quantization, one_scale_for_all) {
  const Tensor scale = vector<float>({7});
  EXPECT_EQ(spread({2, 2}, scale, 5, 0), (std::vector<float>{7, 7, 7, 7}));
  EXPECT_EQ(spread({}, Tensor::scalar(7.0F), 1, 0), (std::vector<float>{7}));
}

TEST(Quantization, one_scale_per_index_of_an_axis) {
  const Tensor two = vector<float>({1, 2});
  const Tensor three = vector<float>({1, 2, 3});
  EXPECT_EQ(spread({2, 3}, two, 0, 0), (std::vector<float>{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(spread({2, 3}, three, -1, 0), (std::vector<float>{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(spread({2, 2, 2}, two, 1, 0), (std::vector<float>{1, 1, 2, 2, 1, 1, 2, 2}));
}

TEST(Quantization, one_scale_per_block) {
  const Tensor scale = tensor<float>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(spread({2, 3}, scale, 1, 2), (std::vector<float>{1, 1, 2, 3, 3, 4}));
  EXPECT_EQ(spread({3, 2}, scale, 0, 2), (std::vector<float>{1, 2, 1, 2, 3, 4}));
  EXPECT_EQ(spread({2, 2}, scale, 0, 1), (std::vector<float>{1, 2, 3, 4}));
  const Tensor deep = tensor<float>({1, 2, 3, 4}, {2, 1, 2});
  EXPECT_EQ(spread({2, 2, 2}, deep, 1, 2), (std::vector<float>{1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(Quantization, rejects_scales_that_do_not_fit) {
  const auto make = [](const Shape& x, const Shape& scale, int64_t axis, int64_t block_size) {
    return Granularity::make(x, scale, axis, block_size, kCode);
  };
  expect_error(make({2, 3}, {3}, 0, 0), kCode, "does not fit axis 0");
  expect_error(make({2, 3}, {3}, 2, 0), kCode, "axis 2 outside [-2, 2)");
  expect_error(make({2, 3}, {2, 2}, 1, 0), kCode, "expected [3]");
  expect_error(make({2, 3}, {2, 2}, 1, 1), kCode, "in blocks of 1: expected [2, 3]");
  expect_error(make({2, 3}, {2, 2}, 1, -2), kCode, "\"block_size\" is -2");
  expect_error(make({2, 3}, {2}, 0, 2), kCode, "expected [1, 3]");
  expect_error(make({2, 3}, {0}, 0, 0), kCode, "expected [2]");
  EXPECT_TRUE(make({0, 3}, {0}, 0, 0).has_value());
}

}  // namespace
}  // namespace tundish::ops
