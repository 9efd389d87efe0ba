#include "ops/support/packed.h"

namespace tundish::ops {
namespace {

template <unsigned kBits>
void unpack_bytes(const uint8_t* bytes, int64_t byte_count, uint8_t* codes) {
  constexpr unsigned kPerByte = 8 / kBits;
  for (int64_t i = 0; i < byte_count; ++i) {
    const unsigned byte = bytes[i];
    for (unsigned k = 0; k < kPerByte; ++k) {
      codes[i * kPerByte + k] = static_cast<uint8_t>(byte >> k * kBits & ((1U << kBits) - 1U));
    }
  }
}

template <unsigned kBits>
void pack_bytes(const uint8_t* codes, int64_t byte_count, uint8_t* bytes) {
  constexpr unsigned kPerByte = 8 / kBits;
  for (int64_t i = 0; i < byte_count; ++i) {
    unsigned byte = 0;
    for (unsigned k = 0; k < kPerByte; ++k) {
      byte |= (codes[i * kPerByte + k] & ((1U << kBits) - 1U)) << k * kBits;
    }
    bytes[i] = static_cast<uint8_t>(byte);
  }
}

}  // namespace

void unpack_codes(DType dtype, const void* data, int64_t begin, int64_t count, uint8_t* codes) {
  const int64_t per_byte = elements_per_byte(dtype);
  const int64_t end = begin + count;
  for (; begin < end && begin % per_byte != 0; ++begin) *codes++ = packed_code(dtype, data, begin);
  const int64_t whole = (end - begin) / per_byte;
  const uint8_t* bytes = static_cast<const uint8_t*>(data) + begin / per_byte;
  if (per_byte == 2) {
    unpack_bytes<4>(bytes, whole, codes);
  } else {
    unpack_bytes<2>(bytes, whole, codes);
  }
  codes += whole * per_byte;
  for (begin += whole * per_byte; begin < end; ++begin) *codes++ = packed_code(dtype, data, begin);
}

void pack_codes(DType dtype, void* data, int64_t begin, int64_t count, const uint8_t* codes) {
  const int64_t per_byte = elements_per_byte(dtype);
  const int64_t whole = count / per_byte;
  uint8_t* bytes = static_cast<uint8_t*>(data) + begin / per_byte;
  if (per_byte == 2) {
    pack_bytes<4>(codes, whole, bytes);
  } else {
    pack_bytes<2>(codes, whole, bytes);
  }
  if (whole * per_byte == count) return;
  bytes[whole] = 0;
  for (int64_t i = whole * per_byte; i < count; ++i) {
    set_packed_code(dtype, data, begin + i, codes[i]);
  }
}

void unpack_integers(DType dtype, const void* data, int64_t begin, int64_t count, int8_t* values) {
  unpack_codes(dtype, data, begin, count, reinterpret_cast<uint8_t*>(values));
  if (dtype != DType::kInt4 && dtype != DType::kInt2) return;
  const int sign = 1 << (dtype_bits(dtype) - 1);
  for (int64_t i = 0; i < count; ++i) {
    values[i] = static_cast<int8_t>((values[i] ^ sign) - sign);
  }
}

}  // namespace tundish::ops
