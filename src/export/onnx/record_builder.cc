#include "export/onnx/record_builder.h"

#include <type_traits>
#include <utility>

#include "base/strings.h"

namespace tundish {

std::string_view RecordBuilder::fresh_name(std::string_view wanted) {
  std::string name(wanted);
  while (!names_.insert(name).second) name = cat(wanted, "_", next_suffix_++);
  return keep(std::move(name));
}

OnnxTensor RecordBuilder::tensor(const Tensor& tensor, std::string_view name) {
  OnnxTensor record;
  record.name = keep(std::string(name));
  record.dims.assign(tensor.shape().dims().begin(), tensor.shape().dims().end());
  record.data_type = static_cast<int32_t>(tensor.dtype());
  const Tensor& kept = tensors_.emplace_back(tensor);
  if (tensor.dtype() == DType::kString) {
    for (const std::string& text : kept.values<std::string>()) record.string_data.push_back(text);
  } else {
    record.raw_data = Bytes(static_cast<const uint8_t*>(kept.data()), kept.byte_count());
  }
  return record;
}

void RecordBuilder::initializer(const Tensor& value, std::string_view name) {
  graph().initializer.push_back(tensor(value, name));
}

OnnxAttribute int_attribute(std::string_view name, int64_t value) {
  OnnxAttribute attribute;
  attribute.name = name;
  attribute.type = OnnxAttributeType::kInt;
  attribute.i = value;
  return attribute;
}

OnnxAttribute ints_attribute(std::string_view name, std::vector<int64_t> values) {
  OnnxAttribute attribute;
  attribute.name = name;
  attribute.type = OnnxAttributeType::kInts;
  attribute.ints = std::move(values);
  return attribute;
}

Result<OnnxAttribute> RecordBuilder::attribute(std::string_view name, const Attribute& value) {
  OnnxAttribute record;
  record.name = keep(std::string(name));
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
  } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
    record.type = OnnxAttributeType::kFloats;
    record.floats = *floats;
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&value)) {
    record.type = OnnxAttributeType::kInts;
    record.ints = *ints;
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    record.type = OnnxAttributeType::kStrings;
    for (const std::string& each : *texts) record.strings.push_back(keep(each));
  } else if (const auto* many = std::get_if<std::vector<Tensor>>(&value)) {
    record.type = OnnxAttributeType::kTensors;
    for (const Tensor& each : *many) record.tensors.push_back(tensor(each, ""));
  } else if (const auto* declared = std::get_if<ValueType>(&value)) {
    record.type = OnnxAttributeType::kTypeProto;
    record.types.push_back(type(*declared));
  } else if (const auto* declared_all = std::get_if<std::vector<ValueType>>(&value)) {
    record.type = OnnxAttributeType::kTypeProtos;
    for (const ValueType& each : *declared_all) record.types.push_back(type(each));
  } else {
    return Unsupported(cat("attribute ", quoted(name), " of kind ", attribute_kind_name(value),
                           " cannot be written"));
  }
  return record;
}

OnnxType RecordBuilder::type(const ValueType& type) {
  OnnxType record;
  switch (type.kind) {
    case ValueKind::kTensor: record.kind = OnnxTypeKind::kTensor; break;
    case ValueKind::kSparse: record.kind = OnnxTypeKind::kSparseTensor; break;
    case ValueKind::kSequence: record.kind = OnnxTypeKind::kSequence; break;
    case ValueKind::kOptional: record.kind = OnnxTypeKind::kOptional; break;
    case ValueKind::kMap:
      record.kind = OnnxTypeKind::kMap;
      record.key_type = static_cast<int32_t>(type.key);
      record.element =
          std::make_unique<OnnxType>(this->type(ValueType::tensor(type.dtype, type.shape)));
      return record;
  }
  if (!type.element.empty()) {
    record.element = std::make_unique<OnnxType>(this->type(type.element[0]));
    return record;
  }
  record.elem_type = static_cast<int32_t>(type.dtype);
  if (!type.shape.has_value()) return record;
  record.shape.emplace();
  for (const Dim& dim : *type.shape) {
    OnnxDim& one = record.shape->emplace_back();
    if (dim.is_known()) {
      one.value = dim.size();
    } else {
      one.param = keep(dim.name());
    }
  }
  return record;
}

OnnxNode& RecordBuilder::node(std::string_view domain, std::string_view op, std::string_view name,
                              std::initializer_list<std::string_view> inputs,
                              std::initializer_list<std::string_view> outputs) {
  OnnxNode& node = graph().node.emplace_back();
  node.domain = domain;
  node.op_type = op;
  node.name = name;
  node.input.assign(inputs);
  node.output.assign(outputs);
  return node;
}

}  // namespace tundish
