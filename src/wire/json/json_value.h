// JSON documents as trees of values: read from hostile text within limits.
#ifndef TUNDISH_WIRE_JSON_JSON_VALUE_H_
#define TUNDISH_WIRE_JSON_JSON_VALUE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish {

struct JsonMember;

/// One JSON value that owns all below it. Objects keep the order of their members; a key occurs
/// once. Accessors that expect a kind fail with kInvalidModel "expected a string, got an object".
class JsonValue {
 public:
  /// The whole text as one value. kInvalidModel when it is not JSON (RFC 8259, UTF-8) or has a key
  /// twice in one object; kLimit when nesting is deeper than `max_json_depth` or the tree could
  /// take more than `max_memory_bytes`.
  static Result<JsonValue> parse(std::string_view text, const Limits& limits = {});

  JsonValue() = default;  ///< null

  bool is_null() const { return std::holds_alternative<std::monostate>(held_); }
  bool is_string() const { return std::holds_alternative<std::string>(held_); }
  bool is_array() const { return std::holds_alternative<std::vector<JsonValue>>(held_); }
  bool is_object() const { return std::holds_alternative<std::vector<JsonMember>>(held_); }
  /// "null", "boolean", "integer", "number", "string", "array", "object".
  std::string_view kind_name() const;

  Result<bool> boolean() const;
  /// A number written without fraction and exponent that fits.
  Result<int64_t> integer() const;
  Result<uint64_t> unsigned_integer() const;
  /// Any number, the nearest double; also the strings "NaN", "Infinity", "-Infinity", which some
  /// writers use for what JSON has no numbers for.
  Result<double> number() const;
  Result<std::string_view> text() const;
  /// Elements of an array.
  Result<std::span<const JsonValue>> items() const;
  /// Members of an object.
  Result<std::span<const JsonMember>> members() const;

  /// The member of that name; null when there is none or this is not an object.
  const JsonValue* find(std::string_view key) const;
  /// The member of that name, or kInvalidModel naming it.
  Result<const JsonValue*> require(std::string_view key) const;
  /// Members of a kind; errors name the key.
  Result<std::string> require_text(std::string_view key) const;
  Result<int64_t> require_integer(std::string_view key) const;
  /// Absent gives `fallback`; a member of another kind is an error.
  Result<std::string> get_text(std::string_view key, std::string_view fallback) const;
  Result<int64_t> get_integer(std::string_view key, int64_t fallback) const;
  Result<bool> get_boolean(std::string_view key, bool fallback) const;
  Result<std::vector<std::string>> get_texts(std::string_view key) const;

 private:
  friend struct JsonReader;
  Error wrong_kind(std::string_view expected) const;
  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, std::vector<JsonValue>,
               std::vector<JsonMember>>
      held_;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_JSON_JSON_VALUE_H_
