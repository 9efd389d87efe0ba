// Values as ONNX writes them to files of their own: TensorProto, SequenceProto, OptionalProto (the
// .pb files of test cases and tools).
#ifndef TUNDISH_WIRE_ONNX_VALUE_READER_H_
#define TUNDISH_WIRE_ONNX_VALUE_READER_H_

#include <memory>

#include "base/bytes.h"
#include "tensor/tensor_type.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// The value of a lone message. `kind` says which message it is (the bytes do not): kTensor,
/// kSequence or kOptional; others are kUnsupported. Tensors may borrow from `file`, which `owner`
/// keeps alive. kInvalidModel for bytes that are no such message; kLimit for nesting and memory.
Result<Value> read_onnx_value(Bytes file, ValueKind kind, const std::shared_ptr<const void>& owner,
                              const Limits& limits = {});

}  // namespace tundish

#endif  // TUNDISH_WIRE_ONNX_VALUE_READER_H_
