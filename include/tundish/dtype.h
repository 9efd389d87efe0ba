// Element types. Numbers are those of ONNX's TensorProto.DataType, so that files need no map.
#ifndef TUNDISH_DTYPE_H_
#define TUNDISH_DTYPE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tundish {

/// Element type of a tensor (ONNX TensorProto.DataType, onnx.proto of ONNX 1.22).
enum class DType : uint8_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4M3FN = 17,
  kFloat8E4M3FNUZ = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FNUZ = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUint2 = 25,
  kInt2 = 26,
};

/// Name as ONNX and numpy users write it: "float64", "int64", "string"; "undefined" for others.
std::string_view dtype_name(DType dtype);
/// Inverse of dtype_name; kUndefined for an unknown name.
DType dtype_from_name(std::string_view name);
/// Bits of one stored element: 4 for int4. 0 for kString and kUndefined (no fixed size).
size_t dtype_bits(DType dtype);
/// Bytes of one element; 0 for types under one byte, kString and kUndefined.
size_t dtype_bytes(DType dtype);
/// float16, bfloat16, float32, float64 (not the 8-bit and smaller ones).
bool is_floating(DType dtype);
/// Signed and unsigned integers of any width; not bool.
bool is_integer(DType dtype);

/// DType of a C++ type: dtype_of<float> is kFloat32.
template <class T> inline constexpr DType dtype_of = DType::kUndefined;
template <> inline constexpr DType dtype_of<float> = DType::kFloat32;
template <> inline constexpr DType dtype_of<double> = DType::kFloat64;
template <> inline constexpr DType dtype_of<int8_t> = DType::kInt8;
template <> inline constexpr DType dtype_of<uint8_t> = DType::kUint8;
template <> inline constexpr DType dtype_of<int16_t> = DType::kInt16;
template <> inline constexpr DType dtype_of<uint16_t> = DType::kUint16;
template <> inline constexpr DType dtype_of<int32_t> = DType::kInt32;
template <> inline constexpr DType dtype_of<uint32_t> = DType::kUint32;
template <> inline constexpr DType dtype_of<int64_t> = DType::kInt64;
template <> inline constexpr DType dtype_of<uint64_t> = DType::kUint64;
template <> inline constexpr DType dtype_of<bool> = DType::kBool;

}  // namespace tundish

#endif  // TUNDISH_DTYPE_H_
