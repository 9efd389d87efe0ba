#include "wire/onnx/model_reader.h"

#include <new>
#include <string>

#include "base/strings.h"
#include "wire/protobuf/proto_reader.h"

namespace tundish {

OnnxAttribute::OnnxAttribute() = default;
OnnxAttribute::~OnnxAttribute() = default;
OnnxAttribute::OnnxAttribute(OnnxAttribute&&) noexcept = default;
OnnxAttribute& OnnxAttribute::operator=(OnnxAttribute&&) noexcept = default;

namespace {

Status read(ProtoReader& message, OnnxTensor& out);
Status read(ProtoReader& message, OnnxSparseTensor& out);
Status read(ProtoReader& message, OnnxDim& out);
Status read(ProtoReader& message, OnnxType& out);
Status read(ProtoReader& message, OnnxValueInfo& out);
Status read(ProtoReader& message, OnnxAttribute& out);
Status read(ProtoReader& message, OnnxNode& out);
Status read(ProtoReader& message, OnnxGraph& out);
Status read(ProtoReader& message, OnnxOpset& out);
Status read(ProtoReader& message, OnnxFunction& out);

// --- small pieces: each takes the current field's value ---

Status set_text(const ProtoReader& field, std::string_view& out) {
  TRY_ASSIGN(out, field.text());
  return ok();
}

Status add_text(const ProtoReader& field, std::vector<std::string_view>& out) {
  TRY(field.budget().charge(2 * sizeof(std::string_view)));
  TRY_ASSIGN(out.emplace_back(), field.text());
  return ok();
}

Status set_int64(const ProtoReader& field, int64_t& out) {
  TRY_ASSIGN(out, field.int64());
  return ok();
}

Status set_int32(const ProtoReader& field, int32_t& out) {
  TRY_ASSIGN(out, field.int32());
  return ok();
}

Status add_chunk(const ProtoReader& field, WireType element, std::vector<Bytes>& out) {
  TRY(field.budget().charge(2 * sizeof(Bytes)));
  TRY_ASSIGN(out.emplace_back(), field.packed_chunk(element));
  return ok();
}

template <class T> Status set_message(const ProtoReader& field, T& out) {
  TRY_ASSIGN(ProtoReader inner, field.message());
  return read(inner, out);
}

// One more record of a repeated message. Twice its size: a growing vector holds old and new.
template <class T>
Status add_message(const ProtoReader& field, std::string_view what, std::vector<T>& out) {
  TRY(field.budget().charge(2 * sizeof(T)));
  out.emplace_back();
  Status status = set_message(field, out.back());
  if (status.has_value()) return status;
  return std::move(status).error().in(cat(what, " ", out.size() - 1));
}

Status read_entry(ProtoReader message, std::pair<std::string_view, std::string_view>& out) {
  while (true) {
    TRY_ASSIGN(const bool more, message.next());
    if (!more) return ok();
    if (message.field() == 1) TRY(set_text(message, out.first));
    if (message.field() == 2) TRY(set_text(message, out.second));
  }
}

Status add_entry(const ProtoReader& field, OnnxStringMap& out) {
  TRY(field.budget().charge(4 * sizeof(std::string_view)));
  TRY_ASSIGN(const ProtoReader inner, field.message());
  return read_entry(inner, out.emplace_back());
}

// --- messages: `set_field` is called for each field ---

template <class T>
Status read_fields(ProtoReader& message, T& out, Status (*set_field)(const ProtoReader&, T&)) {
  while (true) {
    TRY_ASSIGN(const bool more, message.next());
    if (!more) return ok();
    TRY(set_field(message, out));
  }
}

Status set_tensor_field(const ProtoReader& field, OnnxTensor& out) {
  switch (field.field()) {
    case 1: return field.append_int64s(out.dims);
    case 2: return set_int32(field, out.data_type);
    case 3: out.has_segment = true; return ok();
    case 4: return add_chunk(field, WireType::kFixed32, out.float_data);
    case 5: return add_chunk(field, WireType::kVarint, out.int32_data);
    case 6: return add_text(field, out.string_data);
    case 7: return add_chunk(field, WireType::kVarint, out.int64_data);
    case 8: return set_text(field, out.name);
    case 9: {
      TRY_ASSIGN(out.raw_data, field.bytes());
      return ok();
    }
    case 10: return add_chunk(field, WireType::kFixed64, out.double_data);
    case 11: return add_chunk(field, WireType::kVarint, out.uint64_data);
    case 12: return set_text(field, out.doc_string);
    case 13: return add_entry(field, out.external_data);
    case 14: {
      TRY_ASSIGN(const int32_t location, field.int32());
      out.is_external = location != 0;
      return ok();
    }
    case 16: return add_entry(field, out.metadata_props);
    default: return ok();
  }
}

Status read(ProtoReader& message, OnnxTensor& out) {
  return read_fields(message, out, set_tensor_field);
}

Status set_sparse_field(const ProtoReader& field, OnnxSparseTensor& out) {
  if (field.field() == 1) return set_message(field, out.values);
  if (field.field() == 2) return set_message(field, out.indices);
  if (field.field() == 3) return field.append_int64s(out.dims);
  return ok();
}

Status read(ProtoReader& message, OnnxSparseTensor& out) {
  return read_fields(message, out, set_sparse_field);
}

Status set_dim_field(const ProtoReader& field, OnnxDim& out) {
  if (field.field() == 1) {
    TRY_ASSIGN(out.value, field.int64());
  }
  if (field.field() == 2) return set_text(field, out.param);
  if (field.field() == 3) return set_text(field, out.denotation);
  return ok();
}

Status read(ProtoReader& message, OnnxDim& out) { return read_fields(message, out, set_dim_field); }

Status set_shape_field(const ProtoReader& field, std::vector<OnnxDim>& out) {
  if (field.field() == 1) return add_message(field, "dimension", out);
  return ok();
}

// TypeProto.Tensor and TypeProto.SparseTensor.
Status set_tensor_type_field(const ProtoReader& field, OnnxType& out) {
  if (field.field() == 1) return set_int32(field, out.elem_type);
  if (field.field() != 2) return ok();
  TRY_ASSIGN(ProtoReader inner, field.message());
  out.shape.emplace();
  return read_fields(inner, *out.shape, set_shape_field);
}

Status set_element(const ProtoReader& field, OnnxType& out) {
  TRY(field.budget().charge(sizeof(OnnxType)));
  out.element = std::make_unique<OnnxType>();
  return set_message(field, *out.element);
}

// TypeProto.Sequence and TypeProto.Optional.
Status set_holder_type_field(const ProtoReader& field, OnnxType& out) {
  return field.field() == 1 ? set_element(field, out) : ok();
}

Status set_map_type_field(const ProtoReader& field, OnnxType& out) {
  if (field.field() == 1) return set_int32(field, out.key_type);
  return field.field() == 2 ? set_element(field, out) : ok();
}

Status set_type_field(const ProtoReader& field, OnnxType& out) {
  Status (*set_inner_field)(const ProtoReader&, OnnxType&) = nullptr;
  switch (field.field()) {
    case 1:
      out.kind = OnnxTypeKind::kTensor;
      set_inner_field = set_tensor_type_field;
      break;
    case 4:
      out.kind = OnnxTypeKind::kSequence;
      set_inner_field = set_holder_type_field;
      break;
    case 5:
      out.kind = OnnxTypeKind::kMap;
      set_inner_field = set_map_type_field;
      break;
    case 8:
      out.kind = OnnxTypeKind::kSparseTensor;
      set_inner_field = set_tensor_type_field;
      break;
    case 9:
      out.kind = OnnxTypeKind::kOptional;
      set_inner_field = set_holder_type_field;
      break;
    case 6: return set_text(field, out.denotation);
    default: return ok();
  }
  TRY_ASSIGN(ProtoReader inner, field.message());
  return read_fields(inner, out, set_inner_field);
}

Status read(ProtoReader& message, OnnxType& out) {
  return read_fields(message, out, set_type_field);
}

Status set_value_info_field(const ProtoReader& field, OnnxValueInfo& out) {
  switch (field.field()) {
    case 1: return set_text(field, out.name);
    case 2: return set_message(field, out.type);
    case 3: return set_text(field, out.doc_string);
    case 4: return add_entry(field, out.metadata_props);
    default: return ok();
  }
}

Status read(ProtoReader& message, OnnxValueInfo& out) {
  return read_fields(message, out, set_value_info_field);
}

Status set_attribute_field(const ProtoReader& field, OnnxAttribute& out) {
  switch (field.field()) {
    case 1: return set_text(field, out.name);
    case 2: {
      TRY_ASSIGN(out.f, field.float32());
      return ok();
    }
    case 3: return set_int64(field, out.i);
    case 4: return set_text(field, out.s);
    case 5:
    case 10: return add_message(field, "tensor", out.tensors);
    case 6:
    case 11: return add_message(field, "graph", out.graphs);
    case 7: return field.append_float32s(out.floats);
    case 8: return field.append_int64s(out.ints);
    case 9: return add_text(field, out.strings);
    case 13: return set_text(field, out.doc_string);
    case 14:
    case 15: return add_message(field, "type", out.types);
    case 20: {
      TRY_ASSIGN(const int32_t type, field.int32());
      out.type = static_cast<OnnxAttributeType>(type);
      return ok();
    }
    case 21: return set_text(field, out.ref_attr_name);
    case 22:
    case 23: return add_message(field, "sparse tensor", out.sparse_tensors);
    default: return ok();
  }
}

Status read(ProtoReader& message, OnnxAttribute& out) {
  return read_fields(message, out, set_attribute_field);
}

Status set_node_field(const ProtoReader& field, OnnxNode& out) {
  switch (field.field()) {
    case 1: return add_text(field, out.input);
    case 2: return add_text(field, out.output);
    case 3: return set_text(field, out.name);
    case 4: return set_text(field, out.op_type);
    case 5: return add_message(field, "attribute", out.attribute);
    case 6: return set_text(field, out.doc_string);
    case 7: return set_text(field, out.domain);
    case 8: return set_text(field, out.overload);
    case 9: return add_entry(field, out.metadata_props);
    default: return ok();
  }
}

Status read(ProtoReader& message, OnnxNode& out) {
  return read_fields(message, out, set_node_field);
}

Status set_graph_field(const ProtoReader& field, OnnxGraph& out) {
  switch (field.field()) {
    case 1: return add_message(field, "node", out.node);
    case 2: return set_text(field, out.name);
    case 5: return add_message(field, "initializer", out.initializer);
    case 10: return set_text(field, out.doc_string);
    case 11: return add_message(field, "input", out.input);
    case 12: return add_message(field, "output", out.output);
    case 13: return add_message(field, "value_info", out.value_info);
    case 15: return add_message(field, "sparse_initializer", out.sparse_initializer);
    case 16: return add_entry(field, out.metadata_props);
    default: return ok();
  }
}

Status read(ProtoReader& message, OnnxGraph& out) {
  return read_fields(message, out, set_graph_field);
}

Status set_opset_field(const ProtoReader& field, OnnxOpset& out) {
  if (field.field() == 1) return set_text(field, out.domain);
  if (field.field() == 2) return set_int64(field, out.version);
  return ok();
}

Status read(ProtoReader& message, OnnxOpset& out) {
  return read_fields(message, out, set_opset_field);
}

Status set_function_field(const ProtoReader& field, OnnxFunction& out) {
  switch (field.field()) {
    case 1: return set_text(field, out.name);
    case 4: return add_text(field, out.input);
    case 5: return add_text(field, out.output);
    case 6: return add_text(field, out.attribute);
    case 7: return add_message(field, "node", out.node);
    case 8: return set_text(field, out.doc_string);
    case 9: return add_message(field, "opset_import", out.opset_import);
    case 10: return set_text(field, out.domain);
    case 11: return add_message(field, "attribute", out.attribute_proto);
    case 12: return add_message(field, "value_info", out.value_info);
    case 13: return set_text(field, out.overload);
    case 14: return add_entry(field, out.metadata_props);
    default: return ok();
  }
}

Status read(ProtoReader& message, OnnxFunction& out) {
  return read_fields(message, out, set_function_field);
}

// A graph that is written twice is merged by protobuf; here that is damage.
Status set_model_graph(const ProtoReader& field, OnnxModel& out) {
  if (out.graph.has_value()) {
    return InvalidModel(cat("offset ", field.offset(), ": a second graph"));
  }
  out.graph.emplace();
  return in("graph", set_message(field, *out.graph));
}

Status set_model_field(const ProtoReader& field, OnnxModel& out) {
  switch (field.field()) {
    case 1: return set_int64(field, out.ir_version);
    case 2: return set_text(field, out.producer_name);
    case 3: return set_text(field, out.producer_version);
    case 4: return set_text(field, out.domain);
    case 5: return set_int64(field, out.model_version);
    case 6: return set_text(field, out.doc_string);
    case 7: return set_model_graph(field, out);
    case 8: return add_message(field, "opset_import", out.opset_import);
    case 14: return add_entry(field, out.metadata_props);
    case 20: out.has_training_info = true; return ok();
    case 25: return add_message(field, "function", out.functions);
    default: return ok();
  }
}

}  // namespace

Result<OnnxModel> read_onnx_model(Bytes file, const Limits& limits) {
  try {
    ProtoBudget budget(limits);
    ProtoReader message(file, budget);
    OnnxModel model;
    TRY(read_fields(message, model, set_model_field));
    return model;
  } catch (const std::bad_alloc&) {
    return Limit("no memory left for the records of an ONNX model");
  }
}

Result<OnnxTensor> read_onnx_tensor(Bytes file, const Limits& limits) {
  try {
    ProtoBudget budget(limits);
    ProtoReader message(file, budget);
    OnnxTensor tensor;
    TRY(read(message, tensor));
    return tensor;
  } catch (const std::bad_alloc&) {
    return Limit("no memory left for the records of an ONNX tensor");
  }
}

bool looks_like_onnx(Bytes file) {
  // Field 1 as a varint (ir_version, at most two bytes in every version so far), then a tag of
  // ModelProto that holds a length or a varint.
  if (file.size() < 3 || file[0] != 0x08) return false;
  const size_t second = (file[1] & 0x80) != 0 ? 3 : 2;
  if (second >= file.size() || (second == 3 && (file[2] & 0x80) != 0)) return false;
  switch (file[second]) {
    case 0x12:  // producer_name
    case 0x1a:  // producer_version
    case 0x22:  // domain
    case 0x28:  // model_version
    case 0x32:  // doc_string
    case 0x3a:  // graph
    case 0x42:  // opset_import
    case 0x72:  // metadata_props
      return true;
    default: return false;
  }
}

}  // namespace tundish
