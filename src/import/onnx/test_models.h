// Models of any opset as records, for tests: made in a few lines, read into graphs.
#ifndef TUNDISH_IMPORT_ONNX_TEST_MODELS_H_
#define TUNDISH_IMPORT_ONNX_TEST_MODELS_H_

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "import/onnx/graph_reader.h"
#include "ir/attribute.h"
#include "ir/text_form.h"
#include "wire/onnx/records.h"

namespace tundish::test_models {

inline ValueType type_of(DType dtype, std::initializer_list<Dim> dims) {
  return ValueType::tensor(dtype, std::vector<Dim>(dims));
}
inline ValueType floats(std::initializer_list<Dim> dims) { return type_of(DType::kFloat32, dims); }
inline ValueType doubles(std::initializer_list<Dim> dims) { return type_of(DType::kFloat64, dims); }
template <class T> Tensor list_tensor(std::initializer_list<T> values) {
  return Tensor::of(std::span<const T>(values.begin(), values.size()));
}
template <class T> Tensor tensor_of(std::initializer_list<T> values, const Shape& shape) {
  return Tensor::of(std::span<const T>(values.begin(), values.size()), shape);
}

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;

/// The attributes with some replaced, added, or (when of an undefined tensor) taken away.
inline Attributes with(Attributes list, const Attributes& changes) {
  for (const auto& [name, value] : changes) {
    std::erase_if(list, [&, &key = name](const auto& one) { return one.first == key; });
    const auto* tensor = std::get_if<Tensor>(&value);
    if (tensor == nullptr || tensor->defined()) list.emplace_back(name, value);
  }
  return list;
}
inline Attributes without(Attributes list, const std::string& name) {
  return with(std::move(list), {{name, Tensor()}});
}

/// The records of a model, and storage for what they refer to, which graphs read from it share.
class TestModel {
 public:
  explicit TestModel(int64_t opset = 18, int64_t ml_opset = 0) {
    model.ir_version = 8;
    model.graph.emplace();
    model.graph->name = "g";
    model.opset_import.push_back({"", opset});
    if (ml_opset != 0) model.opset_import.push_back({"ai.onnx.ml", ml_opset});
  }
  TestModel(const TestModel&) = delete;
  TestModel& operator=(const TestModel&) = delete;

  OnnxModel model;
  OnnxGraph& graph() { return *model.graph; }
  std::string_view keep(std::string text) { return storage_->texts.emplace_back(std::move(text)); }

  OnnxType type(const ValueType& type) {
    OnnxType record;
    record.kind = OnnxTypeKind::kTensor;
    record.elem_type = static_cast<int32_t>(type.dtype);
    if (!type.shape.has_value()) return record;
    record.shape.emplace();
    for (const Dim& dim : *type.shape) {
      OnnxDim& one = record.shape->emplace_back();
      if (dim.is_known()) one.value = dim.size();
      one.param = keep(dim.name());
    }
    return record;
  }

  OnnxTensor tensor(const Tensor& value, std::string_view name) {
    const Tensor& kept = storage_->tensors.emplace_back(value);
    OnnxTensor record;
    record.name = keep(std::string(name));
    record.dims.assign(kept.shape().dims().begin(), kept.shape().dims().end());
    record.data_type = static_cast<int32_t>(kept.dtype());
    if (kept.dtype() == DType::kString) {
      for (const std::string& text : kept.values<std::string>()) record.string_data.push_back(text);
    } else {
      record.raw_data = Bytes(static_cast<const uint8_t*>(kept.data()), kept.byte_count());
    }
    return record;
  }

  void input(std::string_view name, const ValueType& value_type) {
    OnnxValueInfo& info = graph().input.emplace_back();
    info.name = keep(std::string(name));
    info.type = type(value_type);
  }
  void initializer(std::string_view name, const Tensor& value) {
    graph().initializer.push_back(tensor(value, name));
  }
  OnnxValueInfo& output(std::string_view name) {
    OnnxValueInfo& info = graph().output.emplace_back();
    info.name = keep(std::string(name));
    return info;
  }
  /// A node of its own name "n0", "n1", ...
  OnnxNode& node(std::string_view domain, std::string_view op, const Strings& inputs,
                 const Strings& outputs, const Attributes& attributes = {}) {
    OnnxNode& node = graph().node.emplace_back();
    node.name = keep("n" + std::to_string(graph().node.size() - 1));
    node.domain = keep(std::string(domain));
    node.op_type = keep(std::string(op));
    for (const std::string& each : inputs) node.input.push_back(keep(each));
    for (const std::string& each : outputs) node.output.push_back(keep(each));
    for (const auto& [name, value] : attributes) node.attribute.push_back(attribute(name, value));
    return node;
  }
  OnnxAttribute attribute(const std::string& name, const Attribute& value);

  Result<Graph> read(const OpTable& ops, const ImportOptions& options = {}) {
    return graph_from_records(std::move(model), storage_, ops, options);
  }

 private:
  struct Storage {
    std::deque<std::string> texts;
    std::deque<Tensor> tensors;
  };
  std::shared_ptr<Storage> storage_ = std::make_shared<Storage>();
};

inline OnnxAttribute TestModel::attribute(const std::string& name, const Attribute& value) {
  OnnxAttribute record;
  record.name = keep(name);
  if (const auto* number = std::get_if<float>(&value)) {
    record.type = OnnxAttributeType::kFloat;
    record.f = *number;
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    record.type = OnnxAttributeType::kInt;
    record.i = *integer;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    record.type = OnnxAttributeType::kString;
    record.s = keep(*text);
  } else if (const auto* one = std::get_if<Tensor>(&value)) {
    record.type = OnnxAttributeType::kTensor;
    record.tensors.push_back(tensor(*one, ""));
  } else if (const auto* numbers = std::get_if<Floats>(&value)) {
    record.type = OnnxAttributeType::kFloats;
    record.floats = *numbers;
  } else if (const auto* integers = std::get_if<Ints>(&value)) {
    record.type = OnnxAttributeType::kInts;
    record.ints = *integers;
  } else if (const auto* texts = std::get_if<Strings>(&value)) {
    record.type = OnnxAttributeType::kStrings;
    for (const std::string& each : *texts) record.strings.push_back(keep(each));
  } else {
    ADD_FAILURE() << "no record for attribute " << name;
  }
  return record;
}

/// One node and what goes into it: inputs are called "A", "B", ..., outputs "Y", "Z". An input is a
/// graph input of a type, an initializer, or left out.
struct OneNode {
  std::string op;
  int64_t opset = 18;
  std::vector<std::variant<std::monostate, ValueType, Tensor>> inputs;
  Attributes attributes;
  size_t output_count = 1;
  int64_t ml_opset = 0;  ///< of ai.onnx.ml, which the node is of unless this is 0
};

inline Result<Graph> read_one(const OneNode& one, const OpTable& ops) {
  TestModel model(one.opset, one.ml_opset);
  Strings inputs;
  for (const auto& input : one.inputs) {
    const std::string name(1, static_cast<char>('A' + inputs.size()));
    if (const auto* type = std::get_if<ValueType>(&input)) model.input(name, *type);
    if (const auto* tensor = std::get_if<Tensor>(&input)) model.initializer(name, *tensor);
    inputs.push_back(std::holds_alternative<std::monostate>(input) ? std::string() : name);
  }
  Strings outputs;
  for (size_t i = 0; i < one.output_count; ++i) {
    outputs.emplace_back(1, static_cast<char>('Y' + i));
    model.output(outputs.back());
  }
  model.node(one.ml_opset != 0 ? "ai.onnx.ml" : "", one.op, inputs, outputs, one.attributes);
  return model.read(ops);
}

/// Text of the graph between its braces, without names of nodes; the error when there is none.
inline std::string text_of(const Result<Graph>& graph) {
  if (!graph.has_value()) return graph.error().to_string();
  const std::string text = to_text(*graph, {.node_names = NodeNames::kHide});
  const size_t first = text.find('\n') + 1;
  return text.substr(first, text.rfind('}') - first);
}

/// What the node of a graph with one operator is refused with; "" when it is read.
inline std::string refusal(const OneNode& one, const OpTable& ops) {
  const Result<Graph> graph = read_one(one, ops);
  return graph.has_value() ? "" : graph.error().to_string();
}

}  // namespace tundish::test_models

#endif  // TUNDISH_IMPORT_ONNX_TEST_MODELS_H_
