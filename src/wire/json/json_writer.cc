#include "wire/json/json_writer.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace tundish {

namespace {

std::string escaped(std::string_view text) {
  // `replace` makes dump() total: it does not throw on bytes that are not UTF-8.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
  if (std::isnan(number)) return value("NaN");
  if (std::isinf(number)) return value(number > 0 ? "Infinity" : "-Infinity");
  std::string text = double_text(number);
  // A reader must not take 1 or -0 for an integer: -0 would lose its sign.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return raw(text);
}

std::string JsonWriter::finish() && {
  if (style_ == JsonStyle::kIndented) text_ += '\n';
  return std::move(text_);
}

}  // namespace tundish
