// Bytes of an .onnx file -> records.
#ifndef TUNDISH_WIRE_ONNX_MODEL_READER_H_
#define TUNDISH_WIRE_ONNX_MODEL_READER_H_

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "wire/onnx/records.h"

namespace tundish {

/// Reads a ModelProto; the records alias `file`. Unknown fields are skipped. kInvalidModel naming
/// the offset and the message for bytes that are not protobuf or not this schema; kLimit for
/// nesting deeper than max_protobuf_depth and for more records than max_memory_bytes hold.
Result<OnnxModel> read_onnx_model(Bytes file, const Limits& limits = {});

/// Reads a lone TensorProto (the .pb files of ONNX's own test cases).
Result<OnnxTensor> read_onnx_tensor(Bytes file, const Limits& limits = {});

/// Whether the first bytes look like a ModelProto: a well-formed tag of one of its fields with the
/// right wire type, beginning with ir_version as every known writer does.
bool looks_like_onnx(Bytes file);

}  // namespace tundish

#endif  // TUNDISH_WIRE_ONNX_MODEL_READER_H_
