// Reads the words, strings, numbers, types and constants of the text form; knows line and column.
#ifndef TUNDISH_IR_TEXT_CURSOR_H_
#define TUNDISH_IR_TEXT_CURSOR_H_

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// A place in a text. White space, and comments from # to the end of the line, separate tokens.
/// Copying it gives a look ahead. Errors are kInvalidArgument with line and column.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) { skip(); }

  bool at_end() const { return at_ == text_.size(); }
  /// The next character, 0 at the end.
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  /// "line 3, column 7" of the next token.
  std::string place() const;
  Error error(std::string message) const;

  /// Goes past `token` (punctuation or a word, nothing is said about what follows it) if it is
  /// next.
  bool take(std::string_view token);
  Status expect(std::string_view token);
  /// As take(), for a whole word.
  bool peeks_word(std::string_view word) const;
  bool take_word(std::string_view word);

  /// Letters, digits, '_' and '.'; at least one.
  Result<std::string> word();
  /// A string in double quotes, unescaped.
  Result<std::string> string();
  /// The characters of a number: digits, sign, point, exponent, or inf, nan with a sign. A plus
  /// sign in front is dropped.
  Result<std::string> number();
  Result<int64_t> integer();
  Result<ValueType> type();
  /// "[1, 2]" or `bytes "00ff"`, as many as the type's shape has. The shape must be numbers.
  Result<Tensor> elements(const ValueType& type);

  /// The whole of `number` as a T.
  template <class T> Result<T> parse(std::string_view number) const {
    T value{};
    const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (fault != std::errc() || end != number.data() + number.size()) {
      return error(cat(quoted(number), " is no such number"));
    }
    return value;
  }

 private:
  void skip();
  Result<SymbolicShape> shape();
  Result<Dim> dim();
  Result<ValueType> type_at(int depth);
  Result<Tensor> bytes_of(DType dtype, const Shape& shape);
  Result<Tensor> strings_of(const Shape& shape);
  template <class T> Result<Tensor> numbers_of(DType dtype, const Shape& shape);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_IR_TEXT_CURSOR_H_
