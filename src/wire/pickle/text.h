// Python's ways of writing text in pickles.
#ifndef TUNDISH_WIRE_PICKLE_TEXT_H_
#define TUNDISH_WIRE_PICKLE_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace tundish::pickle {

bool is_ascii(std::string_view text);

enum class TextForm : uint8_t {
  kUtf8,
  kSurrogates,  ///< UTF-8 but for lone surrogates as Python's "surrogatepass" writes them
  kInvalid,
};
TextForm classify_utf8(std::string_view text);

/// Appends a code point up to 0x10ffff as UTF-8 (surrogates as three bytes).
void append_utf8(std::string& out, uint32_t code);

/// Python's raw-unicode-escape: latin-1 bytes, \uXXXX and \UXXXXXXXX. False for a broken escape.
bool decode_raw_unicode_escape(std::string_view text, std::string& out);

/// The inside of a Python 2 string literal: \n \t \r \\ \' \" \a \b \f \v \xHH \ooo; an unknown
/// escape stays as it is. False for a broken \x.
bool decode_python_escapes(std::string_view text, std::string& out);

/// UTF-8 text of code points below 256 as one byte each. False when one is above.
bool encode_latin1(std::string_view utf8, std::string& out);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_TEXT_H_
