#include "import/onnx/scope.h"

#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {
using namespace test_models;

// Test operators and If, whose output is that of its first graph.
Status infer_if(InferContext& context) {
  const Attribute* branch = context.node().attributes.find("then_branch");
  const auto* graph = branch == nullptr ? nullptr : std::get_if<GraphPointer>(branch);
  if (graph == nullptr) return InvalidModel("no then_branch");
  context.set_output(0, (*graph)->value((*graph)->outputs()[0]).type);
  return ok();
}
const OpTable& scope_ops() {
  static constexpr OpDef kIf[] = {{.name = "If", .inputs = {1, kAnyCount}, .infer = infer_if}};
  static const std::vector<OpDef> kRows = [] {
    std::vector<OpDef> rows(std::begin(kIf), std::end(kIf));
    for (const OpDef* row : lift_ops().all()) rows.push_back(*row);
    return rows;
  }();
  static const std::array<std::span<const OpDef>, 1> kGroups = {std::span<const OpDef>(kRows)};
  static const ListedOps kOps(kGroups);
  return kOps;
}

std::string text_of(const Result<Graph>& graph) {
  return graph ? to_text(*graph) : graph.error().to_string();
}

void add_node(TestModel& model, OnnxGraph& graph, std::string_view op, const Strings& inputs,
              std::string_view output) {
  OnnxNode& node = graph.node.emplace_back();
  node.op_type = op;
  for (const std::string& each : inputs) node.input.push_back(model.keep(each));
  node.output.push_back(output);
}
OnnxGraph& add_body(OnnxNode& node, std::string_view name) {
  OnnxAttribute& attribute = node.attribute.emplace_back();
  attribute.name = name;
  attribute.type = OnnxAttributeType::kGraph;
  OnnxGraph& graph = attribute.graphs.emplace_back();
  graph.name = name;
  return graph;
}
void add_output(OnnxGraph& graph, std::string_view name) {
  graph.output.emplace_back().name = name;
}

TEST(Scope, values_from_outside_become_inputs) {
  TestModel model;
  model.input("C", type_of(DType::kBool, {}));
  model.input("X", floats({2}));
  model.initializer("W", list_tensor<float>({1, 2}));
  OnnxNode& node = model.node("", "If", {"C"}, {"Y"});
  OnnxGraph& yes = add_body(node, "then_branch");
  add_node(model, yes, "Add", {"X", "W"}, "sum");
  add_output(yes, "sum");
  OnnxGraph& no = add_body(node, "else_branch");
  add_output(no, "X");
  model.output("Y");
  const Result<Graph> graph = model.read(scope_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const Node& read = graph->node(graph->order()[0]);
  // Its own condition, X for else_branch, X for then_branch; W is a constant there.
  ASSERT_EQ(read.inputs.size(), 3u);
  EXPECT_EQ(read.inputs[1], graph->inputs()[1]);
  EXPECT_EQ(read.inputs[2], graph->inputs()[1]);
  EXPECT_EQ(*read.attributes.get_ints("captures"), (Ints{1, 1}));
  const auto& branch = *std::get<GraphPointer>(*read.attributes.find("then_branch"));
  EXPECT_EQ(branch.inputs().size(), 1u);
  EXPECT_EQ(branch.value(branch.inputs()[0]).type.to_string(), "float32[2]");
}

TEST(Scope, graphs_in_graphs_reach_all_the_way_out) {
  TestModel model;
  model.input("C", type_of(DType::kBool, {}));
  model.input("X", floats({2}));
  OnnxNode& node = model.node("", "If", {"C"}, {"Y"});
  OnnxGraph& yes = add_body(node, "then_branch");
  OnnxNode& inner = yes.node.emplace_back();
  inner.op_type = "If";
  inner.input.push_back("C");
  inner.output.push_back("z");
  OnnxGraph& deep = add_body(inner, "then_branch");
  add_node(model, deep, "Abs", {"X"}, "abs");
  add_output(deep, "abs");
  add_output(yes, "z");
  model.output("Y");
  const Result<Graph> graph = model.read(scope_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(graph->node(graph->order()[0]).inputs.size(), 3u);
}

OnnxFunction& add_function(TestModel& model, std::string_view name) {
  OnnxFunction& function = model.model.functions.emplace_back();
  function.domain = "own";
  function.name = name;
  function.opset_import.push_back({"", 18});
  function.opset_import.push_back({"own", 1});
  return function;
}
void add_call(OnnxFunction& function, std::string_view op, std::string_view in,
              std::string_view out, std::string_view domain = "") {
  OnnxNode& node = function.node.emplace_back();
  node.op_type = op;
  node.domain = domain;
  node.input.push_back(in);
  node.output.push_back(out);
}

TEST(Scope, functions_take_the_place_of_their_calls) {
  TestModel model;
  model.model.opset_import.push_back({"own", 1});
  OnnxFunction& function = add_function(model, "Twice");
  function.input.push_back("x");
  function.output.push_back("y");
  function.attribute.push_back("to");
  add_call(function, "Abs", "x", "a");
  add_call(function, "Cast", "a", "y");
  OnnxAttribute& to = function.node[1].attribute.emplace_back();
  to.name = "to";
  to.ref_attr_name = "to";
  to.type = OnnxAttributeType::kInt;
  model.input("X", floats({2}));
  model.node("own", "Twice", {"X"}, {"Y"}, {{"to", int64_t{11}}});
  model.node("own", "Twice", {"X"}, {"Z"}, {{"to", int64_t{7}}});
  model.output("Y");
  model.output("Z");
  const Result<Graph> graph = model.read(scope_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  ASSERT_EQ(graph->order().size(), 4u);
  EXPECT_EQ(graph->value(graph->outputs()[0]).type.to_string(), "float64[2]");
  EXPECT_EQ(graph->value(graph->outputs()[1]).type.to_string(), "int64[2]");
}

TEST(Scope, functions_that_call_themselves_or_grow_are_refused) {
  TestModel loops;
  loops.model.opset_import.push_back({"own", 1});
  OnnxFunction& self = add_function(loops, "Self");
  self.input.push_back("x");
  self.output.push_back("y");
  add_call(self, "Self", "x", "y", "own");
  loops.input("X", floats({2}));
  loops.node("own", "Self", {"X"}, {"Y"});
  loops.output("Y");
  EXPECT_NE(text_of(loops.read(scope_ops())).find("calls itself"), std::string::npos);

  TestModel grows;
  grows.model.opset_import.push_back({"own", 1});
  for (int level = 0; level < 30; ++level) {
    OnnxFunction& function = add_function(grows, grows.keep("f" + std::to_string(level)));
    function.input.push_back("x");
    function.output.push_back("y");
    const std::string_view next = level == 29 ? "Abs" : grows.keep("f" + std::to_string(level + 1));
    add_call(function, next, "x", "m", level == 29 ? "" : "own");
    add_call(function, next, "m", "y", level == 29 ? "" : "own");
  }
  grows.input("X", floats({2}));
  grows.node("own", "f0", {"X"}, {"Y"});
  grows.output("Y");
  ImportOptions options;
  options.limits.max_graph_nodes = 10'000;
  EXPECT_EQ(grows.read(scope_ops(), options).error().code(), ErrorCode::kLimit);
}

TEST(Scope, sparse_initializers_are_dense) {
  TestModel model;
  OnnxSparseTensor& record = model.graph().sparse_initializer.emplace_back();
  record.values = model.tensor(list_tensor<float>({5, 6}), "W");
  record.indices = model.tensor(list_tensor<int64_t>({0, 3}), "");
  record.dims = {2, 2};
  model.input("X", floats({2, 2}));
  model.node("", "Add", {"X", "W"}, {"Y"});
  model.output("Y");
  const Result<Graph> graph = model.read(scope_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const Tensor* dense = graph->constant(graph->find_value("W"));
  ASSERT_NE(dense, nullptr);
  EXPECT_EQ(dense->values<float>()[3], 6);
  EXPECT_EQ(dense->values<float>()[1], 0);
}

}  // namespace
}  // namespace tundish
