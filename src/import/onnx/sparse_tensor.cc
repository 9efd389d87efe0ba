#include "import/onnx/sparse_tensor.h"

#include <cstring>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/onnx/tensor_data.h"

namespace tundish {

namespace {

// Place of entry `i` in the flat tensor.
Result<int64_t> place_of(const Tensor& indices, int64_t i, const Shape& shape) {
  const auto numbers = indices.values<int64_t>();
  if (indices.shape().rank() == 1) {
    const int64_t at = numbers[static_cast<size_t>(i)];
    if (at < 0 || at >= shape.element_count()) {
      return InvalidModel(cat("sparse tensor: index ", at, " of a tensor ", shape.to_string()));
    }
    return at;
  }
  int64_t at = 0;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    const int64_t index = numbers[static_cast<size_t>(i) * shape.rank() + axis];
    if (index < 0 || index >= shape[axis]) {
      return InvalidModel(
          cat("sparse tensor: index ", index, " on axis ", axis, " of ", shape.to_string()));
    }
    at = at * shape[axis] + index;
  }
  return at;
}

Status check_indices(const Tensor& indices, int64_t count, const Shape& shape) {
  const Shape& own = indices.shape();
  const bool fits =
      indices.dtype() == DType::kInt64 && own.rank() >= 1 && own[0] == count &&
      (own.rank() == 1 || (own.rank() == 2 && own[1] == static_cast<int64_t>(shape.rank())));
  if (fits) return ok();
  return InvalidModel(cat("sparse tensor: ", count, " values, but indices are ",
                          dtype_name(indices.dtype()), own.to_string()));
}

}  // namespace

Result<Tensor> dense_tensor(const OnnxSparseTensor& record,
                            const std::shared_ptr<const void>& owner, const Limits& limits) {
  TRY_ASSIGN(const Tensor values, tensor_from_record(record.values, owner));
  TRY_ASSIGN(const Tensor indices, tensor_from_record(record.indices, owner));
  TRY_ASSIGN(const Shape shape, Shape::from_dims(record.dims));
  const size_t width = dtype_bytes(values.dtype());
  const bool is_text = values.dtype() == DType::kString;
  if (width == 0 && !is_text) {
    return Unsupported(cat("sparse tensor of ", dtype_name(values.dtype())));
  }
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(record.dims, is_text ? sizeof(std::string) : width));
  if (bytes > limits.max_memory_bytes) {
    return Limit(cat("sparse tensor ", shape.to_string(), ": ", bytes,
                     " bytes when dense, the limit is ", limits.max_memory_bytes,
                     " (--memory-limit raises this)"));
  }
  TRY(check_indices(indices, values.element_count(), shape));
  TRY_ASSIGN(Tensor dense, Tensor::allocate(values.dtype(), shape));
  int64_t before = -1;
  for (int64_t i = 0; i < values.element_count(); ++i) {
    TRY_ASSIGN(const int64_t at, place_of(indices, i, shape));
    if (at <= before) return InvalidModel("sparse tensor: indices do not ascend");
    before = at;
    if (is_text) {
      dense.mutable_values<std::string>()[static_cast<size_t>(at)] =
          values.values<std::string>()[static_cast<size_t>(i)];
    } else {
      std::memcpy(static_cast<char*>(dense.mutable_data()) + static_cast<size_t>(at) * width,
                  static_cast<const char*>(values.data()) + static_cast<size_t>(i) * width, width);
    }
  }
  return dense;
}

}  // namespace tundish
