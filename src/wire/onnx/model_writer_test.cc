#include "wire/onnx/model_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/onnx/model_reader.h"

namespace tundish {
namespace {

OnnxTensor tensor(std::string_view name, Bytes raw) {
  OnnxTensor made;
  made.name = name;
  made.dims = {static_cast<int64_t>(raw.size())};
  made.data_type = 2;
  made.raw_data = raw;
  return made;
}

OnnxType tensor_type() {
  OnnxType type;
  type.kind = OnnxTypeKind::kTensor;
  type.elem_type = 11;
  type.shape.emplace();
  type.shape->push_back({.param = "N"});
  type.shape->push_back({.value = 3});
  type.shape->push_back({.denotation = "D"});
  return type;
}

OnnxType holder(OnnxTypeKind kind) {
  OnnxType type;
  type.kind = kind;
  type.key_type = kind == OnnxTypeKind::kMap ? 7 : 0;
  type.element = std::make_unique<OnnxType>(tensor_type());
  type.denotation = "held";
  return type;
}

// One attribute of every kind.
std::vector<OnnxAttribute> attributes(Bytes raw) {
  using enum OnnxAttributeType;
  std::vector<OnnxAttribute> all;
  for (int kind = 1; kind <= 14; ++kind) {
    OnnxAttribute& one = all.emplace_back();
    one.name = "a";
    one.doc_string = "doc";
    one.type = static_cast<OnnxAttributeType>(kind);
    if (one.type == kFloat) one.f = 0.5F;
    if (one.type == kInt) one.i = -4;
    if (one.type == kString) one.s = "text";
    if (one.type == kFloats) one.floats = {1, 2};
    if (one.type == kInts) one.ints = {1, -2};
    if (one.type == kStrings) one.strings = {"x", ""};
    if (one.type == kTensor || one.type == kTensors) one.tensors.push_back(tensor("t", raw));
    if (one.type == kGraph || one.type == kGraphs) one.graphs.emplace_back().name = "inner";
    if (one.type == kTypeProto || one.type == kTypeProtos) one.types.push_back(tensor_type());
    if (one.type == kSparseTensor || one.type == kSparseTensors) {
      one.sparse_tensors.emplace_back().values = tensor("v", raw);
      one.sparse_tensors.back().dims = {4};
    }
  }
  all.back().ref_attr_name = "outer";
  return all;
}

OnnxModel model(Bytes raw) {
  OnnxModel made;
  made.ir_version = 8;
  made.producer_name = "p";
  made.producer_version = "1";
  made.domain = "d";
  made.model_version = 3;
  made.doc_string = "doc";
  made.opset_import = {{"", 18}, {"ai.onnx.ml", 5}};
  made.metadata_props = {{"k", "v"}, {"last", "one"}};
  OnnxGraph& graph = made.graph.emplace();
  graph.name = "g";
  graph.doc_string = "doc";
  OnnxNode& node = graph.node.emplace_back();
  node.input = {"x", ""};
  node.output = {"y"};
  node.name = "n";
  node.op_type = "Op";
  node.domain = "custom";
  node.overload = "o";
  node.doc_string = "doc";
  node.metadata_props = {{"a", "b"}};
  node.attribute = attributes(raw);
  graph.initializer.push_back(tensor("w", raw));
  graph.sparse_initializer.emplace_back().indices = tensor("i", raw);
  graph.input.emplace_back().name = "x";
  graph.input.back().type = tensor_type();
  graph.output.emplace_back().name = "y";
  for (const auto kind : {OnnxTypeKind::kSequence, OnnxTypeKind::kMap, OnnxTypeKind::kOptional}) {
    graph.value_info.emplace_back().type = holder(kind);
  }
  graph.value_info.emplace_back().type.kind = OnnxTypeKind::kSparseTensor;
  graph.metadata_props = {{"gm", "1"}};
  OnnxFunction& function = made.functions.emplace_back();
  function.name = "f";
  function.domain = "custom";
  function.overload = "o";
  function.doc_string = "doc";
  function.input = {"a"};
  function.output = {"b"};
  function.attribute = {"alpha"};
  function.attribute_proto.emplace_back().name = "beta";
  function.node.emplace_back().op_type = "Inner";
  function.opset_import = {{"", 18}};
  function.value_info.emplace_back().name = "b";
  function.metadata_props = {{"m", "n"}};
  return made;
}

TEST(ModelWriter, what_is_written_reads_back_and_writes_again) {
  const std::string raw = "abcdefgh";
  const std::string bytes = write_onnx_model(model(as_bytes(raw)));
  const auto read = read_onnx_model(as_bytes(bytes));
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(write_onnx_model(*read), bytes);
  EXPECT_EQ(read->ir_version, 8);
  EXPECT_EQ(read->opset_import[1].domain, "ai.onnx.ml");
  EXPECT_EQ(read->functions[0].attribute[0], "alpha");
  const OnnxNode& node = read->graph->node[0];
  EXPECT_EQ(node.input[1], "");
  EXPECT_EQ(node.overload, "o");
  ASSERT_EQ(node.attribute.size(), 14u);
  EXPECT_EQ(node.attribute[0].f, 0.5F);
  EXPECT_EQ(node.attribute[1].i, -4);
  EXPECT_EQ(node.attribute[5].floats[1], 2);
  EXPECT_EQ(node.attribute[6].ints[1], -2);
  EXPECT_EQ(node.attribute[7].strings[0], "x");
  EXPECT_EQ(node.attribute[3].tensors[0].dims[0], 8);
  EXPECT_EQ(node.attribute[4].graphs[0].name, "inner");
  EXPECT_EQ(node.attribute[10].sparse_tensors[0].dims[0], 4);
  EXPECT_EQ(node.attribute[13].ref_attr_name, "outer");
  EXPECT_EQ(read->graph->value_info[1].type.key_type, 7);
  EXPECT_EQ(read->graph->value_info[1].type.denotation, "held");
  EXPECT_EQ((*read->graph->input[0].type.shape)[0].param, "N");
  EXPECT_TRUE(bytes.ends_with("one"));
  EXPECT_TRUE(looks_like_onnx(as_bytes(bytes)));
}

TEST(ModelWriter, aligns_raw_data_at_every_offset) {
  const std::string raw(640, 'r');
  for (size_t name_bytes = 1; name_bytes < 140; ++name_bytes) {
    const std::string name(name_bytes, 'n');
    OnnxModel made;
    made.ir_version = 8;
    made.graph.emplace().name = name;
    for (int i = 0; i < 3; ++i) {
      made.graph->initializer.push_back(tensor(name, as_bytes(raw).first(64 + i * 91)));
    }
    made.graph->initializer.push_back(tensor("small", as_bytes(raw).first(7)));
    const std::string bytes = write_onnx_model(made, {.raw_alignment = 64});
    const auto read = read_onnx_model(as_bytes(bytes));
    ASSERT_TRUE(read.has_value());
    for (int i = 0; i < 3; ++i) {
      const auto& record = read->graph->initializer[i];
      const auto at = record.raw_data->data() - as_bytes(bytes).data();
      EXPECT_EQ(at % 64, 0) << name_bytes << " " << i;
      EXPECT_EQ(record.raw_data->size(), 64u + i * 91);
    }
  }
}

}  // namespace
}  // namespace tundish
