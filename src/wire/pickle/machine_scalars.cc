// Numbers and texts.
#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/strings.h"
#include "wire/cursor.h"
#include "wire/pickle/machine.h"
#include "wire/pickle/text.h"

namespace tundish::pickle {

Status Machine::push_text(std::string_view text, ObjectKind kind) {
  Object object;
  object.kind = kind;
  object.text = text.data();
  object.size = text.size();
  if (kind == ObjectKind::kString && !is_ascii(text)) {
    switch (classify_utf8(text)) {
      case TextForm::kUtf8: break;
      case TextForm::kSurrogates: object.flag = true; break;
      case TextForm::kInvalid: return fault(cat("text ", quoted(text, 40), " is not valid UTF-8"));
    }
  }
  return push_object(object);
}

// `size` comes from the file: checked against what is left of it before anything else.
Status Machine::push_sized(uint64_t size, ObjectKind kind) {
  TRY(need(size));
  const std::string_view text = as_text({next_, static_cast<size_t>(size)});
  next_ += size;
  return push_text(text, kind);
}

Status Machine::op_none() { return push_object({.kind = ObjectKind::kNone}); }
Status Machine::op_true() { return push_object({.kind = ObjectKind::kBool, .integer = 1}); }
Status Machine::op_false() { return push_object({.kind = ObjectKind::kBool, .integer = 0}); }

Status Machine::push_integer_text(std::string_view digits) {
  if (digits.size() > session_.limits.max_integer_digits) {
    return fault(cat("an integer of ", digits.size(), " digits, the limit is ",
                     session_.limits.max_integer_digits));
  }
  Object object;
  object.kind = ObjectKind::kInt;
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, object.integer);
  if (digits.empty() || parsed.ptr != end || parsed.ec == std::errc::invalid_argument)
    return fault(cat("integer ", quoted(digits, 40), " is not a number"));
  if (parsed.ec == std::errc::result_out_of_range) {
    object.kind = ObjectKind::kBigInt;
    object.flag = true;
    object.text = digits.data();
    object.size = digits.size();
  }
  return push_object(object);
}

Status Machine::op_int() {
  TRY_ASSIGN(const std::string_view text, line());
  if (text == "00") return op_false();
  if (text == "01") return op_true();
  return push_integer_text(text);
}

Status Machine::op_long() {
  TRY_ASSIGN(std::string_view text, line());
  if (text.ends_with('L')) text.remove_suffix(1);
  return push_integer_text(text);
}

Status Machine::op_binint() {
  TRY(need(4));
  return push_object({.kind = ObjectKind::kInt, .integer = read_little<int32_t>()});
}
Status Machine::op_binint1() {
  TRY(need(1));
  return push_object({.kind = ObjectKind::kInt, .integer = read_little<uint8_t>()});
}
Status Machine::op_binint2() {
  TRY(need(2));
  return push_object({.kind = ObjectKind::kInt, .integer = read_little<uint16_t>()});
}

// Two's complement, low byte first; no byte at all is 0.
Status Machine::push_integer_bytes(uint64_t size) {
  TRY(need(size));
  const uint8_t* bytes = next_;
  next_ += size;
  Object object;
  if (size > 8) {
    object.kind = ObjectKind::kBigInt;
    object.text = reinterpret_cast<const char*>(bytes);
    object.size = size;
    return push_object(object);
  }
  uint64_t value = size > 0 && (bytes[size - 1] & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
  object.kind = ObjectKind::kInt;
  object.integer = static_cast<int64_t>(value);
  return push_object(object);
}

Status Machine::op_long1() {
  TRY(need(1));
  return push_integer_bytes(read_little<uint8_t>());
}

Status Machine::op_long4() {
  TRY(need(4));
  const int32_t size = read_little<int32_t>();
  if (size < 0) return fault(cat("an integer of negative length ", size));
  // A digit is worth log2(10) = 3.3 bits.
  if (static_cast<uint64_t>(size) * 2 > session_.limits.max_integer_digits)
    TRY(need(size));  // damage first: the file may not even have that many
  if (static_cast<uint64_t>(size) * 2 > session_.limits.max_integer_digits)
    return fault(cat("an integer of ", size, " bytes"));
  return push_integer_bytes(static_cast<uint64_t>(size));
}

Status Machine::op_float() {
  TRY_ASSIGN(const std::string_view text, line());
  Object object;
  object.kind = ObjectKind::kFloat;
  object.number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, object.number);
  if (text.empty() || parsed.ptr != end || parsed.ec != std::errc())
    return fault(cat("float ", quoted(text, 40), " is not a number"));
  return push_object(object);
}

Status Machine::op_binfloat() {
  TRY(need(8));
  Object object;
  object.kind = ObjectKind::kFloat;
  object.number = Cursor::load_big_endian<double>(next_);
  next_ += 8;
  return push_object(object);
}

// Python 2's str, written as a quoted literal. Text when it is ASCII, else bytes (arrays' data).
Status Machine::op_string() {
  TRY_ASSIGN(const std::string_view text, line());
  const bool quoted_text = text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
                           text.front() == text.back();
  if (!quoted_text) return fault("the text is not in quotes");
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (inner.find('\\') == std::string_view::npos)
    return push_text(inner, is_ascii(inner) ? ObjectKind::kString : ObjectKind::kBytes);
  TRY(session_.graph.arena().check(inner.size()));
  std::string decoded;
  if (!decode_python_escapes(inner, decoded)) return fault("a broken escape in the text");
  const std::string_view kept = session_.graph.arena().copy(decoded);
  return push_text(kept, is_ascii(kept) ? ObjectKind::kString : ObjectKind::kBytes);
}

Status Machine::op_binstring() {
  TRY(need(4));
  const int32_t size = read_little<int32_t>();
  if (size < 0) return fault(cat("a text of negative length ", size));
  TRY(need(static_cast<uint64_t>(size)));
  const std::string_view text = as_text({next_, static_cast<size_t>(size)});
  return push_sized(text.size(), is_ascii(text) ? ObjectKind::kString : ObjectKind::kBytes);
}

Status Machine::op_short_binstring() {
  TRY(need(1));
  const uint8_t size = read_little<uint8_t>();
  TRY(need(size));
  const std::string_view text = as_text({next_, size});
  return push_sized(size, is_ascii(text) ? ObjectKind::kString : ObjectKind::kBytes);
}

Status Machine::op_unicode() {
  TRY_ASSIGN(const std::string_view text, line());
  if (is_ascii(text) && text.find('\\') == std::string_view::npos)
    return push_text(text, ObjectKind::kString);
  TRY(session_.graph.arena().check(text.size() * 2));  // latin-1 doubles at most
  std::string decoded;
  if (!decode_raw_unicode_escape(text, decoded)) return fault("a broken \\u escape in the text");
  return push_text(session_.graph.arena().copy(decoded), ObjectKind::kString);
}

Status Machine::op_short_binunicode() {
  TRY(need(1));
  return push_sized(read_little<uint8_t>(), ObjectKind::kString);
}
Status Machine::op_binunicode() {
  TRY(need(4));
  return push_sized(read_little<uint32_t>(), ObjectKind::kString);
}
Status Machine::op_binunicode8() {
  TRY(need(8));
  return push_sized(read_little<uint64_t>(), ObjectKind::kString);
}
Status Machine::op_short_binbytes() {
  TRY(need(1));
  return push_sized(read_little<uint8_t>(), ObjectKind::kBytes);
}
Status Machine::op_binbytes() {
  TRY(need(4));
  return push_sized(read_little<uint32_t>(), ObjectKind::kBytes);
}
Status Machine::op_binbytes8() {
  TRY(need(8));
  return push_sized(read_little<uint64_t>(), ObjectKind::kBytes);
}
Status Machine::op_bytearray8() {
  TRY(need(8));
  return push_sized(read_little<uint64_t>(), ObjectKind::kBytes);
}

}  // namespace tundish::pickle
