#include "base/hash.h"

#include <openssl/sha.h>

namespace tundish {

namespace {

std::string hex_of(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

uint64_t rotate_left(uint64_t value, int count) { return value << count | value >> (64 - count); }

}  // namespace

// The low-level calls, deprecated in OpenSSL 3, are used on purpose: the EVP ones link the whole
// provider machinery (3 MB) and cost a millisecond at start.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
std::string sha256_hex(Bytes bytes) {
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(digest.data(), &context);
  return hex_of(digest);
}
#pragma GCC diagnostic pop

// Two 64-bit lanes, each an xor-multiply-rotate step: with an odd multiplier every step is a
// bijection of the lane for a fixed word and of the word for a fixed lane.
void Digest128::mix(uint64_t word) {
  a_ = rotate_left((a_ ^ word) * 0x9e3779b97f4a7c15ULL, 29);
  b_ = rotate_left((b_ + word) * 0xd6e8feb86659fd93ULL, 37) ^ a_;
}

void Digest128::add_number(uint64_t number) { mix(number); }

void Digest128::add(Bytes bytes) {
  mix(bytes.size());
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) mix(load_unaligned<uint64_t>(bytes.data() + at));
  if (at < bytes.size()) {
    uint64_t tail = 0;
    std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
    mix(tail);
  }
}

std::string Digest128::hex() const {
  Digest128 finished = *this;
  for (int i = 0; i < 4; ++i) finished.mix(finished.b_ >> 32);
  std::array<uint8_t, 16> bytes{};
  for (int i = 0; i < 8; ++i) {
    bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(finished.a_ >> (56 - 8 * i));
    bytes[static_cast<size_t>(i) + 8] = static_cast<uint8_t>(finished.b_ >> (56 - 8 * i));
  }
  return hex_of(bytes);
}

}  // namespace tundish
