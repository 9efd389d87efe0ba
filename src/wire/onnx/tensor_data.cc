#include "wire/onnx/tensor_data.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/protobuf/proto_reader.h"

namespace tundish {

namespace {

// Alignment that reading elements of this type in place needs.
size_t alignment_of(DType dtype) {
  switch (dtype) {
    case DType::kComplex64: return alignof(float);
    case DType::kComplex128: return alignof(double);
    default: return std::max<size_t>(1, dtype_bytes(dtype));
  }
}

Error wrong_count(int64_t expected, uint64_t got, std::string_view field) {
  return InvalidModel(cat("dims ask for ", expected, " elements, ", field, " holds ", got));
}

Result<Tensor> from_raw(Bytes raw, DType dtype, const Shape& shape, uint64_t byte_count,
                        const std::shared_ptr<const void>& owner) {
  if (raw.size() != byte_count) {
    return InvalidModel(cat("dims ", shape.to_string(), " of ", dtype_name(dtype), " ask for ",
                            byte_count, " bytes, raw_data holds ", raw.size()));
  }
  const bool clean_bools =
      dtype != DType::kBool || std::all_of(raw.begin(), raw.end(), [](uint8_t b) { return b < 2; });
  const bool aligned = reinterpret_cast<uintptr_t>(raw.data()) % alignment_of(dtype) == 0;
  if (aligned && clean_bools && owner != nullptr && !raw.empty()) {
    return Tensor::borrow({dtype, shape, raw.data()}, owner);
  }
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  if (!raw.empty()) std::memcpy(tensor.mutable_data(), raw.data(), raw.size());
  if (!clean_bools) {
    auto* bytes = static_cast<uint8_t*>(tensor.mutable_data());
    for (size_t i = 0; i < raw.size(); ++i) bytes[i] = bytes[i] != 0 ? 1 : 0;
  }
  return tensor;
}

// Fixed-width typed data: the chunks, one after the other, are the elements.
Result<Tensor> from_fixed(const std::vector<Bytes>& chunks, std::string_view field, DType dtype,
                          const Shape& shape, uint64_t byte_count) {
  uint64_t total = 0;
  for (const Bytes chunk : chunks) total += chunk.size();
  if (total != byte_count) {
    return wrong_count(shape.element_count(), total / dtype_bytes(dtype), field);
  }
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  auto* at = static_cast<uint8_t*>(tensor.mutable_data());
  for (const Bytes chunk : chunks) {
    if (chunk.empty()) continue;
    std::memcpy(at, chunk.data(), chunk.size());
    at += chunk.size();
  }
  return tensor;
}

// Whether a number of int32_data is one of the type's (or the bits of one, for small floats).
bool fits(int64_t value, DType dtype) {
  switch (dtype) {
    case DType::kInt8: return value >= INT8_MIN && value <= INT8_MAX;
    case DType::kInt16: return value >= INT16_MIN && value <= INT16_MAX;
    case DType::kInt32: return value >= INT32_MIN && value <= INT32_MAX;
    case DType::kUint16:
    case DType::kFloat16:
    case DType::kBfloat16: return value >= 0 && value <= UINT16_MAX;
    case DType::kUint32: return value >= 0 && value <= UINT32_MAX;
    case DType::kInt64:
    case DType::kUint64: return true;
    case DType::kInt4:
    case DType::kInt2:
      // One byte of packed elements; some writers sign-extend it.
      return value >= INT8_MIN && value <= UINT8_MAX;
    default: return value >= 0 && value <= UINT8_MAX;
  }
}

Result<Tensor> from_varints(const std::vector<Bytes>& chunks, std::string_view field, DType dtype,
                            const Shape& shape, uint64_t byte_count) {
  // Types under one byte are packed: one number per byte.
  const size_t item_bytes = std::max<size_t>(1, dtype_bytes(dtype));
  const uint64_t expected = byte_count / item_bytes;
  uint64_t bytes_held = 0;
  for (const Bytes chunk : chunks) bytes_held += chunk.size();
  if (bytes_held < expected) return wrong_count(shape.element_count(), bytes_held, field);
  std::vector<uint64_t> numbers;
  for (const Bytes chunk : chunks) TRY(in(std::string(field), decode_varints(chunk, numbers)));
  if (numbers.size() != expected) {
    return InvalidModel(cat("dims ", shape.to_string(), " ask for ", expected, " numbers, ", field,
                            " holds ", numbers.size()));
  }
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  auto* at = static_cast<uint8_t*>(tensor.mutable_data());
  for (const uint64_t number : numbers) {
    if (!fits(static_cast<int64_t>(number), dtype)) {
      return InvalidModel(
          cat(field, ": ", static_cast<int64_t>(number), " is not a ", dtype_name(dtype)));
    }
    const uint64_t stored = dtype == DType::kBool ? (number != 0 ? 1 : 0) : number;
    std::memcpy(at, &stored, item_bytes);  // little-endian: the low bytes come first
    at += item_bytes;
  }
  return tensor;
}

Result<Tensor> from_typed(const OnnxTensor& record, DType dtype, const Shape& shape,
                          uint64_t byte_count) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kComplex64:
      return from_fixed(record.float_data, "float_data", dtype, shape, byte_count);
    case DType::kFloat64:
    case DType::kComplex128:
      return from_fixed(record.double_data, "double_data", dtype, shape, byte_count);
    case DType::kInt64:
      return from_varints(record.int64_data, "int64_data", dtype, shape, byte_count);
    case DType::kUint32:
    case DType::kUint64:
      return from_varints(record.uint64_data, "uint64_data", dtype, shape, byte_count);
    default: return from_varints(record.int32_data, "int32_data", dtype, shape, byte_count);
  }
}

Result<Tensor> from_strings(const OnnxTensor& record, const Shape& shape) {
  if (record.raw_data.has_value()) return InvalidModel("strings in raw_data");
  const auto count = static_cast<uint64_t>(shape.element_count());
  if (record.string_data.size() != count) {
    return wrong_count(shape.element_count(), record.string_data.size(), "string_data");
  }
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(DType::kString, shape));
  auto* at = static_cast<std::string*>(tensor.mutable_data());
  for (const std::string_view text : record.string_data) *at++ = text;
  return tensor;
}

Result<Tensor> from_record(const OnnxTensor& record, const std::shared_ptr<const void>& owner) {
  if (record.data_type <= 0 || record.data_type > static_cast<int32_t>(DType::kInt2)) {
    return InvalidModel(cat("element type ", record.data_type, " does not exist"));
  }
  const auto dtype = static_cast<DType>(record.data_type);
  if (record.is_external) {
    return Unsupported("its data is in an external file; one file with everything inside is read");
  }
  if (record.has_segment) return Unsupported("data in segments");
  if (record.dims.size() > Shape::kMaxRank) {
    return Limit(cat("rank ", record.dims.size(), " is above the limit of ", Shape::kMaxRank));
  }
  // Bits first: also 2^60 elements of half a byte must not overflow.
  TRY_ASSIGN(const uint64_t bits,
             checked_bytes(record.dims, std::max<size_t>(1, dtype_bits(dtype))));
  const uint64_t byte_count = bits / 8 + (bits % 8 != 0 ? 1 : 0);
  TRY_ASSIGN(const Shape shape, Shape::from_dims(record.dims));
  if (dtype == DType::kString) return from_strings(record, shape);
  if (record.raw_data.has_value()) {
    return from_raw(*record.raw_data, dtype, shape, byte_count, owner);
  }
  return from_typed(record, dtype, shape, byte_count);
}

}  // namespace

Result<Tensor> tensor_from_record(const OnnxTensor& record,
                                  const std::shared_ptr<const void>& owner) {
  try {
    Result<Tensor> tensor = from_record(record, owner);
    if (tensor.has_value()) return tensor;
    return std::move(tensor).error().in(cat("tensor ", quoted(record.name)));
  } catch (const std::bad_alloc&) {
    return Limit(cat("no memory left for tensor ", quoted(record.name)));
  }
}

}  // namespace tundish
