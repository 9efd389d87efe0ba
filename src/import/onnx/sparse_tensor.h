// Sparse constants as dense tensors.
#ifndef TUNDISH_IMPORT_ONNX_SPARSE_TENSOR_H_
#define TUNDISH_IMPORT_ONNX_SPARSE_TENSOR_H_

#include <memory>

#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/onnx/records.h"

namespace tundish {

/// The dense tensor of a SparseTensorProto: zeros (empty strings) but at the indices, which are
/// int64 [count] into the flat tensor or [count, rank], ascending. kInvalidModel for indices out of
/// range or order; kLimit above max_memory_bytes.
Result<Tensor> dense_tensor(const OnnxSparseTensor& record,
                            const std::shared_ptr<const void>& owner, const Limits& limits);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_SPARSE_TENSOR_H_
