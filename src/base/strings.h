// Building and showing text: cat() for messages, quoting of foreign strings.
#ifndef TUNDISH_BASE_STRINGS_H_
#define TUNDISH_BASE_STRINGS_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tundish {

namespace strings_internal {
void append(std::string& out, std::string_view text);
void append(std::string& out, char character);
void append(std::string& out, int64_t number);
void append(std::string& out, uint64_t number);
void append(std::string& out, double number);

template <class T> void append_any(std::string& out, const T& value) {
  if constexpr (std::same_as<T, char>) {
    append(out, value);
  } else if constexpr (std::same_as<T, bool>) {
    append(out, std::string_view(value ? "true" : "false"));
  } else if constexpr (std::floating_point<T>) {
    append(out, static_cast<double>(value));
  } else if constexpr (std::unsigned_integral<T>) {
    append(out, static_cast<uint64_t>(value));
  } else if constexpr (std::integral<T>) {
    append(out, static_cast<int64_t>(value));
  } else {
    append(out, std::string_view(value));
  }
}
}  // namespace strings_internal

/// Joins its arguments as text; floating-point numbers in their shortest exact form.
template <class... Parts> std::string cat(const Parts&... parts) {
  std::string out;
  (strings_internal::append_any(out, parts), ...);
  return out;
}

/// The text in double quotes with control characters, quotes, backslashes and invalid UTF-8 escaped
/// (\n, \x1b, ...) and anything beyond `max_bytes` cut with "...": safe to print to a terminal.
/// Non-ASCII letters are shown as \u escapes so that look-alikes are seen.
std::string quoted(std::string_view text, size_t max_bytes = 120);

/// Shortest decimal text that reads back as the same double ("0.1", "1e+30", "nan", "inf").
std::string double_text(double value);

/// How the text begins, which must not be empty: a whole UTF-8 character, or as much as could still
/// have become one (at least a byte), which a reader replaces by one U+FFFD (Unicode 15.0, 3.9,
/// "maximal subpart").
struct Utf8Piece {
  size_t bytes = 0;
  bool is_whole = false;
};
Utf8Piece utf8_piece(std::string_view text);

/// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);

/// The candidate with the smallest edit distance to `word`; empty if none is near (distance over a
/// third of its length, at least 1).
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tundish

#endif  // TUNDISH_BASE_STRINGS_H_
