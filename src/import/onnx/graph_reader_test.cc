#include "import/onnx/graph_reader.h"

#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

/// Y = Abs(X), a model that is read; tests change one thing.
struct Small : TestModel {
  explicit Small(int64_t opset = 18) : TestModel(opset) {
    input("X", floats({2}));
    node("", "Abs", {"X"}, {"Y"});
    output("Y");
  }
  std::string text(const ImportOptions& options = {}) { return text_of(read(lift_ops(), options)); }
};

TEST(GraphReader, a_small_model) {
  Small model;
  model.model.metadata_props = {{"b", "2"}, {"a", "1"}};
  const Result<Graph> graph = model.read(lift_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(text_of(graph),
            "  meta \"b\" = \"2\"\n  meta \"a\" = \"1\"\n  input %X : float32[2]\n"
            "  %Y = Abs(%X) : float32[2]\n  output %Y\n");
  EXPECT_EQ(graph->name(), "g");
  ImportOptions options;
  options.graph_name = "other";
  EXPECT_EQ(Small().read(lift_ops(), options)->name(), "other");
}

TEST(GraphReader, ai_onnx_is_the_default_domain) {
  Small model;
  model.model.opset_import[0].domain = "ai.onnx";
  model.graph().node[0].domain = "ai.onnx";
  model.model.opset_import.push_back({"", 18});  // the same once more
  EXPECT_NE(model.text().find("%Y = Abs(%X)"), std::string::npos) << model.text();
}

TEST(GraphReader, old_files_may_name_no_opset) {
  Small model;
  model.model.opset_import.clear();
  model.model.ir_version = 2;
  EXPECT_NE(model.text().find("%Y = Abs(%X)"), std::string::npos) << model.text();
  model.model.ir_version = 3;
  EXPECT_EQ(model.text(), "no opset_import");
}

TEST(GraphReader, versions_out_of_range) {
  Small model;
  model.model.ir_version = 0;
  EXPECT_EQ(model.text(), "no ir_version");
  model.model.ir_version = 14;
  EXPECT_EQ(model.text(), "IR version 14; up to 13 is read");
  EXPECT_EQ(Small(28).text(), "opset 28 of domain \"\"; up to 27 is read");
  EXPECT_EQ(Small(0).text(), "opset 0 of domain \"\"");
  Small ml;
  ml.model.opset_import.push_back({"ai.onnx.ml", 6});
  EXPECT_EQ(ml.text(), "opset 6 of domain \"ai.onnx.ml\"; up to 5 is read");
  Small twice;
  twice.model.opset_import.push_back({"ai.onnx", 17});
  EXPECT_EQ(twice.text(), "domain \"\" is imported as 18 and 17");
  Small foreign;
  foreign.model.opset_import.push_back({"com.example", 1000});
  EXPECT_NE(foreign.text().find("%Y = Abs(%X)"), std::string::npos);
}

TEST(GraphReader, what_is_not_read_is_refused) {
  OnnxModel empty;
  EXPECT_EQ(graph_from_records(std::move(empty), nullptr, lift_ops(), {}).error().to_string(),
            "the file has no graph");
  ImportOptions options;
  options.limits.max_graph_nodes = 0;
  EXPECT_EQ(Small().text(options),
            "1 nodes, those of functions put in place counted; the limit is 0");
}

TEST(GraphReader, an_input_with_an_initializer_is_that_constant) {
  Small model;
  model.initializer("X", list_tensor<float>({1, 2}));
  EXPECT_EQ(model.text(),
            "  const %X : float32[2] = [1, 2]\n  %Y = Abs(%X) : float32[2]\n  output %Y\n");
  Small longer;
  longer.initializer("X", list_tensor<float>({1, 2, 3}));
  EXPECT_EQ(longer.text(), "input \"X\": declared float32[2], its initializer is float32[3]");
  Small other;
  other.initializer("X", list_tensor<double>({1, 2}));
  EXPECT_EQ(other.text(), "input \"X\": declared float32[2], its initializer is float64[2]");
}

TEST(GraphReader, names_are_used_once) {
  Small input;
  input.input("X", floats({2}));
  EXPECT_EQ(input.text(), "input \"X\" is listed twice");
  Small initializer;
  for (int i = 0; i < 2; ++i) initializer.initializer("B", Tensor::scalar(1.0F));
  EXPECT_EQ(initializer.text(), "value \"B\" is made twice");
  Small node;
  node.node("", "Neg", {"X"}, {"Y"});
  EXPECT_EQ(node.text(), "node 1 \"n1\" (Neg): value \"Y\" is made twice");
  Small output;
  output.output("Y");
  EXPECT_EQ(output.text(), "output \"Y\": the name is taken");
  Small key;
  key.model.metadata_props = {{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(key.text(), "metadata key \"a\" is given twice");
  Small unnamed;
  unnamed.initializer("", Tensor::scalar(1.0F));
  EXPECT_EQ(unnamed.text(), "a value has no name");
}

TEST(GraphReader, nodes_are_in_order_and_have_outputs) {
  Small model;
  model.node("", "Neg", {"Z"}, {"W"});
  EXPECT_EQ(
      model.text(),
      "node 1 \"n1\" (Neg): input \"Z\" is made by nothing before this node (nodes must be in "
      "order)");
  Small none;
  none.node("", "Neg", {"X"}, {""});
  EXPECT_EQ(none.text(), "node 1 \"n1\" (Neg): no output");
}

TEST(GraphReader, domains_of_nodes) {
  Small foreign;
  foreign.node("com.example", "Fancy", {"X"}, {"W"});
  EXPECT_EQ(foreign.text(),
            "node 1 \"n1\" (Fancy): operator \"Fancy\" of the unknown domain \"com.example\"");
  foreign.model.opset_import.push_back({"com.example", 3});
  EXPECT_NE(foreign.text().find("(version 3)"), std::string::npos);
  Small unlisted;
  unlisted.node("ai.onnx.ml", "Scaler", {"X"}, {"W"});
  EXPECT_EQ(unlisted.text(),
            "node 1 \"n1\" (Scaler): domain \"ai.onnx.ml\" is not in opset_import");
}

TEST(GraphReader, attributes_are_given_once) {
  Small model;
  model.node("", "Cast", {"X"}, {"W"}, {{"to", int64_t{1}}, {"to", int64_t{1}}});
  EXPECT_EQ(model.text(), "node 1 \"n1\" (Cast): attribute \"to\" is given twice");
}

TEST(GraphReader, outputs) {
  Small none;
  none.graph().output.clear();
  EXPECT_EQ(none.text(), "the graph has no output");
  Small unknown;
  unknown.output("W");
  EXPECT_EQ(unknown.text(), "output \"W\" is made by no node");
  Small declared;
  declared.graph().output[0].type = declared.type(floats({5, 5}));  // shapes are inferred
  EXPECT_NE(declared.text().find("output %Y"), std::string::npos) << declared.text();
  declared.graph().output[0].type = declared.type(doubles({2}));
  EXPECT_EQ(declared.text(), "output \"Y\": declared float64[2], the graph makes float32[2]");
}

TEST(GraphReader, an_initializer_as_output) {
  Small model;
  model.initializer("B", Tensor::scalar(1.0F));
  model.output("B");
  const Result<Graph> graph = model.read(lift_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(graph->value(graph->outputs()[1]).name, "B");
}

}  // namespace
}  // namespace tundish
