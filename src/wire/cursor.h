// A bounded position in bytes from outside. Shared by every reader of `wire`.
#ifndef TUNDISH_WIRE_CURSOR_H_
#define TUNDISH_WIRE_CURSOR_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "tundish/result.h"

namespace tundish {

/// Reads forward through `bytes` and never past their end. Offsets in errors are counted from
/// `base_offset` before the first byte, so that a part of a file reports places in the file. All
/// views it gives alias `bytes`. A failed read leaves the position where it was. Values are copied
/// with memcpy: no alignment is asked for. Little-endian machines only (as the rest of tundish).
class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(Bytes bytes, uint64_t base_offset = 0) : bytes_(bytes), base_(base_offset) {}

  /// Place of the next byte as errors report it.
  uint64_t offset() const { return base_ + at_; }
  /// Bytes read so far.
  size_t position() const { return at_; }
  size_t remaining() const { return bytes_.size() - at_; }
  bool at_end() const { return at_ == bytes_.size(); }
  /// What is left, without reading it.
  Bytes rest() const { return bytes_.subspan(at_); }
  Bytes all() const { return bytes_; }

  /// The next `count` bytes. kInvalidModel "need 8 bytes at offset 12, file has 15" when fewer are
  /// left.
  Result<Bytes> take(uint64_t count) {
    if (count > remaining()) [[unlikely]]
      return short_read(count);
    const Bytes taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  Status skip(uint64_t count) {
    if (count > remaining()) [[unlikely]]
      return short_read(count);
    at_ += count;
    return ok();
  }
  /// Moves to `position` bytes after the start (not counting base_offset).
  Status seek(uint64_t position);

  /// The next number, low byte first; integers and floats of 1, 2, 4 or 8 bytes.
  template <class T> Result<T> little() {
    if (sizeof(T) > remaining()) [[unlikely]]
      return short_read(sizeof(T));
    const T value = load_unaligned<T>(bytes_.data() + at_);
    at_ += sizeof(T);
    return value;
  }
  /// The next number, high byte first.
  template <class T> Result<T> big() {
    if (sizeof(T) > remaining()) [[unlikely]]
      return short_read(sizeof(T));
    const T value = load_big_endian<T>(bytes_.data() + at_);
    at_ += sizeof(T);
    return value;
  }
  Result<uint8_t> byte() { return little<uint8_t>(); }
  /// The next byte without reading it; only when !at_end().
  uint8_t peek() const { return bytes_[at_]; }

  /// The bytes up to the next '\n', which is read but not given. kInvalidModel when there is none.
  Result<Bytes> line();

  /// The error of a read of `count` bytes that are not there.
  Error short_read(uint64_t count) const;

  /// A T stored high byte first at any alignment.
  template <class T> static T load_big_endian(const void* at) {
    if constexpr (sizeof(T) == 1) {
      return load_unaligned<T>(at);
    } else if constexpr (sizeof(T) == 2) {
      return std::bit_cast<T>(__builtin_bswap16(load_unaligned<uint16_t>(at)));
    } else if constexpr (sizeof(T) == 4) {
      return std::bit_cast<T>(__builtin_bswap32(load_unaligned<uint32_t>(at)));
    } else {
      static_assert(sizeof(T) == 8);
      return std::bit_cast<T>(__builtin_bswap64(load_unaligned<uint64_t>(at)));
    }
  }

 private:
  Bytes bytes_;
  size_t at_ = 0;
  uint64_t base_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_CURSOR_H_
