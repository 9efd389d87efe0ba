#include "ops/support/bodies.h"

#include <gtest/gtest.h>

namespace tundish::ops {
namespace {

GraphPointer empty_graph() { return std::make_shared<const Graph>(); }

TEST(Bodies, inputs_of_each_graph_follow_the_node_s_own) {
  Node node;
  node.inputs.assign(6, ValueId{0});
  node.attributes.set("then_branch", empty_graph());
  node.attributes.set("else_branch", empty_graph());
  node.attributes.set("captures", std::vector<int64_t>{2, 3});
  const auto inputs = BodyInputs::of(node);
  ASSERT_TRUE(inputs.has_value());
  EXPECT_EQ(inputs->own_count(), 1u);
  EXPECT_EQ(inputs->captured("else_branch"), (std::pair<size_t, size_t>{1, 2}));
  EXPECT_EQ(inputs->captured("then_branch"), (std::pair<size_t, size_t>{3, 3}));
  node.attributes.set("captures", std::vector<int64_t>{2, 5});
  EXPECT_FALSE(BodyInputs::of(node).has_value());
  node.attributes.set("captures", std::vector<int64_t>{-1, 5});
  EXPECT_FALSE(BodyInputs::of(node).has_value());
}

TEST(Bodies, graphs_are_asked_for_by_name) {
  Node node;
  node.attributes.set("body", empty_graph());
  node.attributes.set("n", int64_t{1});
  EXPECT_TRUE(body_of(node, "body").has_value());
  EXPECT_FALSE(body_of(node, "n").has_value());
  EXPECT_FALSE(body_of(node, "none").has_value());
}

TEST(Bodies, common_types_forget_what_differs) {
  const ValueType a = ValueType::tensor(DType::kFloat32, std::vector<Dim>{2, 3});
  const ValueType b = ValueType::tensor(DType::kFloat32, std::vector<Dim>{2, 4});
  const ValueType c = ValueType::tensor(DType::kFloat32, std::vector<Dim>{2});
  EXPECT_EQ(merged_type(a, b)->to_string(), "float32[2, ?]");
  EXPECT_EQ(merged_type(a, c)->to_string(), "float32[?...]");
  EXPECT_FALSE(merged_type(a, ValueType::tensor(DType::kInt64, a.shape)).has_value());
}

TEST(Bodies, conditions_are_one_bool) {
  EXPECT_TRUE(*read_condition(Tensor::scalar(true), "it"));
  EXPECT_FALSE(*read_condition(Tensor::scalar(false), "it"));
  EXPECT_EQ(read_condition(Tensor::scalar(1.0F), "it").error().to_string(), "it is not one bool");
  EXPECT_FALSE(read_condition(Sequence(), "it").has_value());
}

}  // namespace
}  // namespace tundish::ops
