#include "base/strings.h"

#include <algorithm>
#include <charconv>

namespace tundish {

namespace strings_internal {
void append(std::string& out, std::string_view text) { out += text; }
void append(std::string& out, char character) { out += character; }
void append(std::string& out, int64_t number) { out += std::to_string(number); }
void append(std::string& out, uint64_t number) { out += std::to_string(number); }
void append(std::string& out, double number) { out += double_text(number); }
}  // namespace strings_internal

std::string double_text(double value) {
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

namespace {

// Length of the well-formed UTF-8 sequence at `text`, 0 if malformed; the code point in *code.
size_t utf8_sequence(std::string_view text, uint32_t* code) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return *code = lead, 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  uint32_t value = lead & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return 0;
  return *code = value, length;
}

void append_hex(std::string& out, uint32_t value, int digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
}

void append_escaped(std::string& out, uint32_t code) {
  if (code == '"' || code == '\\') {
    out += '\\';
    out += static_cast<char>(code);
  } else if (code == '\n') {
    out += "\\n";
  } else if (code >= 0x20 && code < 0x7f) {
    out += static_cast<char>(code);
  } else if (code < 0x80) {
    out += "\\x";
    append_hex(out, code, 2);
  } else if (code < 0x10000) {
    out += "\\u";
    append_hex(out, code, 4);
  } else {
    out += "\\U";
    append_hex(out, code, 8);
  }
}

}  // namespace

std::string quoted(std::string_view text, size_t max_bytes) {
  std::string out = "\"";
  const std::string_view shown = text.substr(0, max_bytes);
  for (size_t at = 0; at < shown.size();) {
    uint32_t code = 0;
    const size_t length = utf8_sequence(shown.substr(at), &code);
    if (length == 0) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(shown[at]), 2);
      at += 1;
    } else {
      append_escaped(out, code);
      at += length;
    }
  }
  return out + (shown.size() < text.size() ? "...\"" : "\"");
}

Utf8Piece utf8_piece(std::string_view text) {
  uint32_t code = 0;
  if (const size_t length = utf8_sequence(text, &code)) return {length, true};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  // The second byte alone tells overlong forms, surrogates and what lies beyond U+10FFFF (Unicode
  // 15.0, table 3-7).
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  const auto continues = [&](size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    return at == 1 ? byte >= low && byte <= high : (byte & 0xc0) == 0x80;
  };
  size_t bytes = 1;
  while (bytes < wanted && bytes < text.size() && continues(bytes)) ++bytes;
  return {bytes, false};
}

bool is_valid_utf8(std::string_view text) {
  uint32_t code = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_sequence(text.substr(at), &code);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace tundish
