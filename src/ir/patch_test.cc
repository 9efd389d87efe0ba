#include "ir/patch.h"

#include <gtest/gtest.h>

#include "ir/test_ops.h"
#include "ir/verifier.h"

namespace tundish {
namespace {

using test_ops::float64_type;

// X -> Abs a -> Abs b -> Add(b, a) y
Graph sample() {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", float64_type({Dim::symbol("N"), 2}));
  const auto a = *builder.add({.op = "Abs", .inputs = {x}, .output_names = {"a"}});
  const auto b = *builder.add({.op = "Abs", .inputs = {a[0]}, .output_names = {"b"}});
  const ValueId y = *builder.op("Add", {b[0], a[0]});
  EXPECT_TRUE(builder.output(y, "y"));
  return std::move(builder).finish().value();
}

std::string shown(const Graph& graph) {
  std::string text;
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    text += graph.value(node.outputs[0]).name + "=" + node.op + "(";
    for (const ValueId input : node.inputs) text += graph.value(input).name + " ";
    text += ") ";
  }
  return text;
}

TEST(Patch, replaces_and_removes_dead_code) {
  Graph graph = sample();
  const ValueId a = graph.find_value("a");
  const ValueId b = graph.find_value("b");
  Patch patch(graph, test_ops::table());
  EXPECT_TRUE(patch.empty());
  patch.replace(b, a);
  ASSERT_TRUE(std::move(patch).apply(graph));
  EXPECT_EQ(shown(graph), "a=Abs(X ) y=Add(a a ) ");
  EXPECT_EQ(graph.find_value("b"), kNoValue);
  EXPECT_EQ(graph.find_value("a"), a);
  EXPECT_TRUE(verify(graph, test_ops::table()));
}

TEST(Patch, new_node_comes_before_its_first_reader_and_may_read_what_it_replaces) {
  Graph graph = sample();
  const ValueId a = graph.find_value("a");
  Patch patch(graph, test_ops::table());
  const auto n = *patch.add({.op = "Abs", .inputs = {a}, .output_names = {"n"}});
  patch.replace(a, n[0]);
  ASSERT_TRUE(std::move(patch).apply(graph));
  EXPECT_EQ(shown(graph), "a=Abs(X ) n=Abs(a ) b=Abs(n ) y=Add(b n ) ");
  EXPECT_TRUE(verify(graph, test_ops::table()));
}

TEST(Patch, graph_output_keeps_its_name) {
  Graph graph = sample();
  const ValueId y = graph.find_value("y");
  Patch patch(graph, test_ops::table());
  const ValueId n = *patch.op("Abs", {graph.find_value("X")});
  patch.replace(y, n);
  ASSERT_TRUE(std::move(patch).apply(graph));
  EXPECT_EQ(shown(graph), "y=Abs(X ) ");
  EXPECT_TRUE(verify(graph, test_ops::table()));
}

TEST(Patch, input_in_the_place_of_an_output_goes_through_identity) {
  Graph graph = sample();
  Patch patch(graph, test_ops::table());
  patch.replace(graph.find_value("y"), graph.find_value("X"));
  ASSERT_TRUE(std::move(patch).apply(graph));
  EXPECT_EQ(shown(graph), "y=Identity(X ) ");
  EXPECT_TRUE(verify(graph, test_ops::table()));
}

TEST(Patch, refuses_another_type_and_leaves_the_graph) {
  Graph graph = sample();
  const std::string before = shown(graph);
  Patch patch(graph, test_ops::table());
  const ValueId c = patch.constant(Tensor::scalar(1.0f), "c");
  patch.replace(graph.find_value("b"), c);
  const Status status = std::move(patch).apply(graph);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kInternal);
  EXPECT_EQ(status.error().message(),
            "value \"b\" of type float64[N, 2] cannot be replaced by \"c\" of type float32[]");
  EXPECT_EQ(shown(graph), before);
}

TEST(Patch, refuses_circles) {
  Graph graph = sample();
  const ValueId a = graph.find_value("a");
  const ValueId b = graph.find_value("b");
  {
    Patch patch(graph, test_ops::table());
    const ValueId n = *patch.op("Abs", {b});
    patch.replace(a, n);  // b is made from a
    EXPECT_NE(std::move(patch).apply(graph).error().message().find("its own result"),
              std::string::npos);
  }
  {
    Patch patch(graph, test_ops::table());
    patch.replace(a, b);
    patch.replace(b, a);
    EXPECT_EQ(std::move(patch).apply(graph).error().message(), "replacements form a circle");
  }
  {
    Patch patch(graph, test_ops::table());
    patch.replace(a, a);
    EXPECT_FALSE(std::move(patch).apply(graph));
  }
}

TEST(Patch, more_precise_types_flow_on) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", float64_type({Dim(), 2}));
  const ValueId fixed = *builder.input("F", float64_type({3, 2}));
  const ValueId a = *builder.op("Abs", {x});
  const ValueId y = *builder.op("Abs", {a});
  ASSERT_TRUE(builder.output(y, "y"));
  Graph graph = std::move(builder).finish().value();
  Patch patch(graph, test_ops::table());
  patch.replace(x, fixed);
  ASSERT_TRUE(std::move(patch).apply(graph));
  EXPECT_EQ(graph.value(graph.outputs()[0]).type.to_string(), "float64[3, 2]");
}

TEST(Patch, what_was_known_of_the_old_value_is_kept) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", ValueType::tensor(DType::kFloat64, {}));
  const ValueId a = *builder.op("Abs", {x});
  ASSERT_TRUE(builder.declare_type(a, float64_type({Dim::symbol("N"), 2})));
  ASSERT_TRUE(builder.output(a, "y"));
  Graph graph = std::move(builder).finish().value();
  Patch patch(graph, test_ops::table());
  const ValueId n = *patch.op("Abs", {x});
  patch.replace(a, n);
  ASSERT_TRUE(std::move(patch).apply(graph));
  EXPECT_EQ(graph.value(n).type.to_string(), "float64[N, 2]");
  Patch last(graph, test_ops::table());
  last.replace(n, x);
  ASSERT_TRUE(std::move(last).apply(graph));
  EXPECT_EQ(graph.value(graph.outputs()[0]).type.to_string(), "float64[N, 2]");
  EXPECT_EQ(graph.value(x).type.to_string(), "float64[?...]");
}

TEST(Patch, refuses_a_graph_that_changed) {
  Graph graph = sample();
  Patch late(graph, test_ops::table());
  late.replace(graph.find_value("b"), graph.find_value("a"));
  Patch first(graph, test_ops::table());
  const ValueId n = *first.op("Abs", {graph.find_value("X")});
  first.replace(graph.find_value("b"), n);
  ASSERT_TRUE(std::move(first).apply(graph));
  EXPECT_FALSE(std::move(late).apply(graph));
}

TEST(SelectOutputs, keeps_what_is_needed) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", float64_type({2}));
  ASSERT_TRUE(builder.output(*builder.op("Abs", {x}), "p"));
  ASSERT_TRUE(builder.output(*builder.op("Add", {x, x}), "q"));
  const Graph graph = std::move(builder).finish().value();
  const Result<Graph> q = select_outputs(graph, std::vector<std::string>{"q"});
  ASSERT_TRUE(q);
  EXPECT_EQ(shown(*q), "q=Add(X X ) ");
  EXPECT_EQ(graph.order().size(), 2u);
  const auto none = select_outputs(graph, std::vector<std::string>{"r"});
  EXPECT_EQ(none.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(none.error().message(), "no output is called \"r\"; there are \"p\", \"q\"");
  EXPECT_FALSE(select_outputs(graph, std::vector<std::string>{"q", "q"}));
}

}  // namespace
}  // namespace tundish
