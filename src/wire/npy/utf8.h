// Characters between UTF-8 and numpy's four bytes each.
#ifndef TUNDISH_WIRE_NPY_UTF8_H_
#define TUNDISH_WIRE_NPY_UTF8_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace tundish {

/// Appends a code point as UTF-8. False (nothing appended) for surrogates and above U+10FFFF.
inline bool append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    if (code >= 0xD800 && code < 0xE000) return false;
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    return false;
  }
  return true;
}

/// Calls `use(code point)` for each character of text that is_valid_utf8() accepted.
template <class Use> void for_each_character(std::string_view text, const Use& use) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length; ++k)
      code = code << 6 | (static_cast<uint8_t>(text[i + k]) & 0x3Fu);
    use(code);
    i += length;
  }
}

}  // namespace tundish

#endif  // TUNDISH_WIRE_NPY_UTF8_H_
