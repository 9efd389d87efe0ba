// JSON text, written from the outside in.
#ifndef TUNDISH_BASE_JSON_WRITER_H_
#define TUNDISH_BASE_JSON_WRITER_H_

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tundish {

enum class JsonStyle : uint8_t { kCompact, kIndented };

/// Appends one JSON document to a string. The caller opens and closes objects and arrays in pairs
/// and gives a key before each value inside an object. The same calls give the same text.
///   JsonWriter json;
///   json.begin_object().field("schema", 1).key("names").values(names).end_object();
///   std::string text = std::move(json).finish();
/// Doubles are written with the fewest digits that read back to the same bits, never look like an
/// integer ("1.0", "-0.0"), and have an exponent below 0.0001 and from 1e+15 on; NaN and
/// infinities, which JSON lacks, become null. Strings are escaped; bytes that are not UTF-8 become
/// U+FFFD, one for each longest piece that begins a character.
class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style = JsonStyle::kCompact) : style_(style) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(double number);
  JsonWriter& null();
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json);
  template <class T>
  requires std::integral<T> || std::same_as<T, float> JsonWriter& value(T number) {
    if constexpr (std::same_as<T, bool>) {
      return raw(number ? "true" : "false");
    } else if constexpr (std::same_as<T, float>) {
      return value(static_cast<double>(number));
    } else if constexpr (std::signed_integral<T>) {
      return raw(std::to_string(static_cast<int64_t>(number)));
    } else {
      return raw(std::to_string(static_cast<uint64_t>(number)));
    }
  }
  /// key() and value() in one.
  template <class T> JsonWriter& field(std::string_view name, const T& one) {
    key(name);
    return value(one);
  }
  template <class T> JsonWriter& field(std::string_view name, const std::vector<T>& many) {
    key(name);
    return values(many);
  }
  /// An array of values.
  template <class T> JsonWriter& values(std::span<const T> many) {
    begin_array();
    for (const T& one : many) value(one);
    return end_array();
  }
  template <class T> JsonWriter& values(const std::vector<T>& many) {
    return values(std::span<const T>(many));
  }

  /// The text; with kIndented it ends in a newline.
  std::string finish() &&;

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();  ///< comma and line break before an element
  void new_line();

  JsonStyle style_;
  std::string text_;
  std::vector<uint64_t> counts_;  ///< elements written so far in each open bracket
  bool after_key_ = false;
};

}  // namespace tundish

#endif  // TUNDISH_BASE_JSON_WRITER_H_
