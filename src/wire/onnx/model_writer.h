// Records -> bytes of an .onnx file.
#ifndef TUNDISH_WIRE_ONNX_MODEL_WRITER_H_
#define TUNDISH_WIRE_ONNX_MODEL_WRITER_H_

#include <cstdint>
#include <string>

#include "wire/onnx/records.h"

namespace tundish {

struct OnnxWriteOptions {
  /// Initializers' raw_data of at least this many bytes begin at multiples of it in the file (a
  /// power of two up to 64; 0 = wherever they fall). Room is made by spaces in the tensor's
  /// doc_string, which is then written before raw_data.
  uint32_t raw_alignment = 0;
};

/// Encodes a model: fields in ascending order, numbers packed, metadata_props the last bytes of the
/// file in the order given. The same records give the same bytes.
std::string write_onnx_model(const OnnxModel& model, const OnnxWriteOptions& options = {});

}  // namespace tundish

#endif  // TUNDISH_WIRE_ONNX_MODEL_WRITER_H_
