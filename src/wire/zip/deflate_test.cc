#include "wire/zip/deflate.h"

#include <gtest/gtest.h>

#include <vector>

namespace tundish {
namespace {

TEST(Deflate, continues_a_checksum) {
  // The check value of CRC-32 (ISO 3309).
  EXPECT_EQ(crc32_update(0, as_bytes("123456789")), 0xCBF43926U);
  EXPECT_EQ(crc32_update(crc32_update(0, as_bytes("1234")), as_bytes("56789")), 0xCBF43926U);
}

TEST(Deflate, wants_exactly_the_promised_bytes) {
  // A stored block of "abc" (RFC 1951, 3.2.4).
  const std::string packed(
      "\x01\x03\x00\xFC\xFF"
      "abc",
      8);
  std::vector<uint8_t> out(3);
  EXPECT_TRUE(inflate_exactly(as_bytes(packed), out));
  EXPECT_EQ(as_text(out), "abc");
  std::vector<uint8_t> small(2);
  EXPECT_FALSE(inflate_exactly(as_bytes(packed), small));
  std::vector<uint8_t> large(4);
  EXPECT_FALSE(inflate_exactly(as_bytes(packed), large));
  EXPECT_FALSE(inflate_exactly(as_bytes(packed + "x"), out));
  EXPECT_FALSE(inflate_exactly(as_bytes(packed.substr(0, 6)), out));
  EXPECT_FALSE(inflate_exactly({}, out));
}

}  // namespace
}  // namespace tundish
