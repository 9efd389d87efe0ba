#include "ops/support/broadcast.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using testing::dims;
using testing::expect_error;
using testing::symbol;

std::string meet(const Shape& a, const Shape& b) {
  const Result<Shape> shape = broadcast_shapes(a, b);
  return shape ? shape.value().to_string() : shape.error().to_string();
}
std::string meet(const SymbolicShape& a, const SymbolicShape& b) {
  const Result<SymbolicShape> shape = broadcast_shapes(a, b);
  return shape ? to_string(shape.value()) : shape.error().to_string();
}

TEST(Broadcast, shapes_meet_as_in_numpy) {
  EXPECT_EQ(meet(Shape{2, 3}, Shape{3}), "[2, 3]");
  EXPECT_EQ(meet(Shape{2, 1}, Shape{1, 3}), "[2, 3]");
  EXPECT_EQ(meet(Shape{}, Shape{4}), "[4]");
  EXPECT_EQ(meet(Shape{}, Shape{}), "[]");
  EXPECT_EQ(meet(Shape{1}, Shape{0}), "[0]");
  EXPECT_EQ(meet(Shape{0, 1}, Shape{3}), "[0, 3]");
  expect_error(broadcast_shapes(Shape{2, 3}, Shape{2}), ErrorCode::kInvalidArgument,
               "shapes [2, 3] and [2] cannot be broadcast to each other (axis 1)");
  expect_error(broadcast_shapes(Shape{0}, Shape{2}), ErrorCode::kInvalidArgument, "[0] and [2]");
}

TEST(Broadcast, symbols_meet_as_far_as_is_known) {
  const Dim n = symbol("N");
  EXPECT_EQ(meet(dims({n, 3}), dims({3})), "[N, 3]");
  EXPECT_EQ(meet(dims({n}), dims({n})), "[N]");
  EXPECT_EQ(meet(dims({n}), dims({1})), "[N]");
  EXPECT_EQ(meet(dims({n}), dims({5})), "[5]");
  EXPECT_EQ(meet(dims({n}), dims({symbol("M")})), "[?]");
  EXPECT_EQ(meet(dims({Dim()}), dims({1})), "[?]");
  EXPECT_EQ(meet(dims({n}), SymbolicShape()), "[?...]");
  expect_error(broadcast_shapes(dims({n, 2}), dims({n, 3})), ErrorCode::kInvalidModel,
               "axis 1: sizes 2 and 3");
}

TEST(Broadcast, loops_join_axes_that_pass_alike) {
  const Shape out{2, 3, 4};
  const Shape all{2, 3, 4};
  const Shape row{4};
  const Shape column{2, 1, 1};
  EXPECT_EQ((BroadcastLoop<2>::make(out, {&all, &all}).rank), 1U);
  const auto with_row = BroadcastLoop<2>::make(out, {&all, &row});
  ASSERT_EQ(with_row.rank, 2U);
  EXPECT_EQ(with_row.sizes[0], 6);
  EXPECT_EQ(with_row.sizes[1], 4);
  EXPECT_EQ(with_row.strides[0][0], 4);
  EXPECT_EQ(with_row.strides[1][0], 0);
  EXPECT_EQ(with_row.strides[1][1], 1);
  const auto with_column = BroadcastLoop<2>::make(out, {&all, &column});
  ASSERT_EQ(with_column.rank, 2U);
  EXPECT_EQ(with_column.sizes[0], 2);
  EXPECT_EQ(with_column.sizes[1], 12);
  EXPECT_EQ(with_column.strides[1][0], 1);
  EXPECT_EQ(with_column.strides[1][1], 0);
  const Shape ones{1, 1};
  const auto single = BroadcastLoop<2>::make(ones, {&ones, &ones});
  ASSERT_EQ(single.rank, 1U);
  EXPECT_EQ(single.sizes[0], 1);
}

// Elements visited, as sums of coordinates would give them, for every number of threads.
TEST(Broadcast, loops_visit_every_element_once) {
  const Shape out{3, 2, 5};
  const Shape a{3, 1, 5};
  const Shape b{2, 1};
  const auto loop = BroadcastLoop<2>::make(out, {&a, &b});
  const kernels::KernelTable& table = kernels::table_for(kernels::Isa::kGeneric);
  const Node node;
  for (const int threads : {1, 3}) {
    testing::TestContext context(node, {}, nullptr, table, threads);
    std::vector<std::array<int64_t, 2>> seen(30, {-1, -1});
    run_loop(context, loop, 5,
             [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
               for (int64_t i = 0; i < count; ++i) {
                 seen[static_cast<size_t>(at + i)] = {offsets[0] + i * strides[0],
                                                      offsets[1] + i * strides[1]};
               }
             });
    for (int64_t i = 0; i < 30; ++i) {
      const std::array<int64_t, 2> want{i / 10 * 5 + i % 5, i / 5 % 2};
      EXPECT_EQ(seen[static_cast<size_t>(i)], want) << "element " << i;
    }
  }
}

TEST(Broadcast, loops_over_nothing_do_not_run_rows) {
  const Shape out{0, 3};
  const Shape row{3};
  const auto loop = BroadcastLoop<2>::make(out, {&out, &row});
  const Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  int64_t total = 0;
  run_loop(context, loop, 1,
           [&](int64_t, const auto&, const auto&, int64_t count) { total += count; });
  EXPECT_EQ(total, 0);
}

}  // namespace
}  // namespace tundish::ops
