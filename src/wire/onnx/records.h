// The messages of onnx.proto (ONNX 1.22, IR version 13) as plain records. Names follow the schema;
// no meaning is checked. Views alias the bytes they were read from, or storage the writer's caller
// keeps alive.
#ifndef TUNDISH_WIRE_ONNX_RECORDS_H_
#define TUNDISH_WIRE_ONNX_RECORDS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tundish {

/// StringStringEntryProto lists: metadata_props, external_data.
using OnnxStringMap = std::vector<std::pair<std::string_view, std::string_view>>;

/// TensorProto. Typed data stays encoded: each entry of *_data is one packed chunk.
struct OnnxTensor {
  std::string_view name;
  std::string_view doc_string;
  std::vector<int64_t> dims;
  int32_t data_type = 0;  ///< TensorProto.DataType, unchecked
  std::optional<Bytes> raw_data;
  std::vector<Bytes> float_data;   ///< 4 bytes each
  std::vector<Bytes> double_data;  ///< 8 bytes each
  std::vector<Bytes> int32_data;   ///< varints, as int64_data and uint64_data
  std::vector<Bytes> int64_data;
  std::vector<Bytes> uint64_data;
  std::vector<std::string_view> string_data;
  bool has_segment = false;
  bool is_external = false;     ///< data_location is EXTERNAL
  OnnxStringMap external_data;  ///< location, offset, length, checksum
  OnnxStringMap metadata_props;
};

/// SparseTensorProto.
struct OnnxSparseTensor {
  OnnxTensor values;
  OnnxTensor indices;
  std::vector<int64_t> dims;
};

/// TensorShapeProto.Dimension: a number, a symbol, or neither.
struct OnnxDim {
  std::optional<int64_t> value;
  std::string_view param;
  std::string_view denotation;
};

enum class OnnxTypeKind : uint8_t { kNone, kTensor, kSequence, kMap, kOptional, kSparseTensor };

/// TypeProto.
struct OnnxType {
  OnnxTypeKind kind = OnnxTypeKind::kNone;
  int32_t elem_type = 0;                      ///< tensor, sparse tensor
  std::optional<std::vector<OnnxDim>> shape;  ///< tensor, sparse tensor; absent = unknown rank
  int32_t key_type = 0;                       ///< map
  std::unique_ptr<OnnxType> element;          ///< sequence, optional; map: value type
  std::string_view denotation;
};

/// ValueInfoProto.
struct OnnxValueInfo {
  std::string_view name;
  OnnxType type;
  std::string_view doc_string;
  OnnxStringMap metadata_props;
};

struct OnnxGraph;

/// AttributeProto.AttributeType.
enum class OnnxAttributeType : int32_t {
  kUndefined = 0,
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
  kTensors = 9,
  kGraphs = 10,
  kSparseTensor = 11,
  kSparseTensors = 12,
  kTypeProto = 13,
  kTypeProtos = 14,
};

/// AttributeProto.
struct OnnxAttribute {
  OnnxAttribute();
  ~OnnxAttribute();
  OnnxAttribute(OnnxAttribute&&) noexcept;
  OnnxAttribute& operator=(OnnxAttribute&&) noexcept;

  std::string_view name;
  std::string_view ref_attr_name;
  std::string_view doc_string;
  OnnxAttributeType type = OnnxAttributeType::kUndefined;
  float f = 0;
  int64_t i = 0;
  std::string_view s;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<std::string_view> strings;
  std::vector<OnnxTensor> tensors;               ///< kTensor holds one
  std::vector<OnnxGraph> graphs;                 ///< kGraph holds one
  std::vector<OnnxSparseTensor> sparse_tensors;  ///< kSparseTensor holds one
  std::vector<OnnxType> types;                   ///< kTypeProto holds one
};

/// NodeProto.
struct OnnxNode {
  std::vector<std::string_view> input, output;
  std::string_view name, op_type, domain, overload, doc_string;
  std::vector<OnnxAttribute> attribute;
  OnnxStringMap metadata_props;
};

/// GraphProto. Quantization annotations are skipped.
struct OnnxGraph {
  std::string_view name, doc_string;
  std::vector<OnnxNode> node;
  std::vector<OnnxTensor> initializer;
  std::vector<OnnxSparseTensor> sparse_initializer;
  std::vector<OnnxValueInfo> input, output, value_info;
  OnnxStringMap metadata_props;
};

/// OperatorSetIdProto.
struct OnnxOpset {
  std::string_view domain;
  int64_t version = 0;
};

/// FunctionProto.
struct OnnxFunction {
  std::string_view name, domain, overload, doc_string;
  std::vector<std::string_view> input, output, attribute;
  std::vector<OnnxAttribute> attribute_proto;
  std::vector<OnnxNode> node;
  std::vector<OnnxOpset> opset_import;
  std::vector<OnnxValueInfo> value_info;
  OnnxStringMap metadata_props;
};

/// ModelProto. Training information and device configurations are skipped.
struct OnnxModel {
  int64_t ir_version = 0;
  std::vector<OnnxOpset> opset_import;
  std::string_view producer_name, producer_version, domain, doc_string;
  int64_t model_version = 0;
  std::optional<OnnxGraph> graph;
  OnnxStringMap metadata_props;
  std::vector<OnnxFunction> functions;
  bool has_training_info = false;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_ONNX_RECORDS_H_
