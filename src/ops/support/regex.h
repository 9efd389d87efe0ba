// Regular expressions in the syntax of RE2 (github.com/google/re2/wiki/Syntax): no look-around, no
// back-references. Matching is bounded in steps and memory.
#ifndef TUNDISH_OPS_SUPPORT_REGEX_H_
#define TUNDISH_OPS_SUPPORT_REGEX_H_

#include <memory>
#include <string>
#include <string_view>

#include "tundish/result.h"

namespace tundish::ops {

/// The pattern with what RE2 and PCRE2 read differently written out for PCRE2. kInvalidModel for
/// what RE2 refuses.
Result<std::string> portable_pattern(std::string_view pattern);

/// A compiled expression. Immutable; safe from several threads.
class Regex {
 public:
  /// kInvalidModel naming the fault and its offset.
  static Result<Regex> compile(std::string_view pattern);
  /// Whether the whole of `text` matches. Text that is not UTF-8 does not. kLimit when the pattern
  /// needs too many steps for this text.
  Result<bool> matches_all(std::string_view text) const;

 private:
  struct Code;
  std::shared_ptr<const Code> code_;
};

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_REGEX_H_
