#include "ir/builder.h"

#include <gtest/gtest.h>

#include "ir/test_ops.h"

namespace tundish {
namespace {

using test_ops::float64_type;

Builder new_builder() { return Builder(test_ops::table(), "g"); }

TEST(Builder, infers_types_and_keeps_order) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({Dim::symbol("N"), 2}));
  const ValueId mean = builder.constant(Tensor::of(std::span<const double>({1.0, 2.0})), "mean");
  builder.at("pipeline.steps[0]");
  const ValueId y = *builder.op("Sub", {x, mean});
  EXPECT_EQ(builder.type(y).to_string(), "float64[N, 2]");
  EXPECT_NE(builder.constant_of(mean), nullptr);
  ASSERT_TRUE(builder.output(y, "y"));
  builder.metadata("k", "v");
  const Result<Graph> graph = std::move(builder).finish();
  ASSERT_TRUE(graph) << graph.error().to_string();
  EXPECT_EQ(graph->order().size(), 1u);
  EXPECT_EQ(graph->producer(y)->origin, "pipeline.steps[0]");
  EXPECT_EQ(graph->producer(y)->version, kCanonicalOpset);
  EXPECT_EQ(graph->value(graph->outputs()[0]).name, "y");
  EXPECT_EQ(*graph->find_metadata("k"), "v");
  EXPECT_EQ(graph->find_metadata("none"), nullptr);
  EXPECT_EQ(graph->find_value("mean"), mean);
  EXPECT_EQ(graph->readers(mean).size(), 1u);
}

TEST(Builder, makes_names_unique) {
  Builder builder = new_builder();
  const ValueId a = builder.constant(Tensor::scalar(1.0), "c");
  const ValueId b = builder.constant(Tensor::scalar(2.0), "c");
  const ValueId c = builder.scalar(3.0);
  EXPECT_EQ(builder.graph().value(a).name, "c");
  EXPECT_EQ(builder.graph().value(b).name, "c_1");
  EXPECT_NE(builder.graph().value(c).name, "");
  EXPECT_FALSE(builder.input("c", float64_type({1})));
}

TEST(Builder, refuses_unknown_operator_and_names_near_one) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({2}));
  builder.at("step");
  const Result<ValueId> y = builder.op("Sud", {x, x});
  ASSERT_FALSE(y);
  EXPECT_EQ(y.error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(
      y.error().to_string(),
      "step: node \"Sud\" (Sud-27): operator Sud-27 is not supported; the nearest name is Sub");
  const auto old = builder.add({.op = "Cast", .inputs = {x}, .version = 6});
  EXPECT_NE(old.error().to_string().find("from opset version 13 on"), std::string::npos);
}

TEST(Builder, refuses_wrong_arity_and_missing_values) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({2}));
  EXPECT_EQ(builder.op("Sub", {x}).error().message(), "expected 2 inputs, got 1");
  EXPECT_EQ(builder.op("Sub", {kNoValue, x}).error().message(), "input 0 is left out");
  EXPECT_EQ(builder.op("Sub", {x, ValueId{99}}).error().message(), "input 1 does not exist");
  EXPECT_EQ(builder.add({.op = "Split", .inputs = {x}, .output_count = 4}).error().message(),
            "expected 1 to 3 outputs, got 4");
  EXPECT_EQ(builder.op("Concat", {}).error().message(), "expected at least 1 inputs, got 0");
}

TEST(Builder, trailing_absent_inputs_are_dropped) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({2}));
  const ValueId y = *builder.op("Sum3", {x, kNoValue, kNoValue});
  EXPECT_EQ(builder.graph().producer(y)->inputs.size(), 1u);
}

TEST(Builder, output_of_input_constant_or_output_goes_through_identity) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({2}));
  const ValueId c = builder.constant(Tensor::scalar(1.0), "c");
  const ValueId y = *builder.op("Add", {x, c});
  ASSERT_TRUE(builder.output(x, "x_out"));
  ASSERT_TRUE(builder.output(c, "c"));
  ASSERT_TRUE(builder.output(y, "y1"));
  ASSERT_TRUE(builder.output(y, "y2"));
  EXPECT_FALSE(builder.output(y, "y1"));
  EXPECT_FALSE(builder.output(y, "X"));
  EXPECT_FALSE(builder.output(y, ""));
  const Result<Graph> graph = std::move(builder).finish();
  ASSERT_TRUE(graph) << graph.error().to_string();
  std::string names;
  for (const ValueId id : graph->outputs()) names += graph->value(id).name + " ";
  EXPECT_EQ(names, "x_out c y1 y2 ");
  EXPECT_EQ(graph->order().size(), 4u);
}

TEST(Builder, output_takes_its_name_from_an_inner_value) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({2}));
  const auto inner = *builder.add({.op = "Abs", .inputs = {x}, .output_names = {"label"}});
  const ValueId y = *builder.op("Abs", {inner[0]});
  ASSERT_TRUE(builder.output(y, "label"));
  EXPECT_EQ(builder.graph().value(y).name, "label");
  EXPECT_NE(builder.graph().value(inner[0]).name, "label");
}

TEST(Builder, finish_drops_what_nobody_reads) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({2}));
  builder.constant(Tensor::scalar(1.0), "unused");
  ASSERT_TRUE(builder.op("Abs", {x}));
  const ValueId y = *builder.op("Abs", {x});
  ASSERT_TRUE(builder.output(y, "y"));
  const Result<Graph> graph = std::move(builder).finish();
  EXPECT_EQ(graph->order().size(), 1u);
  EXPECT_EQ(graph->find_value("unused"), kNoValue);
}

TEST(Builder, declared_types_refine_inference) {
  Builder builder = new_builder();
  const ValueId x = *builder.input("X", float64_type({Dim(), 2}));
  const ValueId y = *builder.op("Abs", {x});
  ASSERT_TRUE(builder.declare_type(y, float64_type({Dim::symbol("N"), 2})));
  EXPECT_EQ(builder.type(y).to_string(), "float64[N, 2]");
  EXPECT_EQ(builder.declare_type(y, float64_type({3})).error().message(),
            "value \"Abs\" is declared float64[3], but inference gives float64[N, 2]");
}

TEST(Builder, finish_needs_an_output) {
  Builder builder = new_builder();
  ASSERT_TRUE(builder.input("X", float64_type({2})));
  EXPECT_EQ(std::move(builder).finish().error().message(), "the graph has no output");
}

}  // namespace
}  // namespace tundish
