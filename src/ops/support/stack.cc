#include "ops/support/stack.h"

#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish::ops {

namespace {

// Elements before and after an axis, multiplied up.
struct Sides {
  int64_t outer = 1;
  int64_t inner = 1;
  Sides(const Shape& shape, size_t axis, size_t after) {
    for (size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (size_t i = after; i < shape.rank(); ++i) inner *= shape[i];
  }
};

Status check_whole_bytes(DType dtype, int64_t count) {
  if (dtype == DType::kString || dtype_bytes(dtype) != 0) return ok();
  if (count * static_cast<int64_t>(dtype_bits(dtype)) % 8 == 0) return ok();
  return Unsupported(cat("parts of a tensor of ", dtype_name(dtype), " that begin inside a byte"));
}

// Place of an element, also of types under one byte whose places begin at whole bytes.
size_t byte_offset(DType dtype, int64_t index) {
  const size_t stride = element_stride(dtype);
  return stride != 0 ? static_cast<size_t>(index) * stride
                     : static_cast<size_t>(index) * dtype_bits(dtype) / 8;
}

}  // namespace

Result<Tensor> slice_at(const Tensor& tensor, size_t axis, int64_t index) {
  const Shape& shape = tensor.shape();
  Shape left;
  for (size_t i = 0; i < shape.rank(); ++i) {
    if (i != axis) left.append(shape[i]);
  }
  const Sides sides(shape, axis, axis + 1);
  TRY(check_whole_bytes(tensor.dtype(), sides.inner));
  TRY_ASSIGN(Tensor slice, Tensor::allocate(tensor.dtype(), left));
  for (int64_t i = 0; i < sides.outer; ++i) {
    const int64_t from = (i * shape[axis] + index) * sides.inner;
    copy_elements(
        tensor.dtype(),
        static_cast<char*>(slice.mutable_data()) + byte_offset(tensor.dtype(), i * sides.inner),
        static_cast<const char*>(tensor.data()) + byte_offset(tensor.dtype(), from), sides.inner);
  }
  return slice;
}

ValueType stacked_type(const ValueType& item, Dim count) {
  ValueType type = ValueType::tensor(item.dtype, item.shape);
  if (type.shape) type.shape->insert(type.shape->begin(), std::move(count));
  return type;
}

Status Stack::add(const Value& value) {
  const Tensor* tensor = value.tensor();
  if (tensor == nullptr || !tensor->defined())
    return InvalidArgument("collected value is no tensor");
  if (!items_.empty() &&
      (items_[0].dtype() != tensor->dtype() || !(items_[0].shape() == tensor->shape()))) {
    return InvalidArgument(cat("collected value is ", dtype_name(tensor->dtype()),
                               tensor->shape().to_string(), ", those before are ",
                               dtype_name(items_[0].dtype()), items_[0].shape().to_string()));
  }
  items_.push_back(*tensor);
  return ok();
}

void Stack::reverse() { std::ranges::reverse(items_); }

Result<Tensor> Stack::join(int64_t axis) const {
  Shape item;
  DType dtype = item_.dtype;
  if (!items_.empty()) {
    item = items_[0].shape();
    dtype = items_[0].dtype();
  } else if (item_.shape) {
    for (const Dim& dim : *item_.shape) item.append(std::max<int64_t>(0, dim.size()));
  }
  if (item.rank() == Shape::kMaxRank) return Limit("a collected value of too many dimensions");
  TRY_ASSIGN(const size_t at, checked_axis(axis, item.rank() + 1, ErrorCode::kInvalidArgument));
  Shape shape;
  for (size_t i = 0; i <= item.rank(); ++i) {
    if (i == at) shape.append(static_cast<int64_t>(items_.size()));
    if (i < item.rank()) shape.append(item[i]);
  }
  TRY_ASSIGN(Tensor joined, Tensor::allocate(dtype, shape));
  const Sides sides(item, at, at);
  TRY(check_whole_bytes(dtype, sides.inner));
  for (size_t k = 0; k < items_.size(); ++k) {
    for (int64_t i = 0; i < sides.outer; ++i) {
      const int64_t to =
          (i * static_cast<int64_t>(items_.size()) + static_cast<int64_t>(k)) * sides.inner;
      copy_elements(
          dtype, static_cast<char*>(joined.mutable_data()) + byte_offset(dtype, to),
          static_cast<const char*>(items_[k].data()) + byte_offset(dtype, i * sides.inner),
          sides.inner);
    }
  }
  return joined;
}

}  // namespace tundish::ops
