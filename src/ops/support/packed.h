// Elements under one byte: int4, uint4, float4e2m1, int2, uint2. They lie packed, low bits first
// (ONNX TensorProto.raw_data); work on them unpacks them to one code a byte, and packs the answer.
//
// A code is the element's bit pattern as an unsigned number: 15 is -1 as int4.
#ifndef TUNDISH_OPS_SUPPORT_PACKED_H_
#define TUNDISH_OPS_SUPPORT_PACKED_H_

#include <cstddef>
#include <cstdint>

#include "tundish/dtype.h"

namespace tundish::ops {

/// Whether several elements share a byte.
inline bool is_packed(DType dtype) {
  const size_t bits = dtype_bits(dtype);
  return bits > 0 && bits < 8;
}
/// Elements in one byte: 2 or 4. `dtype` is packed.
inline int64_t elements_per_byte(DType dtype) {
  return static_cast<int64_t>(8 / dtype_bits(dtype));
}
/// Bytes of `count` packed elements.
inline int64_t packed_bytes(DType dtype, int64_t count) {
  const int64_t per_byte = elements_per_byte(dtype);
  return count / per_byte + (count % per_byte != 0 ? 1 : 0);
}

/// The code of element `index`.
inline uint8_t packed_code(DType dtype, const void* data, int64_t index) {
  const auto at = static_cast<uint64_t>(index);
  const unsigned byte = static_cast<const uint8_t*>(data)[at * dtype_bits(dtype) / 8];
  const size_t shift = at * dtype_bits(dtype) % 8;
  return static_cast<uint8_t>(byte >> shift & ((1U << dtype_bits(dtype)) - 1U));
}
/// Sets element `index`; its neighbours in the byte stay. Two threads must not share a byte.
inline void set_packed_code(DType dtype, void* data, int64_t index, uint8_t code) {
  const auto at = static_cast<uint64_t>(index);
  uint8_t& byte = static_cast<uint8_t*>(data)[at * dtype_bits(dtype) / 8];
  const size_t shift = at * dtype_bits(dtype) % 8;
  const unsigned mask = ((1U << dtype_bits(dtype)) - 1U) << shift;
  byte = static_cast<uint8_t>((byte & ~mask) | (unsigned{code} << shift & mask));
}

/// Codes of elements [begin, begin + count), one a byte.
void unpack_codes(DType dtype, const void* data, int64_t begin, int64_t count, uint8_t* codes);
/// The reverse, from a byte boundary on: `begin` is a multiple of elements_per_byte(). Bits of
/// codes beyond the type's are dropped, bits of the last byte beyond the last element become 0.
void pack_codes(DType dtype, void* data, int64_t begin, int64_t count, const uint8_t* codes);

/// Values of elements of an integer type: codes, with the sign of int4 and int2.
void unpack_integers(DType dtype, const void* data, int64_t begin, int64_t count, int8_t* values);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_PACKED_H_
