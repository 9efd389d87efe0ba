#include "ops/support/conv_shape.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

Node conv(int64_t groups, std::vector<int64_t> strides) {
  Node node;
  node.attributes.set("group", groups);
  node.attributes.set("strides", std::move(strides));
  return node;
}

TEST(ConvShape, counts_channels_taps_and_windows) {
  const ConvShape shape =
      conv_shape_of(conv(2, {2, 1}), {3, 4, 5, 6}, {6, 2, 3, 2}, nullptr).value();
  EXPECT_EQ(shape.out(), (Shape{3, 6, 2, 5}));
  EXPECT_EQ(shape.inputs(), 4);
  EXPECT_EQ(shape.outputs(), 6);
  EXPECT_EQ(shape.group_outputs, 3);
  EXPECT_EQ(shape.taps, 6);
  EXPECT_EQ(tap_count({6, 2}), 1);
}

TEST(ConvShape, rejects_what_does_not_fit) {
  const auto make = [](const Shape& x, const Shape& w, int64_t groups) {
    return conv_shape_of(conv(groups, {1}), x, w, nullptr);
  };
  expect_error(make({1, 2, 3}, {1, 2, 3, 1}, 1), ErrorCode::kInvalidArgument, "dimensions");
  expect_error(make({1, 2, 3}, {1, 3, 1}, 1), ErrorCode::kInvalidArgument, "has 2 channels");
  expect_error(make({1, 2, 3}, {3, 1, 1}, 2), ErrorCode::kInvalidArgument, "do not divide");
  expect_error(make({1, 2, 3}, {3, 1, 1}, 0), ErrorCode::kInvalidArgument, "\"group\"");
  expect_error(make({1, 2}, {3, 1}, 1), ErrorCode::kInvalidArgument, "dimensions");
}

TEST(ConvShape, joins_axes_that_nothing_looks_across) {
  ConvShape shape = conv_shape_of(conv(1, {1, 1}), {1, 2, 3, 4}, {2, 2, 1, 1}, nullptr).value();
  flatten_windows(shape.plan);
  EXPECT_EQ(shape.plan.rank, 1U);
  EXPECT_EQ(shape.plan.out_columns(), 12);
  shape = conv_shape_of(conv(1, {1, 1}), {1, 2, 3, 4}, {2, 2, 2, 1}, nullptr).value();
  flatten_windows(shape.plan);
  EXPECT_EQ(shape.plan.rank, 2U);
}

}  // namespace
}  // namespace tundish::ops
