#include "base/json_writer.h"

#include <charconv>
#include <cmath>

#include "base/strings.h"

namespace tundish {

namespace {

// What a backslash goes before for this character, 0 where there is no such short form.
char short_escape(char character) {
  switch (character) {
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '"':
    case '\\': return character;
    default: return 0;
  }
}

void append_ascii(std::string& out, char character) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(character);
  if (const char escape = short_escape(character)) {
    out += '\\';
    out += escape;
  } else if (code < 0x20) {
    out += "\\u00";
    out += kDigits[code >> 4];
    out += kDigits[code & 15];
  } else {
    out += character;
  }
}

std::string escaped(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const Utf8Piece piece = utf8_piece(text);
    if (!piece.is_whole) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (piece.bytes == 1) {
      append_ascii(out, text[0]);
    } else {
      out += text.substr(0, piece.bytes);
    }
    text.remove_prefix(piece.bytes);
  }
  out += '"';
  return out;
}

std::string number_text(double number) {
  const double magnitude = std::abs(number);
  // Up to 15 digits before the point: all of them mean something (DBL_DIG).
  const bool is_plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e15);
  char buffer[40];
  const auto result =
      std::to_chars(buffer, buffer + sizeof buffer, number,
                    is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, result.ptr);
  // A reader must not take 1 or -0 for an integer: -0 would lose its sign.
  if (is_plain && text.find('.') == std::string::npos) text += ".0";
  return text;
}

}  // namespace

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  counts_.push_back(0);
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  const bool was_empty = counts_.empty() || counts_.back() == 0;
  if (!counts_.empty()) counts_.pop_back();
  if (!was_empty) new_line();
  text_ += bracket;
  return *this;
}

void JsonWriter::new_line() {
  if (style_ == JsonStyle::kCompact) return;
  text_ += '\n';
  text_.append(2 * counts_.size(), ' ');
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (counts_.empty()) return;
  if (counts_.back()++ != 0) text_ += ',';
  new_line();
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  text_ += escaped(name);
  text_ += style_ == JsonStyle::kCompact ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::value(std::string_view text) { return raw(escaped(text)); }

JsonWriter& JsonWriter::value(double number) {
  return std::isfinite(number) ? raw(number_text(number)) : null();
}

std::string JsonWriter::finish() && {
  if (style_ == JsonStyle::kIndented) text_ += '\n';
  return std::move(text_);
}

}  // namespace tundish
