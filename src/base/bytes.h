// Spans of bytes, and unaligned little-endian reads.
#ifndef TUNDISH_BASE_BYTES_H_
#define TUNDISH_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tundish {

/// Bytes somebody else owns.
using Bytes = std::span<const uint8_t>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Reads a T at any alignment, in the machine's byte order (little-endian on every target).
template <class T> T load_unaligned(const void* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace tundish

#endif  // TUNDISH_BASE_BYTES_H_
