// The numbers of a TensorProto as a Tensor.
#ifndef TUNDISH_WIRE_ONNX_TENSOR_DATA_H_
#define TUNDISH_WIRE_ONNX_TENSOR_DATA_H_

#include <memory>

#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/onnx/records.h"

namespace tundish {

/// The tensor of a record, any dtype. raw_data that is aligned for its element type is borrowed and
/// kept alive by `owner`, all else is copied (a bool other than 0 and 1 becomes 1). Sizes are
/// checked before anything is allocated: the data must be exactly as long as dims say.
/// kInvalidModel for contradictions; kUnsupported for external data and segments; kLimit for rank.
Result<Tensor> tensor_from_record(const OnnxTensor& record,
                                  const std::shared_ptr<const void>& owner);

}  // namespace tundish

#endif  // TUNDISH_WIRE_ONNX_TENSOR_DATA_H_
