// Cells of text become numbers, correctly rounded into the type that is asked for.
#ifndef TUNDISH_DATA_NUMBER_TEXT_H_
#define TUNDISH_DATA_NUMBER_TEXT_H_

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

namespace tundish {

/// What a cell turned out to be.
enum class CellState : uint8_t {
  kValue,
  kMissing,         ///< empty, null, NA, nan: allowed and stored as the missing value
  kMissingRefused,  ///< the same where the input allows none
  kNotNumber,       ///< text where a number should stand
  kNotInteger,      ///< a fraction where an integer should stand
  kOutOfRange,      ///< an integer that the type cannot hold
  kInfinite,        ///< an infinity (or a number that rounds to one) where the input allows none
  kNotText,         ///< a number where a text should stand
  kNotUtf8,
};

/// Without the blanks around it.
std::string_view trimmed(std::string_view text);
/// Whether the (trimmed) text is one of the usual words for a missing number: "", NA, N/A, n/a,
/// #N/A, <NA>, nan in any case and sign, null, NULL, None.
bool is_missing_word(std::string_view text);
/// 0 or 1 for False and True (also lower and upper case); -1 for other words.
int bool_word(std::string_view text);
/// Whether the text reads as a number or a missing word (for finding headers).
bool reads_as_number(std::string_view text);

namespace number_internal {
/// The number of a text that from_chars found out of range: infinity or zero, with its sign.
double beyond_range(std::string_view text);
CellState parse_uncommon(std::string_view text, double& value);
}  // namespace number_internal

/// Reads a decimal number into float or double: the nearest value, ties to even (std::from_chars);
/// beyond the range infinity, below it zero. "inf" and "Infinity" in any case are infinities; True
/// and False are 1 and 0. kValue, kMissing (value untouched) or kNotNumber.
template <std::floating_point T> CellState parse_number(std::string_view cell, T& value) {
  const std::string_view text = trimmed(cell);
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  const char* const end = digits.data() + digits.size();
  const auto [stop, code] = std::from_chars(digits.data(), end, value);
  if (stop == end && code == std::errc() && digits.back() != ')') [[likely]] {
    return std::isnan(value) ? CellState::kMissing : CellState::kValue;
  }
  if (stop == end && code == std::errc::result_out_of_range) {
    value = static_cast<T>(number_internal::beyond_range(digits));
    return CellState::kValue;
  }
  double word = 0;
  const CellState state = number_internal::parse_uncommon(text, word);
  if (state == CellState::kValue) value = static_cast<T>(word);
  return state;
}

/// Reads an integer; a decimal that is one ("3.0", "1e3", up to 2^53) counts. kValue, kMissing,
/// kNotNumber, kNotInteger or kOutOfRange.
template <std::integral T> CellState parse_number(std::string_view cell, T& value) {
  const std::string_view text = trimmed(cell);
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  const char* const end = digits.data() + digits.size();
  const auto [stop, code] = std::from_chars(digits.data(), end, value);
  if (stop == end && code == std::errc()) [[likely]]
    return CellState::kValue;
  if (stop == end && code == std::errc::result_out_of_range) return CellState::kOutOfRange;
  double decimal = 0;
  const CellState state = parse_number(text, decimal);
  if (state != CellState::kValue) return state;
  if (std::isinf(decimal) || std::trunc(decimal) != decimal) return CellState::kNotInteger;
  if (std::fabs(decimal) > 9007199254740992.0 ||
      decimal > static_cast<double>(std::numeric_limits<T>::max()) ||
      decimal < static_cast<double>(std::numeric_limits<T>::min())) {
    return CellState::kOutOfRange;
  }
  value = static_cast<T>(decimal);
  return CellState::kValue;
}

}  // namespace tundish

#endif  // TUNDISH_DATA_NUMBER_TEXT_H_
