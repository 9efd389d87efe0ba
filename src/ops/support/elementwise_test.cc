#include "ops/support/elementwise.h"

#include "base/strings.h"
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

// Shape and strides of the meeting, or "apart".
std::string meeting(const Shape& a, const Shape& b) {
  const FlatMeeting<2> flat({&a, &b});
  if (flat.shape == nullptr) return "apart";
  EXPECT_EQ(flat.count, flat.shape->element_count());
  return cat(flat.shape->to_string(), " ", flat.strides[0], flat.strides[1]);
}

TEST(Elementwise, tensors_meet_flat_where_no_axis_is_looked_at) {
  EXPECT_EQ(meeting({2, 3}, {2, 3}), "[2, 3] 11");
  EXPECT_EQ(meeting({2, 3}, {1, 1}), "[2, 3] 10");
  EXPECT_EQ(meeting({2, 3}, {}), "[2, 3] 10");
  EXPECT_EQ(meeting({}, {2, 3}), "[2, 3] 01");
  EXPECT_EQ(meeting({1, 1}, {1, 5}), "[1, 5] 01");
  EXPECT_EQ(meeting({1}, {0}), "[0] 01");
  EXPECT_EQ(meeting({}, {1, 1}), "[1, 1] 01");
  EXPECT_EQ(meeting({3}, {1, 1}), "apart");  // [1, 3]: the rank is the single element's
  EXPECT_EQ(meeting({2, 1}, {1, 3}), "apart");
  EXPECT_EQ(meeting({2}, {3}), "apart");
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
