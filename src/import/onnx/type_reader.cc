#include "import/onnx/type_reader.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "wire/onnx/tensor_data.h"

namespace tundish {

namespace {

Result<DType> dtype_from_number(int32_t number) {
  if (number <= 0 || number > static_cast<int32_t>(DType::kInt2)) {
    return InvalidModel(cat("element type ", number, " does not exist"));
  }
  return static_cast<DType>(number);
}

Result<SymbolicShape> shape_of(const OnnxType& type) {
  if (!type.shape.has_value()) return SymbolicShape();
  if (type.shape->size() > Shape::kMaxRank) {
    return Limit(cat("rank ", type.shape->size(), " is above the limit of ", Shape::kMaxRank));
  }
  std::vector<Dim> dims;
  for (const OnnxDim& dim : *type.shape) {
    // Some writers put -1 for a size that may vary.
    if (dim.value.has_value() && *dim.value >= 0) {
      dims.emplace_back(*dim.value);
    } else if (!dim.param.empty()) {
      dims.push_back(Dim::symbol(std::string(dim.param)));
    } else {
      dims.emplace_back();
    }
  }
  return SymbolicShape(std::move(dims));
}

// The kind an attribute without a type (IR version 1) must have, from what it holds.
OnnxAttributeType guessed_type(const OnnxAttribute& attribute) {
  if (!attribute.ints.empty()) return OnnxAttributeType::kInts;
  if (!attribute.floats.empty()) return OnnxAttributeType::kFloats;
  if (!attribute.strings.empty()) return OnnxAttributeType::kStrings;
  if (attribute.tensors.size() == 1) return OnnxAttributeType::kTensor;
  if (!attribute.s.empty()) return OnnxAttributeType::kString;
  if (attribute.f != 0) return OnnxAttributeType::kFloat;
  if (attribute.i != 0) return OnnxAttributeType::kInt;
  return OnnxAttributeType::kUndefined;
}

Result<Attribute> tensors_of(const OnnxAttribute& attribute,
                             const std::shared_ptr<const void>& owner) {
  std::vector<Tensor> tensors;
  for (const OnnxTensor& record : attribute.tensors) {
    TRY_ASSIGN(tensors.emplace_back(), tensor_from_record(record, owner));
  }
  if (attribute.type == OnnxAttributeType::kTensors) return Attribute(std::move(tensors));
  if (tensors.size() != 1) return InvalidModel(cat("expected one tensor, got ", tensors.size()));
  return Attribute(std::move(tensors[0]));
}

Result<Attribute> types_of(const OnnxAttribute& attribute) {
  std::vector<ValueType> types;
  for (const OnnxType& record : attribute.types) {
    TRY_ASSIGN(types.emplace_back(), value_type_of(record));
  }
  if (attribute.type == OnnxAttributeType::kTypeProtos) return Attribute(std::move(types));
  if (types.size() != 1) return InvalidModel(cat("expected one type, got ", types.size()));
  return Attribute(std::move(types[0]));
}

Result<Attribute> value_of(const OnnxAttribute& attribute,
                           const std::shared_ptr<const void>& owner) {
  if (!attribute.ref_attr_name.empty()) {
    return InvalidModel("a reference to a function's attribute outside a function");
  }
  const OnnxAttributeType type =
      attribute.type == OnnxAttributeType::kUndefined ? guessed_type(attribute) : attribute.type;
  switch (type) {
    case OnnxAttributeType::kFloat: return Attribute(attribute.f);
    case OnnxAttributeType::kInt: return Attribute(attribute.i);
    case OnnxAttributeType::kString: return Attribute(std::string(attribute.s));
    case OnnxAttributeType::kFloats: return Attribute(attribute.floats);
    case OnnxAttributeType::kInts: return Attribute(attribute.ints);
    case OnnxAttributeType::kStrings:
      return Attribute(
          std::vector<std::string>(attribute.strings.begin(), attribute.strings.end()));
    case OnnxAttributeType::kTensor:
    case OnnxAttributeType::kTensors: return tensors_of(attribute, owner);
    case OnnxAttributeType::kTypeProto:
    case OnnxAttributeType::kTypeProtos: return types_of(attribute);
    case OnnxAttributeType::kGraph:
    case OnnxAttributeType::kGraphs: return Unsupported("subgraphs are not read here");
    case OnnxAttributeType::kSparseTensor:
    case OnnxAttributeType::kSparseTensors: return Unsupported("sparse tensors are not read here");
    case OnnxAttributeType::kUndefined: break;
  }
  return InvalidModel(cat("attribute type ", static_cast<int32_t>(attribute.type)));
}

}  // namespace

Result<ValueType> value_type_of(const OnnxType& type) {
  ValueType read;
  switch (type.kind) {
    case OnnxTypeKind::kNone: return InvalidModel("no type is declared");
    case OnnxTypeKind::kSparseTensor:
    case OnnxTypeKind::kTensor: {
      read.kind = type.kind == OnnxTypeKind::kTensor ? ValueKind::kTensor : ValueKind::kSparse;
      TRY_ASSIGN(read.dtype, dtype_from_number(type.elem_type));
      TRY_ASSIGN(read.shape, shape_of(type));
      return read;
    }
    default: break;
  }
  if (type.element == nullptr) return InvalidModel("a type without the type of its elements");
  TRY_ASSIGN(ValueType element, value_type_of(*type.element));
  if (type.kind == OnnxTypeKind::kMap) {
    read.kind = ValueKind::kMap;
    TRY_ASSIGN(read.key, dtype_from_number(type.key_type));
    read.dtype = element.dtype;
    read.shape = std::move(element.shape);
    return read;
  }
  read.kind = type.kind == OnnxTypeKind::kSequence ? ValueKind::kSequence : ValueKind::kOptional;
  read.element.push_back(std::move(element));
  return read;
}

Result<Attribute> attribute_of(const OnnxAttribute& attribute,
                               const std::shared_ptr<const void>& owner) {
  Result<Attribute> value = value_of(attribute, owner);
  if (value.has_value()) return value;
  return std::move(value).error().in(cat("attribute ", quoted(attribute.name)));
}

Result<Attribute> take_attribute(OnnxAttribute& attribute,
                                 const std::shared_ptr<const void>& owner) {
  if (attribute.ref_attr_name.empty()) {
    if (attribute.type == OnnxAttributeType::kInts) return Attribute(std::move(attribute.ints));
    if (attribute.type == OnnxAttributeType::kFloats) return Attribute(std::move(attribute.floats));
  }
  return attribute_of(attribute, owner);
}

}  // namespace tundish
