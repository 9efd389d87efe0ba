#include "ir/text_cursor.h"

#include <algorithm>
#include <cstring>

namespace tundish {

namespace {

constexpr int kMaxTypeNesting = 64;  // seq(seq(...)): real ones stay below 5

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[tail] | code >> (6 * tail));
  for (int i = tail - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
}

/// One escape whose letter is at text[at]; moves `at` behind it. False when it is none.
bool append_escape(std::string_view text, size_t& at, std::string& out) {
  const char letter = at < text.size() ? text[at++] : '\0';
  if (letter == '"' || letter == '\\') return out += letter, true;
  if (letter == 'n') return out += '\n', true;
  const size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
  if (digits == 0 || text.size() - at < digits) return false;
  uint32_t code = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int digit = hex_value(text[at++]);
    if (digit < 0) return false;
    code = code << 4 | static_cast<uint32_t>(digit);
  }
  if (code > 0x10ffff) return false;
  if (letter == 'x') {
    out += static_cast<char>(code);
  } else {
    append_utf8(out, code);
  }
  return true;
}

}  // namespace

void TextCursor::skip() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else {
      return;
    }
  }
}

std::string TextCursor::place() const {
  const std::string_view before = text_.substr(0, at_);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t start = before.rfind('\n');
  const size_t column = start == std::string_view::npos ? at_ + 1 : at_ - start;
  return cat("line ", line, ", column ", column);
}

Error TextCursor::error(std::string message) const {
  return InvalidArgument(std::move(message)).in(place());
}

bool TextCursor::take(std::string_view token) {
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  skip();
  return true;
}

Status TextCursor::expect(std::string_view token) {
  if (take(token)) return ok();
  return error(at_end() ? cat("expected ", quoted(token), ", got the end of the text")
                        : cat("expected ", quoted(token), ", got ", quoted(text_.substr(at_, 12))));
}

bool TextCursor::peeks_word(std::string_view word) const {
  const std::string_view rest = text_.substr(at_);
  return rest.starts_with(word) &&
         (rest.size() == word.size() || !is_word_character(rest[word.size()]));
}

bool TextCursor::take_word(std::string_view word) { return peeks_word(word) && take(word); }

Result<std::string> TextCursor::word() {
  size_t end = at_;
  while (end < text_.size() && is_word_character(text_[end])) ++end;
  if (end == at_) return error(cat("expected a word, got ", quoted(text_.substr(at_, 12))));
  std::string found(text_.substr(at_, end - at_));
  at_ = end;
  skip();
  return found;
}

Result<std::string> TextCursor::string() {
  if (peek() != '"') return error("expected a string in double quotes");
  std::string out;
  size_t at = at_ + 1;
  while (at < text_.size() && text_[at] != '"') {
    if (text_[at] != '\\') {
      out += text_[at++];
    } else if (!append_escape(text_, ++at, out)) {
      return error("the string has an unknown escape");
    }
  }
  if (at == text_.size()) return error("the string has no end");
  at_ = at + 1;
  skip();
  return out;
}

Result<std::string> TextCursor::number() {
  size_t end = at_;
  if (end < text_.size() && (text_[end] == '-' || text_[end] == '+')) ++end;
  const std::string_view rest = text_.substr(end);
  if (rest.starts_with("inf") || rest.starts_with("nan")) {
    end += 3;
  } else {
    while (end < text_.size()) {
      const char c = text_[end];
      const bool is_exponent_sign = (c == '-' || c == '+') && text_[end - 1] == 'e';
      if (!is_digit(c) && c != '.' && c != 'e' && !is_exponent_sign) break;
      ++end;
    }
  }
  if (end == at_) return error(cat("expected a number, got ", quoted(text_.substr(at_, 12))));
  const size_t begin = peek() == '+' ? at_ + 1 : at_;
  std::string found(text_.substr(begin, end - begin));
  at_ = end;
  skip();
  return found;
}

Result<int64_t> TextCursor::integer() {
  TRY_ASSIGN(const std::string digits, number());
  return parse<int64_t>(digits);
}

Result<Dim> TextCursor::dim() {
  if (take("?")) return Dim();
  if (peek() == '"') {
    TRY_ASSIGN(std::string name, string());
    return Dim::symbol(std::move(name));
  }
  if (is_digit(peek())) {
    TRY_ASSIGN(const int64_t size, integer());
    return Dim(size);
  }
  TRY_ASSIGN(std::string name, word());
  return Dim::symbol(std::move(name));
}

Result<SymbolicShape> TextCursor::shape() {
  TRY(expect("["));
  if (take("?...")) {
    TRY(expect("]"));
    return SymbolicShape();
  }
  std::vector<Dim> dims;
  if (take("]")) return SymbolicShape(std::move(dims));
  do {
    TRY_ASSIGN(Dim one, dim());
    dims.push_back(std::move(one));
  } while (take(","));
  TRY(expect("]"));
  return SymbolicShape(std::move(dims));
}

Result<ValueType> TextCursor::type() { return type_at(0); }

Result<ValueType> TextCursor::type_at(int depth) {
  if (depth > kMaxTypeNesting) return error("types are nested too deep");
  TRY_ASSIGN(const std::string name, word());
  ValueType type;
  if (name == "seq" || name == "optional") {
    type.kind = name == "seq" ? ValueKind::kSequence : ValueKind::kOptional;
    TRY(expect("("));
    TRY_ASSIGN(ValueType element, type_at(depth + 1));
    type.element.push_back(std::move(element));
    TRY(expect(")"));
    return type;
  }
  if (name == "sparse" || name == "map") {
    TRY(expect("("));
    if (name == "map") {
      TRY_ASSIGN(const std::string key, word());
      type.key = dtype_from_name(key);
      if (type.key == DType::kUndefined) return error(cat("unknown type ", quoted(key)));
      TRY(expect(","));
    }
    const DType key = type.key;
    TRY_ASSIGN(type, type_at(depth + 1));
    if (type.kind != ValueKind::kTensor) return error("expected a tensor type");
    type.key = key;
    type.kind = name == "map" ? ValueKind::kMap : ValueKind::kSparse;
    TRY(expect(")"));
    return type;
  }
  type.dtype = dtype_from_name(name);
  if (type.dtype == DType::kUndefined) return error(cat("unknown type ", quoted(name)));
  TRY_ASSIGN(type.shape, shape());
  return type;
}

Result<Tensor> TextCursor::bytes_of(DType dtype, const Shape& shape) {
  TRY_ASSIGN(const std::string digits, string());
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  if (digits.size() != 2 * tensor.byte_count()) {
    return error(cat("expected ", tensor.byte_count(), " bytes, got ", digits.size() / 2));
  }
  auto* to = static_cast<uint8_t*>(tensor.mutable_data());
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_value(digits[i]);
    const int low = hex_value(digits[i + 1]);
    if (high < 0 || low < 0) return error("expected lower-case hexadecimal digits");
    to[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  return tensor;
}

Result<Tensor> TextCursor::strings_of(const Shape& shape) {
  std::vector<std::string> items;
  TRY(expect("["));
  while (!take("]")) {
    if (!items.empty()) TRY(expect(","));
    TRY_ASSIGN(std::string item, string());
    items.push_back(std::move(item));
  }
  if (static_cast<int64_t>(items.size()) != shape.element_count()) {
    return error(cat("expected ", shape.element_count(), " elements, got ", items.size()));
  }
  return Tensor::of_strings(items, shape);
}

template <class T> Result<Tensor> TextCursor::numbers_of(DType dtype, const Shape& shape) {
  std::vector<T> items;
  TRY(expect("["));
  while (!take("]")) {
    if (!items.empty()) TRY(expect(","));
    if (take("...")) return error("the constant was cut when it was printed");
    T item{};
    if (dtype == DType::kBool) {
      item = static_cast<T>(take_word("true"));
      if (item == T{}) TRY(expect("false"));
    } else {
      TRY_ASSIGN(const std::string digits, number());
      TRY_ASSIGN(item, parse<T>(digits));
    }
    items.push_back(item);
  }
  if (static_cast<int64_t>(items.size()) != shape.element_count()) {
    return error(cat("expected ", shape.element_count(), " elements, got ", items.size()));
  }
  return Tensor::copy_of({dtype, shape, items.data()});
}

Result<Tensor> TextCursor::elements(const ValueType& type) {
  const std::optional<Shape> sizes = concrete(type.shape);
  if (!sizes || type.kind != ValueKind::kTensor) return error("a constant needs a known shape");
  TRY_ASSIGN(const Shape shape, in(place(), Shape::from_dims(sizes->dims())));
  if (take_word("bytes")) {
    if (type.dtype == DType::kString) return error("strings are no bytes");
    // Two digits are at hand for each byte, so the text bounds what is allocated.
    if (static_cast<uint64_t>(shape.element_count()) > 8 * text_.size()) {
      return error("more elements than the text has bytes for");
    }
    return bytes_of(type.dtype, shape);
  }
  switch (type.dtype) {
    case DType::kFloat32: return numbers_of<float>(type.dtype, shape);
    case DType::kFloat64: return numbers_of<double>(type.dtype, shape);
    case DType::kInt8: return numbers_of<int8_t>(type.dtype, shape);
    case DType::kBool:
    case DType::kUint8: return numbers_of<uint8_t>(type.dtype, shape);
    case DType::kInt16: return numbers_of<int16_t>(type.dtype, shape);
    case DType::kUint16: return numbers_of<uint16_t>(type.dtype, shape);
    case DType::kInt32: return numbers_of<int32_t>(type.dtype, shape);
    case DType::kUint32: return numbers_of<uint32_t>(type.dtype, shape);
    case DType::kInt64: return numbers_of<int64_t>(type.dtype, shape);
    case DType::kUint64: return numbers_of<uint64_t>(type.dtype, shape);
    case DType::kString: return strings_of(shape);
    default: {
      // Types without a notation; an empty list has no bytes to show either.
      if (shape.element_count() != 0) return error("expected bytes \"...\"");
      TRY(expect("["));
      TRY(expect("]"));
      return Tensor::allocate(type.dtype, shape);
    }
  }
}

}  // namespace tundish
