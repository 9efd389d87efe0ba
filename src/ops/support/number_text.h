// Numbers as text and back, as ONNX Cast has them; no locale.
#ifndef TUNDISH_OPS_SUPPORT_NUMBER_TEXT_H_
#define TUNDISH_OPS_SUPPORT_NUMBER_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tundish::ops {

/// The shortest text that reads back as the same number of the type: "0.1", "3", "1e-05"; "NaN",
/// "INF" and "-INF" as ONNX Cast spells them.
std::string number_text(float value);
std::string number_text(double value);
std::string number_text(int64_t value);
std::string number_text(uint64_t value);

/// The number next to a decimal text ("3.14", "-1e-5", ".5"): nothing for any other text. White
/// space may stand around it. "inf", "infinity" and "nan" in letters of either case, with a sign or
/// without. What is too great becomes infinity, what is too small 0.
std::optional<float> parse_float32(std::string_view text);
std::optional<double> parse_float64(std::string_view text);

/// The same for integers; nothing where the number is no integer or does not fit.
std::optional<int64_t> parse_int64(std::string_view text);
std::optional<uint64_t> parse_uint64(std::string_view text);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_NUMBER_TEXT_H_
