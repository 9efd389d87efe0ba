#include "ir/verifier.h"

#include <gtest/gtest.h>

#include "ir/builder.h"
#include "ir/test_ops.h"

namespace tundish {

namespace {

Builder sample(ValueId* a, ValueId* b) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({2}));
  *a = (*builder.add({.op = "Abs", .inputs = {x}, .output_names = {"a"}}))[0];
  *b = (*builder.add({.op = "Abs", .inputs = {*a}, .output_names = {"b"}}))[0];
  EXPECT_TRUE(builder.output(*b, "b"));
  return builder;
}

// The builder refuses mistakes, so damage is done to its graph behind its back.
std::string fault(void (*damage)(Graph& graph, ValueId a, ValueId b)) {
  ValueId a, b;
  const Builder builder = sample(&a, &b);
  Graph graph = builder.graph();
  damage(graph, a, b);
  const Status status = verify(graph, test_ops::table());
  return status ? std::string("accepted") : status.error().to_string();
}

// Nodes and values of a graph are reached through const accessors of storage that the test owns.
Node& node_of(Graph& graph, ValueId value) { return const_cast<Node&>(*graph.producer(value)); }
ValueInfo& info_of(Graph& graph, ValueId value) {
  return const_cast<ValueInfo&>(graph.value(value));
}

TEST(Verifier, accepts_what_the_builder_makes) {
  EXPECT_EQ(fault([](Graph&, ValueId, ValueId) {}), "accepted");
}

TEST(Verifier, names_each_fault) {
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId) { node_of(g, a).op = "Nope"; }),
            "graph \"g\": node \"Abs\" (Nope-27): operator Nope-27 is not supported");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId b) { node_of(g, a).inputs[0] = b; }),
            "graph \"g\": node \"Abs\" (Abs-27): value \"b\" is read before it is produced");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId) { node_of(g, a).inputs[0] = ValueId{77}; }),
            "graph \"g\": node \"Abs\" (Abs-27): an input does not exist");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId) { node_of(g, a).inputs.clear(); }),
            "graph \"g\": node \"Abs\" (Abs-27): expected 1 inputs, got 0");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId b) { node_of(g, b).outputs[0] = a; }),
            "graph \"g\": node \"Abs_1\" (Abs-27): value \"a\" is produced twice");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId) { info_of(g, a).name = "b"; }),
            "graph \"g\": node \"Abs_1\" (Abs-27): two values are called \"b\"");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId) { info_of(g, a).name = ""; }),
            "graph \"g\": node \"Abs\" (Abs-27): a value has no name");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId b) { node_of(g, a).name = node_of(g, b).name; }),
            "graph \"g\": node \"Abs_1\" (Abs-27): two nodes have this name");
  EXPECT_EQ(
      fault([](Graph& g, ValueId, ValueId b) { info_of(g, b).type = test_ops::float64_type({3}); }),
      "graph \"g\": node \"Abs_1\" (Abs-27): output 0 is declared float64[3], but inference "
      "gives float64[2]");
  EXPECT_EQ(fault([](Graph& g, ValueId a, ValueId) { info_of(g, a).constant = Tensor(); }),
            "graph \"g\": node \"Abs\" (Abs-27): value \"a\" names another producer");
}

TEST(Verifier, outputs_must_be_made) {
  Builder builder(test_ops::table(), "g");
  ASSERT_TRUE(builder.input("X", test_ops::float64_type({2})));
  EXPECT_EQ(verify(builder.graph(), test_ops::table()).error().message(),
            "the graph has no output");
}

TEST(Verifier, looks_into_subgraphs) {
  ValueId a, b;
  Builder builder = sample(&a, &b);
  const GraphPointer empty = std::make_shared<const Graph>();
  AttributeList attributes;
  attributes.set("body", empty);
  ASSERT_TRUE(builder.op("Abs", {b}, attributes));
  const Status status = verify(builder.graph(), test_ops::table());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().to_string(),
            "graph \"g\": node \"Abs_2\" (Abs-27): attribute \"body\": graph \"\": the graph has "
            "no output");
}

}  // namespace
}  // namespace tundish
