// Hashes: SHA-256 for identity of files, a fast 128-bit one for damage checks.
#ifndef TUNDISH_BASE_HASH_H_
#define TUNDISH_BASE_HASH_H_

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace tundish {

/// Lower-case hexadecimal SHA-256 of the bytes (64 characters).
std::string sha256_hex(Bytes bytes);

/// A 128-bit non-cryptographic hash fed in pieces; equal pieces in equal order give equal digests.
/// Every piece is length-prefixed, so moving a byte from one piece to the next changes the digest.
/// Any change of up to 8 neighbouring bytes changes the digest (each step is a bijection of the
/// state). Several GB/s. Not for secrets.
class Digest128 {
 public:
  void add(Bytes bytes);
  void add(std::string_view text) { add(as_bytes(text)); }
  void add_number(uint64_t number);
  /// 32 hexadecimal characters.
  std::string hex() const;

 private:
  void mix(uint64_t word);
  uint64_t a_ = 0x9ae16a3b2f90404fULL;
  uint64_t b_ = 0xc3a5c85c97cb3127ULL;
};

}  // namespace tundish

#endif  // TUNDISH_BASE_HASH_H_
