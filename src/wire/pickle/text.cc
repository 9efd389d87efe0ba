#include "wire/pickle/text.h"

#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/strings.h"

namespace tundish::pickle {

namespace {

std::optional<uint32_t> hex_number(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  return value;
}

constexpr std::string_view kEscapes = "n\nt\tr\r\\\\''\"\"a\ab\bf\fv\v";

bool is_octal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

bool is_ascii(std::string_view text) {
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    if ((load_unaligned<uint64_t>(at) & 0x8080808080808080ULL) != 0) return false;
  }
  for (; left > 0; --left, ++at) {
    if ((*at & 0x80) != 0) return false;
  }
  return true;
}

TextForm classify_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return TextForm::kUtf8;
  // 0xed never continues a sequence, so each one begins one: cut at the surrogates.
  size_t from = 0;
  for (size_t at = text.find('\xed'); at != std::string_view::npos;
       at = text.find('\xed', at + 1)) {
    if (at + 2 >= text.size() || static_cast<uint8_t>(text[at + 1]) < 0xa0) continue;
    if ((text[at + 1] & 0xc0) != 0x80 || (text[at + 2] & 0xc0) != 0x80) return TextForm::kInvalid;
    if (!is_valid_utf8(text.substr(from, at - from))) return TextForm::kInvalid;
    from = at + 3;
  }
  return is_valid_utf8(text.substr(from)) ? TextForm::kSurrogates : TextForm::kInvalid;
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint8_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[more] | code >> (6 * more));
  for (int shift = 6 * (more - 1); shift >= 0; shift -= 6)
    out += static_cast<char>(0x80 | (code >> shift & 0x3f));
}

bool decode_raw_unicode_escape(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size();) {
    const bool escape =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'u' || text[i + 1] == 'U');
    if (!escape) {
      append_utf8(out, static_cast<uint8_t>(text[i]));
      // A backslash before anything else stands for itself, and so does what follows it.
      if (text[i] == '\\' && i + 1 < text.size()) append_utf8(out, static_cast<uint8_t>(text[++i]));
      ++i;
      continue;
    }
    const size_t digits = text[i + 1] == 'u' ? 4 : 8;
    if (text.size() - i - 2 < digits) return false;
    const auto code = hex_number(text.substr(i + 2, digits));
    if (!code || *code > 0x10ffff) return false;
    append_utf8(out, *code);
    i += 2 + digits;
  }
  return true;
}

bool decode_python_escapes(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char kind = text[++i];
    if (kind == 'x') {
      if (text.size() - i - 1 < 2) return false;
      const auto code = hex_number(text.substr(i + 1, 2));
      if (!code) return false;
      out += static_cast<char>(*code);
      i += 2;
    } else if (is_octal(kind)) {
      uint32_t code = 0;
      size_t end = i;
      while (end < text.size() && end < i + 3 && is_octal(text[end]))
        code = code * 8 + (text[end++] - '0');
      out += static_cast<char>(code);
      i = end - 1;
    } else {
      bool known = false;
      for (size_t k = 0; k < kEscapes.size() && !known; k += 2) {
        known = kEscapes[k] == kind;
        if (known) out += kEscapes[k + 1];
      }
      if (!known) {
        out += '\\';
        out += kind;
      }
    }
  }
  return true;
}

bool encode_latin1(std::string_view utf8, std::string& out) {
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<uint8_t>(utf8[i]);
    if (lead < 0x80) {
      out += utf8[i];
    } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < utf8.size()) {
      out += static_cast<char>((lead & 3) << 6 | (utf8[++i] & 0x3f));
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace tundish::pickle
