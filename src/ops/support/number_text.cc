#include "ops/support/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace tundish::ops {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  });
}

// Whether an unsigned decimal number that fits into no floating-point type is too great for it, not
// too small: its leading digit stands before the point.
bool is_great(std::string_view number) {
  const size_t exponent_at = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, exponent_at);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t leading = mantissa.find_first_not_of("0.");
  if (leading == std::string_view::npos) return false;
  int64_t place = static_cast<int64_t>(point) - static_cast<int64_t>(leading);
  if (exponent_at < number.size()) {
    std::string_view digits = number.substr(exponent_at + 1);
    if (digits.front() == '+') digits.remove_prefix(1);
    int64_t exponent = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec == std::errc::result_out_of_range) return digits.front() != '-';
    // Texts are far shorter than 2^62 characters, so the sum cannot overflow once this is bounded.
    place += std::clamp(exponent, -(int64_t{1} << 62), int64_t{1} << 62);
  }
  return place > 0;
}

template <class Float> std::optional<Float> parse_floating(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Float value = 0;
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    value = std::numeric_limits<Float>::infinity();
  } else if (equals_ignoring_case(text, "nan")) {
    value = std::numeric_limits<Float>::quiet_NaN();
  } else {
    // from_chars would take a second sign and "inf".
    if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) return std::nullopt;
    const char* end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data(), end, value);
    if (read.ptr != end || read.ec == std::errc::invalid_argument) return std::nullopt;
    if (read.ec == std::errc::result_out_of_range) {
      value = is_great(text) ? std::numeric_limits<Float>::infinity() : Float{0};
    }
  }
  return negative ? -value : value;
}

template <class Int> std::optional<Int> parse_integer(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  Int value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, value);
  if (read.ptr != end || read.ec != std::errc()) return std::nullopt;
  return value;
}

template <class T> std::string shortest(T value) {
  std::array<char, 32> digits;  // "-1.7976931348623157e+308" has 24
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), written.ptr};
}

template <class Float> std::string floating_text(Float value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-INF" : "INF";
  return shortest(value);
}

}  // namespace

std::string number_text(float value) { return floating_text(value); }
std::string number_text(double value) { return floating_text(value); }
std::string number_text(int64_t value) { return shortest(value); }
std::string number_text(uint64_t value) { return shortest(value); }

std::optional<float> parse_float32(std::string_view text) { return parse_floating<float>(text); }
std::optional<double> parse_float64(std::string_view text) { return parse_floating<double>(text); }
std::optional<int64_t> parse_int64(std::string_view text) { return parse_integer<int64_t>(text); }
std::optional<uint64_t> parse_uint64(std::string_view text) {
  return parse_integer<uint64_t>(text);
}

}  // namespace tundish::ops
