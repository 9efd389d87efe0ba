#include "ir/op_def.h"

#include <gtest/gtest.h>

#include "ir/builder.h"
#include "ir/test_ops.h"

namespace tundish {
namespace {

TEST(ListedOps, finds_the_row_in_force) {
  static constexpr OpDef kFirst[] = {{.name = "A", .since = 3}, {.name = "B", .since = 1}};
  static constexpr OpDef kSecond[] = {{.name = "A", .since = 7},
                                      {.name = "A", .domain = "tundish"}};
  const std::array<std::span<const OpDef>, 2> groups = {kFirst, kSecond};
  const ListedOps ops(groups);
  ASSERT_EQ(ops.all().size(), 4u);
  EXPECT_EQ(ops.find("", "A", 2), nullptr);
  EXPECT_EQ(ops.find("", "A", 3)->since, 3);
  EXPECT_EQ(ops.find("", "A", 6)->since, 3);
  EXPECT_EQ(ops.find("", "A", 27)->since, 7);
  EXPECT_EQ(ops.find("tundish", "A", 1)->domain, "tundish");
  EXPECT_EQ(ops.find("", "C", 27), nullptr);
  EXPECT_EQ(ops.find("ai.onnx.ml", "A", 5), nullptr);
}

TEST(OpDef, direction_looks_at_constants) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({2}));
  const ValueId mixed = builder.constant(Tensor::of(std::span<const double>({1.0, -2.0})));
  const ValueId negative = builder.constant(Tensor::of(std::span<const double>({-1.0, -2.0})));
  const auto direction = [&](ValueId y, size_t index) {
    const Graph& graph = builder.graph();
    return monotone_direction(test_ops::table(), graph, *graph.producer(y), index);
  };
  EXPECT_EQ(direction(*builder.op("Sub", {x, mixed}), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(*builder.op("Sub", {mixed, x}), 1), Monotone::kDecreasing);
  EXPECT_EQ(direction(*builder.op("Mul", {x, mixed}), 0), Monotone::kNo);
  EXPECT_EQ(direction(*builder.op("Div", {x, negative}), 0), Monotone::kDecreasing);
  EXPECT_EQ(direction(*builder.op("Abs", {x}), 0), Monotone::kNo);
}

TEST(OpDef, inference_errors_name_the_node) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({2}));
  const ValueId y = *builder.input("Y", test_ops::float64_type({3}));
  EXPECT_EQ(builder.op("Sub", {x, y}).error().to_string(),
            "node \"Sub\" (Sub-27): sizes 2 and 3 do not broadcast");
}

}  // namespace
}  // namespace tundish
