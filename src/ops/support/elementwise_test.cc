#include "ops/support/elementwise.h"

#include "ops/support/convert.h"
#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

struct Twice {
  template <class T> static T apply(T x) { return x + x; }
  template <class T> static T apply(T x, T y) { return x + x + y; }
};

TEST(Elementwise, spans_stand_still_where_the_stride_is_0) {
  const int a[] = {1, 2, 3};
  const int b[] = {10, 20, 30};
  std::array<int, 3> out{};
  unary_span<Twice>(a, out.data(), 3);
  EXPECT_EQ(out, (std::array{2, 4, 6}));
  binary_span<Twice>(a, 1, b, 1, out.data(), 3);
  EXPECT_EQ(out, (std::array{12, 24, 36}));
  binary_span<Twice>(a, 1, b, 0, out.data(), 3);
  EXPECT_EQ(out, (std::array{12, 14, 16}));
  binary_span<Twice>(a, 0, b, 1, out.data(), 3);
  EXPECT_EQ(out, (std::array{12, 22, 32}));
  binary_span<Twice>(a, 0, b, 0, out.data(), 3);
  EXPECT_EQ(out, (std::array{12, 12, 12}));
  const int* none = nullptr;
  binary_span<Twice>(none, 0, none, 0, out.data(), 0);
  EXPECT_EQ(out, (std::array{12, 12, 12}));
}

TEST(Elementwise, a_loop_over_two_tensors_is_flat_where_it_can_be) {
  BinaryLoop same;
  ASSERT_TRUE(make_binary_loop({2, 3}, {2, 3}, same).has_value());
  EXPECT_EQ(same.shape.to_string(), "[2, 3]");
  EXPECT_EQ(same.loop.rank, 1U);
  EXPECT_EQ(same.loop.sizes[0], 6);
  BinaryLoop single;
  ASSERT_TRUE(make_binary_loop({2, 3}, {1, 1}, single).has_value());
  EXPECT_EQ(single.loop.rank, 1U);
  EXPECT_EQ(single.loop.strides[0][0], 1);
  EXPECT_EQ(single.loop.strides[1][0], 0);
  // One element of higher rank makes the result's rank.
  BinaryLoop higher;
  ASSERT_TRUE(make_binary_loop({3}, {1, 1}, higher).has_value());
  EXPECT_EQ(higher.shape.to_string(), "[1, 3]");
  BinaryLoop first;
  ASSERT_TRUE(make_binary_loop({}, {2, 3}, first).has_value());
  EXPECT_EQ(first.shape.to_string(), "[2, 3]");
  EXPECT_EQ(first.loop.strides[0][0], 0);
  EXPECT_EQ(first.loop.strides[1][0], 1);
  BinaryLoop none;
  testing::expect_error(make_binary_loop({2}, {3}, none), ErrorCode::kInvalidArgument,
                        "[2] and [3]");
}

TEST(Elementwise, convert_is_defined_for_every_value) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(convert<int32_t>(2147483647.9), 2147483647);
  EXPECT_EQ(convert<int32_t>(-2147483648.9), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(convert<int32_t>(2147483648.0F), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(convert<int64_t>(kNan), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(convert<uint64_t>(1e30), uint64_t{1} << 63);
  EXPECT_EQ(convert<uint64_t>(9223372036854775808.0), uint64_t{1} << 63);
  EXPECT_EQ(convert<uint16_t>(-1.0F), 65535);
  EXPECT_TRUE(convert<bool>(kNan));
  EXPECT_FALSE(convert<bool>(-0.0));
}

}  // namespace
}  // namespace tundish::ops
