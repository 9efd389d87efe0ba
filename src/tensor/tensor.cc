#include <cassert>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "base/checked.h"
#include "base/strings.h"
#include "tundish/value.h"

namespace tundish {

namespace {

constexpr size_t kAlignment = 64;  // one cache line, one AVX-512 register

// Bytes of `count` elements, sub-byte types packed.
Result<uint64_t> storage_bytes(DType dtype, const Shape& shape) {
  const size_t bits = dtype_bits(dtype);
  if (bits == 0) return Internal(cat("no storage size for ", dtype_name(dtype)));
  if (bits >= 8) return checked_bytes(shape.dims(), bits / 8);
  TRY_ASSIGN(const uint64_t count, checked_bytes(shape.dims(), 1));
  return (count * bits + 7) / 8;
}

}  // namespace

Result<Tensor> Tensor::allocate(DType dtype, const Shape& shape) {
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = shape;
  if (dtype == DType::kString) {
    TRY_ASSIGN(const uint64_t count, checked_bytes(shape.dims(), 1));
    try {
      auto strings = std::make_shared<std::vector<std::string>>(count);
      tensor.data_ = strings->data();
      tensor.owner_ = std::move(strings);
    } catch (const std::exception&) {  // bad_alloc, or length_error beyond what a vector can hold
      return Limit(cat("no memory for a tensor of ", count, " strings"));
    }
    return tensor;
  }
  TRY_ASSIGN(const uint64_t bytes, storage_bytes(dtype, shape));
  const uint64_t rounded = (bytes + kAlignment) / kAlignment * kAlignment;
  void* data = std::aligned_alloc(kAlignment, rounded);
  if (data == nullptr) return Limit(cat("no memory for a tensor of ", bytes, " bytes"));
  std::memset(data, 0, rounded);
  tensor.data_ = data;
  tensor.owner_ =
      std::shared_ptr<const void>(data, [](const void* p) { std::free(const_cast<void*>(p)); });
  return tensor;
}

Tensor Tensor::borrow(const TensorView& view, std::shared_ptr<const void> owner) {
  Tensor tensor;
  tensor.dtype_ = view.dtype;
  tensor.shape_ = view.shape;
  tensor.data_ = view.data;
  tensor.owner_ = std::move(owner);
  return tensor;
}

Result<Tensor> Tensor::copy_of(const TensorView& view) {
  TRY_ASSIGN(Tensor tensor, allocate(view.dtype, view.shape));
  if (view.dtype == DType::kString) {
    const auto source = view.values<std::string>();
    std::copy(source.begin(), source.end(), tensor.mutable_values<std::string>().begin());
  } else if (tensor.byte_count() > 0) {
    std::memcpy(tensor.mutable_data(), view.data, tensor.byte_count());
  }
  return tensor;
}

Tensor Tensor::copy_values(DType dtype, const void* data, const Shape& shape) {
  Result<Tensor> copy = copy_of({dtype, shape, data});
  return std::move(copy).value();
}

Tensor Tensor::of_strings(std::span<const std::string> values) {
  return of_strings(values, Shape{static_cast<int64_t>(values.size())});
}

Tensor Tensor::of_strings(std::span<const std::string> values, const Shape& shape) {
  assert(static_cast<int64_t>(values.size()) == shape.element_count());
  return copy_values(DType::kString, values.data(), shape);
}

size_t Tensor::byte_count() const {
  const auto count = static_cast<size_t>(element_count());
  if (dtype_ == DType::kString) return count * sizeof(std::string);
  return (count * dtype_bits(dtype_) + 7) / 8;
}

Tensor Tensor::reshaped(const Shape& shape) const {
  assert(shape.element_count() == element_count());
  Tensor tensor = *this;
  tensor.shape_ = shape;
  return tensor;
}

}  // namespace tundish
