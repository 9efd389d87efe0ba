// Numbers that a peer or the system printed.
#ifndef TUNDISH_TOOLS_BENCH_NUMBER_OF_H_
#define TUNDISH_TOOLS_BENCH_NUMBER_OF_H_

#include <charconv>
#include <string_view>

namespace tundish {

/// The decimal number at the start of `text`; 0 where there is none.
inline double number_of(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_NUMBER_OF_H_
