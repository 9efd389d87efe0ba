#include "wire/json/json_value.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <new>

#include "base/strings.h"

namespace tundish {

namespace {

// Bytes of tree, tape and index that one byte of text can come to: "[[0],[0]]" makes a value and a
// vector of four bytes, about 110 bytes of memory; the tape takes 8 more per byte.
constexpr uint64_t kMemoryPerTextByte = 64;

Error parse_error(simdjson::error_code code, const Limits& limits) {
  if (code == simdjson::DEPTH_ERROR) {
    return Limit(cat("JSON nested deeper than ", limits.max_json_depth, " levels"));
  }
  if (code == simdjson::MEMALLOC || code == simdjson::CAPACITY) {
    return Limit("JSON text too large for the memory there is");
  }
  return InvalidModel(cat("not JSON: ", simdjson::error_message(code)));
}

Status refuse_doubled_keys(const std::vector<JsonMember>& members) {
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const JsonMember& member : members) keys.push_back(member.key);
  std::sort(keys.begin(), keys.end());
  const auto doubled = std::adjacent_find(keys.begin(), keys.end());
  if (doubled == keys.end()) return ok();
  return InvalidModel(cat("key ", quoted(*doubled), " occurs twice in one object"));
}

}  // namespace

// Copies simdjson's tape into a tree. Recursion is bounded: the parser was told max_json_depth.
struct JsonReader {
  static Result<JsonValue> read(const simdjson::dom::element& element) {
    using simdjson::dom::element_type;
    JsonValue value;
    switch (element.type()) {
      case element_type::ARRAY: return read_array(element);
      case element_type::OBJECT: return read_object(element);
      case element_type::INT64: value.held_ = int64_t{element.get_int64().value_unsafe()}; break;
      case element_type::UINT64: value.held_ = uint64_t{element.get_uint64().value_unsafe()}; break;
      case element_type::DOUBLE: value.held_ = double{element.get_double().value_unsafe()}; break;
      case element_type::STRING:
        value.held_ = std::string(element.get_string().value_unsafe());
        break;
      case element_type::BOOL: value.held_ = bool{element.get_bool().value_unsafe()}; break;
      case element_type::NULL_VALUE: break;
    }
    return value;
  }

  static Result<JsonValue> read_array(const simdjson::dom::element& element) {
    const simdjson::dom::array array = element.get_array().value_unsafe();
    std::vector<JsonValue> items;
    items.reserve(array.size());
    for (const simdjson::dom::element item : array) {
      TRY_ASSIGN(JsonValue value, read(item));
      items.push_back(std::move(value));
    }
    JsonValue value;
    value.held_ = std::move(items);
    return value;
  }

  static Result<JsonValue> read_object(const simdjson::dom::element& element) {
    const simdjson::dom::object object = element.get_object().value_unsafe();
    std::vector<JsonMember> members;
    members.reserve(object.size());
    for (const simdjson::dom::key_value_pair field : object) {
      TRY_ASSIGN(JsonValue value, read(field.value));
      members.push_back({std::string(field.key), std::move(value)});
    }
    TRY(refuse_doubled_keys(members));
    JsonValue value;
    value.held_ = std::move(members);
    return value;
  }
};

Result<JsonValue> JsonValue::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_memory_bytes / kMemoryPerTextByte ||
      text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES) {
    return Limit(cat("JSON text of ", text.size(), " bytes: reading it could take ",
                     kMemoryPerTextByte, " times as much memory; the limit is ",
                     limits.max_memory_bytes, " bytes"));
  }
  try {
    simdjson::dom::parser parser;
    // simdjson counts the depth of the document itself as one level.
    if (const auto code = parser.allocate(text.size(), size_t{limits.max_json_depth} + 1)) {
      return parse_error(code, limits);
    }
    simdjson::dom::element root;
    if (const auto code = parser.parse(text.data(), text.size()).get(root)) {
      return parse_error(code, limits);
    }
    return JsonReader::read(root);
  } catch (const std::bad_alloc&) {
    return Limit("no memory left for a JSON document");
  } catch (const simdjson::simdjson_error& error) {
    return InvalidModel(cat("not JSON: ", error.what()));
  }
}

std::string_view JsonValue::kind_name() const {
  constexpr std::string_view kNames[] = {"null",   "boolean", "integer", "integer",
                                         "number", "string",  "array",   "object"};
  return kNames[held_.index()];
}

Error JsonValue::wrong_kind(std::string_view expected) const {
  return InvalidModel(cat("expected ", expected, ", got ", kind_name()));
}

Result<bool> JsonValue::boolean() const {
  if (const bool* value = std::get_if<bool>(&held_)) return *value;
  return wrong_kind("a boolean");
}

Result<int64_t> JsonValue::integer() const {
  if (const int64_t* value = std::get_if<int64_t>(&held_)) return *value;
  return wrong_kind("an integer of 64 bits");
}

Result<uint64_t> JsonValue::unsigned_integer() const {
  if (const uint64_t* value = std::get_if<uint64_t>(&held_)) return *value;
  const int64_t* value = std::get_if<int64_t>(&held_);
  if (value != nullptr && *value >= 0) return static_cast<uint64_t>(*value);
  return wrong_kind("an integer of 64 bits that is not negative");
}

Result<double> JsonValue::number() const {
  if (const double* value = std::get_if<double>(&held_)) return *value;
  if (const int64_t* value = std::get_if<int64_t>(&held_)) return static_cast<double>(*value);
  if (const uint64_t* value = std::get_if<uint64_t>(&held_)) return static_cast<double>(*value);
  if (const std::string* name = std::get_if<std::string>(&held_)) {
    if (*name == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (*name == "Infinity") return std::numeric_limits<double>::infinity();
    if (*name == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  return wrong_kind("a number");
}

Result<std::string_view> JsonValue::text() const {
  if (const std::string* value = std::get_if<std::string>(&held_)) return std::string_view(*value);
  return wrong_kind("a string");
}

Result<std::span<const JsonValue>> JsonValue::items() const {
  if (const auto* items = std::get_if<std::vector<JsonValue>>(&held_)) {
    return std::span<const JsonValue>(*items);
  }
  return wrong_kind("an array");
}

Result<std::span<const JsonMember>> JsonValue::members() const {
  if (const auto* members = std::get_if<std::vector<JsonMember>>(&held_)) {
    return std::span<const JsonMember>(*members);
  }
  return wrong_kind("an object");
}

const JsonValue* JsonValue::find(std::string_view key) const {
  const auto* members = std::get_if<std::vector<JsonMember>>(&held_);
  if (members == nullptr) return nullptr;
  for (const JsonMember& member : *members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Result<const JsonValue*> JsonValue::require(std::string_view key) const {
  if (!is_object()) return wrong_kind("an object");
  const JsonValue* found = find(key);
  if (found == nullptr) return InvalidModel(cat("key ", quoted(key), " is missing"));
  return found;
}

Result<std::string> JsonValue::require_text(std::string_view key) const {
  TRY_ASSIGN(const JsonValue* found, require(key));
  TRY_ASSIGN(const std::string_view value, in(quoted(key), found->text()));
  return std::string(value);
}

Result<int64_t> JsonValue::require_integer(std::string_view key) const {
  TRY_ASSIGN(const JsonValue* found, require(key));
  return in(quoted(key), found->integer());
}

Result<std::string> JsonValue::get_text(std::string_view key, std::string_view fallback) const {
  if (find(key) == nullptr) return std::string(fallback);
  return require_text(key);
}

Result<int64_t> JsonValue::get_integer(std::string_view key, int64_t fallback) const {
  if (find(key) == nullptr) return fallback;
  return require_integer(key);
}

Result<bool> JsonValue::get_boolean(std::string_view key, bool fallback) const {
  const JsonValue* found = find(key);
  if (found == nullptr) return fallback;
  return in(quoted(key), found->boolean());
}

Result<std::vector<std::string>> JsonValue::get_texts(std::string_view key) const {
  std::vector<std::string> texts;
  const JsonValue* found = find(key);
  if (found == nullptr) return texts;
  TRY_ASSIGN(const std::span<const JsonValue> items, in(quoted(key), found->items()));
  for (const JsonValue& item : items) {
    TRY_ASSIGN(const std::string_view value, in(quoted(key), item.text()));
    texts.emplace_back(value);
  }
  return texts;
}

}  // namespace tundish
