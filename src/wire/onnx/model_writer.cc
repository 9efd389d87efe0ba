#include "wire/onnx/model_writer.h"

#include <utility>

#include "wire/protobuf/proto_writer.h"

namespace tundish {

namespace {

void text_unless_empty(ProtoWriter& out, uint32_t field, std::string_view text) {
  if (!text.empty()) out.text(field, text);
}

void texts(ProtoWriter& out, uint32_t field, const std::vector<std::string_view>& many) {
  for (const std::string_view text : many) out.text(field, text);
}

void ints_unless_empty(ProtoWriter& out, uint32_t field, const std::vector<int64_t>& many) {
  if (!many.empty()) out.packed_int64s(field, many);
}

void string_map(ProtoWriter& out, uint32_t field, const OnnxStringMap& entries) {
  for (const auto& [key, value] : entries) {
    ProtoWriter entry;
    entry.text(1, key);
    entry.text(2, value);
    out.message(field, std::move(entry));
  }
}

void chunks(ProtoWriter& out, uint32_t field, const std::vector<Bytes>& many) {
  for (const Bytes chunk : many) out.blob(field, chunk);
}

// `padding` spaces are put before raw_data as a doc_string; -1 = no such field at all.
ProtoWriter encode(const OnnxTensor& tensor, int padding = -1) {
  ProtoWriter out;
  ints_unless_empty(out, 1, tensor.dims);
  out.int64(2, tensor.data_type);
  chunks(out, 4, tensor.float_data);
  chunks(out, 5, tensor.int32_data);
  texts(out, 6, tensor.string_data);
  chunks(out, 7, tensor.int64_data);
  text_unless_empty(out, 8, tensor.name);
  if (padding >= 0) out.text(12, std::string(static_cast<size_t>(padding), ' '));
  if (tensor.raw_data.has_value()) out.blob(9, *tensor.raw_data);
  chunks(out, 10, tensor.double_data);
  chunks(out, 11, tensor.uint64_data);
  if (padding < 0) text_unless_empty(out, 12, tensor.doc_string);
  string_map(out, 13, tensor.external_data);
  if (tensor.is_external) out.int64(14, 1);
  string_map(out, 16, tensor.metadata_props);
  return out;
}

ProtoWriter encode(const OnnxSparseTensor& tensor) {
  ProtoWriter out;
  out.message(1, encode(tensor.values));
  out.message(2, encode(tensor.indices));
  ints_unless_empty(out, 3, tensor.dims);
  return out;
}

ProtoWriter encode(const std::vector<OnnxDim>& shape) {
  ProtoWriter out;
  for (const OnnxDim& dim : shape) {
    ProtoWriter one;
    if (dim.value.has_value()) {
      one.int64(1, *dim.value);
    } else {
      text_unless_empty(one, 2, dim.param);
    }
    text_unless_empty(one, 3, dim.denotation);
    out.message(1, std::move(one));
  }
  return out;
}

// Field of TypeProto that a kind is stored in.
uint32_t field_of(OnnxTypeKind kind) {
  constexpr uint32_t kFields[] = {0, 1, 4, 5, 9, 8};
  return kFields[static_cast<size_t>(kind)];
}

ProtoWriter encode(const OnnxType& type) {
  ProtoWriter inner;
  if (type.kind == OnnxTypeKind::kTensor || type.kind == OnnxTypeKind::kSparseTensor) {
    inner.int64(1, type.elem_type);
    if (type.shape.has_value()) inner.message(2, encode(*type.shape));
  } else if (type.kind == OnnxTypeKind::kMap) {
    inner.int64(1, type.key_type);
    if (type.element != nullptr) inner.message(2, encode(*type.element));
  } else if (type.element != nullptr) {
    inner.message(1, encode(*type.element));
  }
  ProtoWriter out;
  const auto denotation = [&] { text_unless_empty(out, 6, type.denotation); };
  // Ascending order: denotation (6) lies between the kinds' fields.
  if (field_of(type.kind) > 6) denotation();
  if (type.kind != OnnxTypeKind::kNone) out.message(field_of(type.kind), std::move(inner));
  if (field_of(type.kind) <= 6) denotation();
  return out;
}

ProtoWriter encode(const OnnxValueInfo& info) {
  ProtoWriter out;
  out.text(1, info.name);
  if (info.type.kind != OnnxTypeKind::kNone) out.message(2, encode(info.type));
  text_unless_empty(out, 3, info.doc_string);
  string_map(out, 4, info.metadata_props);
  return out;
}

ProtoWriter encode(const OnnxGraph& graph);
ProtoWriter encode(const OnnxAttribute& attribute);
ProtoWriter encode(const OnnxNode& node);
ProtoWriter encode(const OnnxOpset& opset);
ProtoWriter encode(const OnnxFunction& function);

template <class T> void messages(ProtoWriter& out, uint32_t field, const std::vector<T>& many) {
  for (const T& one : many) out.message(field, encode(one));
}

ProtoWriter encode(const OnnxAttribute& attribute) {
  using enum OnnxAttributeType;
  ProtoWriter out;
  out.text(1, attribute.name);
  if (attribute.type == kFloat) out.float32(2, attribute.f);
  if (attribute.type == kInt) out.int64(3, attribute.i);
  if (attribute.type == kString) out.text(4, attribute.s);
  if (attribute.type == kTensor) messages(out, 5, attribute.tensors);
  if (attribute.type == kGraph) messages(out, 6, attribute.graphs);
  if (!attribute.floats.empty()) out.packed_float32s(7, attribute.floats);
  ints_unless_empty(out, 8, attribute.ints);
  texts(out, 9, attribute.strings);
  if (attribute.type == kTensors) messages(out, 10, attribute.tensors);
  if (attribute.type == kGraphs) messages(out, 11, attribute.graphs);
  text_unless_empty(out, 13, attribute.doc_string);
  if (attribute.type == kTypeProto) messages(out, 14, attribute.types);
  if (attribute.type == kTypeProtos) messages(out, 15, attribute.types);
  out.int64(20, static_cast<int64_t>(attribute.type));
  text_unless_empty(out, 21, attribute.ref_attr_name);
  if (attribute.type == kSparseTensor) messages(out, 22, attribute.sparse_tensors);
  if (attribute.type == kSparseTensors) messages(out, 23, attribute.sparse_tensors);
  return out;
}

ProtoWriter encode(const OnnxNode& node) {
  ProtoWriter out;
  texts(out, 1, node.input);
  texts(out, 2, node.output);
  text_unless_empty(out, 3, node.name);
  out.text(4, node.op_type);
  messages(out, 5, node.attribute);
  text_unless_empty(out, 6, node.doc_string);
  text_unless_empty(out, 7, node.domain);
  text_unless_empty(out, 8, node.overload);
  string_map(out, 9, node.metadata_props);
  return out;
}

// Adds an initializer to a graph of which `before` bytes precede `out`'s own in the file, with as
// much padding as puts raw_data on the boundary.
void add_aligned(ProtoWriter& out, const OnnxTensor& tensor, uint64_t before, uint32_t alignment) {
  // raw_data must be the record's last field for its place to be known.
  const bool plain = tensor.doc_string.empty() && tensor.external_data.empty() &&
                     tensor.metadata_props.empty() && !tensor.is_external;
  if (plain && tensor.raw_data.has_value() && alignment != 0 &&
      tensor.raw_data->size() >= alignment) {
    // The padding field costs two bytes itself, so up to `alignment` spaces reach every place.
    for (int padding = -1; padding < 2 * static_cast<int>(alignment); ++padding) {
      ProtoWriter inner = encode(tensor, padding);
      const uint64_t end = before + out.size() + 1 + varint_size(inner.size()) + inner.size();
      if ((end - tensor.raw_data->size()) % alignment != 0) continue;
      out.message(5, std::move(inner));
      return;
    }
  }
  out.message(5, encode(tensor));
}

ProtoWriter encode_graph(const OnnxGraph& graph, uint64_t before, uint32_t alignment) {
  ProtoWriter out;
  messages(out, 1, graph.node);
  text_unless_empty(out, 2, graph.name);
  for (const OnnxTensor& tensor : graph.initializer) add_aligned(out, tensor, before, alignment);
  text_unless_empty(out, 10, graph.doc_string);
  messages(out, 11, graph.input);
  messages(out, 12, graph.output);
  messages(out, 13, graph.value_info);
  messages(out, 15, graph.sparse_initializer);
  string_map(out, 16, graph.metadata_props);
  return out;
}

ProtoWriter encode(const OnnxGraph& graph) { return encode_graph(graph, 0, 0); }

ProtoWriter encode(const OnnxOpset& opset) {
  ProtoWriter out;
  out.text(1, opset.domain);
  out.int64(2, opset.version);
  return out;
}

ProtoWriter encode(const OnnxFunction& function) {
  ProtoWriter out;
  out.text(1, function.name);
  texts(out, 4, function.input);
  texts(out, 5, function.output);
  texts(out, 6, function.attribute);
  messages(out, 7, function.node);
  text_unless_empty(out, 8, function.doc_string);
  messages(out, 9, function.opset_import);
  out.text(10, function.domain);
  messages(out, 11, function.attribute_proto);
  messages(out, 12, function.value_info);
  text_unless_empty(out, 13, function.overload);
  string_map(out, 14, function.metadata_props);
  return out;
}

// The graph's length stands before it in the file and depends on its padding, which depends on
// where the graph begins. So the bytes of the length are fixed first; a length that turns out to
// need fewer is padded, which protobuf allows.
void add_graph(ProtoWriter& out, const OnnxGraph& graph, uint32_t alignment) {
  for (size_t length_bytes = 1;; ++length_bytes) {
    ProtoWriter inner = encode_graph(graph, out.size() + 1 + length_bytes, alignment);
    if (varint_size(inner.size()) > length_bytes) continue;
    out.message(7, std::move(inner), length_bytes);
    return;
  }
}

}  // namespace

std::string write_onnx_model(const OnnxModel& model, const OnnxWriteOptions& options) {
  ProtoWriter out;
  out.int64(1, model.ir_version);
  text_unless_empty(out, 2, model.producer_name);
  text_unless_empty(out, 3, model.producer_version);
  text_unless_empty(out, 4, model.domain);
  if (model.model_version != 0) out.int64(5, model.model_version);
  text_unless_empty(out, 6, model.doc_string);
  if (model.graph.has_value()) add_graph(out, *model.graph, options.raw_alignment);
  messages(out, 8, model.opset_import);
  messages(out, 25, model.functions);
  string_map(out, 14, model.metadata_props);
  std::string bytes;
  out.append_to(bytes);
  return bytes;
}

}  // namespace tundish
