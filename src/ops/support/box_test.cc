#include "ops/support/box.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

using Axes = std::vector<Box::Axis>;

// Every element of the box, one after the other.
template <class T>
void copy_slowly(T* to, const T* from, std::span<const Box::Axis> axes, int64_t at = 0) {
  if (axes.empty()) {
    *to = *from;
    return;
  }
  const Box::Axis& axis = axes[0];
  for (; at < axis.size; ++at) {
    copy_slowly(to + at * axis.to_step, from + at * axis.from_step, axes.subspan(1));
  }
}

template <class T> void check(DType dtype, const Axes& axes, int64_t from_at, size_t room) {
  std::vector<T> from(room);
  for (size_t i = 0; i < room; ++i) {
    if constexpr (std::is_same_v<T, std::string>) {
      from[i] = std::to_string(i);
    } else {
      from[i] = static_cast<T>(i * 7 + 1);
    }
  }
  std::vector<T> want(room);
  copy_slowly(want.data(), from.data() + from_at, axes);
  Box box;
  for (const Box::Axis& axis : axes) box.add(axis);
  const Node node;
  for (const int threads : {1, 3}) {
    testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric),
                                 threads);
    std::vector<T> got(room);
    copy_box(context, dtype, got.data(), from.data() + from_at, box);
    EXPECT_EQ(got, want) << dtype_name(dtype) << ", " << threads << " threads, " << axes.size()
                         << " axes";
  }
}

TEST(Box, copies_every_kind_of_step) {
  const std::pair<Axes, int64_t> boxes[] = {
      {{}, 3},
      {{{1, 5, 5}}, 2},
      {{{4, 1, 1}}, 1},
      {{{4, 2, 1}}, 0},
      {{{4, 0, 1}}, 5},
      {{{5, -1, 1}}, 4},
      {{{3, 4, 4}, {4, 1, 1}}, 0},
      {{{3, 1, 5}, {5, 3, 1}}, 0},
      {{{20, 1, 18}, {18, 20, 1}}, 0},
      {{{18, -1, 20}, {20, 18, 1}}, 17},
      {{{2, 9, 12}, {3, 0, 4}, {4, 1, 1}}, 0},
      {{{2, 12, 1}, {3, 4, 8}, {4, 1, 2}}, 0},
      {{{3, 1, 1}, {2, 3, 3}, {4, 6, 6}, {2, 24, 24}}, 0},
      {{{2, 0, 12}, {3, 4, 4}, {2, 0, 2}, {2, -2, 1}}, 2},
  };
  for (const auto& [axes, from_at] : boxes) {
    check<uint8_t>(DType::kBool, axes, from_at, 400);
    check<uint16_t>(DType::kBfloat16, axes, from_at, 400);
    check<uint32_t>(DType::kFloat32, axes, from_at, 400);
    check<uint64_t>(DType::kComplex64, axes, from_at, 400);
    check<std::string>(DType::kString, axes, from_at, 400);
  }
}

TEST(Box, copies_large_boxes_in_parts) {
  check<uint8_t>(DType::kInt8, {{300000, 1, 1}}, 7, 300010);
  check<uint8_t>(DType::kInt8, {{300000, 0, 1}}, 7, 300010);
  check<uint16_t>(DType::kInt16, {{400, 1, 500}, {500, 400, 1}}, 0, 200000);
  check<uint16_t>(DType::kInt16, {{2, 100000, 100000}, {100000, -1, 1}}, 99999, 200000);
  check<uint16_t>(DType::kInt16, {{100, 1, 2000}, {2, 1000, 1}, {1000, 1, 2}}, 0, 200000);
}

TEST(Box, copies_nothing) {
  Box box;
  box.add({3, 1, 1});
  box.add({0, 1, 1});
  EXPECT_EQ(box.element_count(), 0);
  const Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  copy_box(context, DType::kFloat32, nullptr, nullptr, box);
}

TEST(Box, joins_axes_that_both_pass_alike) {
  Box box;
  box.add({2, 60, 12});
  box.add({3, 20, 4});
  box.add({1, 99, 99});
  box.add({4, 5, 1});
  ASSERT_EQ(box.rank(), 1U);
  EXPECT_EQ(box[0].size, 24);
  EXPECT_EQ(box[0].from_step, 5);
  EXPECT_EQ(box.element_count(), 24);
}

TEST(Box, knows_row_major_steps) {
  const auto steps = row_major_steps({2, 3, 4});
  EXPECT_EQ(steps[0], 12);
  EXPECT_EQ(steps[1], 4);
  EXPECT_EQ(steps[2], 1);
}

}  // namespace
}  // namespace tundish::ops
