#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace tundish {
namespace {

std::string digest_of(std::string_view text) {
  Digest128 digest;
  digest.add(text);
  return digest.hex();
}

// FIPS 180-2, appendix B.
TEST(Sha256, matches_the_standard) {
  EXPECT_EQ(sha256_hex(as_bytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest128, has_32_hexadecimal_characters) {
  const std::string hex = digest_of("abc");
  EXPECT_EQ(hex.size(), 32u);
  EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(hex, digest_of("abc"));
}

TEST(Digest128, every_flipped_bit_changes_it) {
  std::string text(37, 'x');
  const std::string before = digest_of(text);
  for (size_t bit = 0; bit < 8 * text.size(); ++bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(digest_of(text), before) << "bit " << bit;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
  }
}

TEST(Digest128, a_byte_moved_to_the_next_piece_changes_it) {
  Digest128 first, second;
  first.add("ab");
  first.add("c");
  second.add("a");
  second.add("bc");
  EXPECT_NE(first.hex(), second.hex());
}

TEST(Digest128, trailing_zeros_and_numbers_count) {
  EXPECT_NE(digest_of("a"), digest_of(std::string("a\0", 2)));
  EXPECT_NE(digest_of(""), Digest128().hex());
  Digest128 one, two;
  one.add_number(1);
  two.add_number(2);
  EXPECT_NE(one.hex(), two.hex());
}

TEST(Digest128, hex_does_not_end_it) {
  Digest128 digest;
  digest.add("a");
  EXPECT_EQ(digest.hex(), digest.hex());
  digest.add("b");
  Digest128 whole;
  whole.add("a");
  whole.add("b");
  EXPECT_EQ(digest.hex(), whole.hex());
}

}  // namespace
}  // namespace tundish
