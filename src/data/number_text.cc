#include "data/number_text.h"

#include <algorithm>

namespace tundish {

namespace {

constexpr std::string_view kMissingWords[] = {"",     "NA",   "N/A",  "n/a", "#N/A", "<NA>",
                                              "null", "NULL", "None", "nan", "NaN",  "NAN",
                                              "-nan", "-NaN", "+nan", "+NaN"};

bool is_blank(char character) { return character == ' ' || character == '\t'; }

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_missing_word(std::string_view text) {
  return text.size() <= 4 && std::find(std::begin(kMissingWords), std::end(kMissingWords), text) !=
                                 std::end(kMissingWords);
}

int bool_word(std::string_view text) {
  if (text == "True" || text == "true" || text == "TRUE") return 1;
  if (text == "False" || text == "false" || text == "FALSE") return 0;
  return -1;
}

bool reads_as_number(std::string_view text) {
  double value = 0;
  return parse_number(text, value) != CellState::kNotNumber;
}

namespace number_internal {

double beyond_range(std::string_view text) {
  // Only its size matters: the decimal exponent of the leading digit, about +39 or more for
  // overflow and -45 or less for underflow in either type.
  const bool negative = !text.empty() && text[0] == '-';
  int64_t exponent = 0;
  bool seen_digit = false;
  bool after_point = false;
  size_t i = negative ? 1 : 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      after_point = true;
    } else if (text[i] != '0' || seen_digit) {
      if (!seen_digit && after_point) --exponent;
      if (seen_digit && !after_point) ++exponent;
      seen_digit = true;
    } else if (after_point) {
      --exponent;
    }
  }
  if (i < text.size()) {
    const bool minus = i + 1 < text.size() && text[i + 1] == '-';
    int64_t written = 0;
    for (++i; i < text.size(); ++i) {
      if (text[i] < '0' || text[i] > '9') continue;
      written = std::min<int64_t>(written * 10 + (text[i] - '0'), int64_t{1} << 50);
    }
    exponent += minus ? -written : written;
  }
  const double magnitude = exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -magnitude : magnitude;
}

CellState parse_uncommon(std::string_view text, double& value) {
  if (is_missing_word(text)) return CellState::kMissing;
  const int word = bool_word(text);
  if (word < 0) return CellState::kNotNumber;
  value = word;
  return CellState::kValue;
}

}  // namespace number_internal

}  // namespace tundish
