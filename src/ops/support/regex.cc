#include "ops/support/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/strings.h"

namespace tundish::ops {
namespace {

// Steps of one match: about a tenth of a second. RE2 itself is linear; patterns that make a
// backtracking matcher explode end here.
constexpr uint32_t kMostSteps = 2'000'000;
// KiB of backtracking memory of one match.
constexpr uint32_t kMostHeap = 64 * 1024;
// Bytes of a pattern; PCRE2's compiled form ends at 64 KiB in any case.
constexpr size_t kMostPattern = 64 * 1024;
// RE2's own limit of a counted repetition.
constexpr int kMostRepeats = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// One walk over a pattern that writes PCRE2's form of it.
class Translator {
 public:
  explicit Translator(std::string_view pattern) : text_(pattern) {}

  Result<std::string> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        TRY(escape());
      } else if (c == '[') {
        TRY(bracket());
      } else if (c == '(') {
        TRY(group());
      } else if (c == '*' || c == '+' || c == '?' || (c == '{' && repeat_bytes() > 0)) {
        TRY(repetition());
      } else {
        literal(c);
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  char peek(size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  Error fault(std::string_view what) const {
    return InvalidModel(cat("pattern, offset ", at_, ": ", what, " is no RE2 syntax"));
  }

  void literal(char c) {
    // A brace that begins no repetition stands for itself.
    if (c == '{') out_ += '\\';
    out_ += c;
  }
  void quoted_literal(char c) {
    if (is_ascii(c) && !is_letter(c) && !is_digit(c)) out_ += '\\';
    out_ += c;
  }

  // "{2}", "{2,}" or "{2,3}" at at_: its bytes, else 0.
  size_t repeat_bytes() const {
    size_t i = 1;
    const auto digits = [&] {
      const size_t begin = i;
      while (is_digit(peek(i))) ++i;
      return i > begin;
    };
    if (peek(0) != '{' || !digits()) return 0;
    if (peek(i) == ',') {
      ++i;
      digits();
    }
    return peek(i) == '}' ? i + 1 : 0;
  }

  Status repetition() {
    size_t bytes = 1;
    if (peek(0) == '{') {
      bytes = repeat_bytes();
      int number = 0;
      for (size_t i = 1; i < bytes; ++i) {
        number = is_digit(peek(i)) ? number * 10 + (peek(i) - '0') : 0;
        if (number > kMostRepeats) return fault("a count above 1000");
      }
    }
    if (peek(bytes) == '?') ++bytes;
    out_ += text_.substr(at_, bytes);
    at_ += bytes;
    const char next = peek(0);
    // PCRE2 would read "a*+" as possessive.
    if (at_ < text_.size() && (next == '*' || next == '+' || next == '?' || repeat_bytes() > 0)) {
      return fault("a repetition of a repetition");
    }
    return ok();
  }

  Status group() {
    if (peek(1) == '*') return fault("\"(*\"");
    if (peek(1) != '?') {
      out_ += '(';
      ++at_;
      return ok();
    }
    if (peek(2) == 'P' || peek(2) == '<') return named_group(peek(2) == 'P' ? 3 : 2);
    size_t i = 2;
    while (peek(i) == 'i' || peek(i) == 'm' || peek(i) == 's' || peek(i) == 'U' || peek(i) == '-') {
      ++i;
    }
    const char end = peek(i);
    if (end != ':' && (end != ')' || i == 2)) return fault("this group");
    out_ += text_.substr(at_, i + 1);
    at_ += i + 1;
    return ok();
  }

  Status named_group(size_t i) {
    const size_t begin = i + 1;
    if (peek(i) != '<') return fault("this group");
    for (++i; is_letter(peek(i)) || is_digit(peek(i)) || peek(i) == '_'; ++i) continue;
    if (peek(i) != '>' || i == begin) return fault("this group");
    // Names are of no use here, and PCRE2 limits them.
    out_ += '(';
    at_ += i + 1;
    return ok();
  }

  // \Q...\E
  void quotation() {
    at_ += 2;
    while (at_ < text_.size() && !(peek(0) == '\\' && peek(1) == 'E')) {
      quoted_literal(text_[at_]);
      ++at_;
    }
    at_ = std::min(at_ + 2, text_.size());
  }

  Status escape() {
    const char c = peek(1);
    if (at_ + 1 == text_.size()) return fault("a backslash at the end");
    if (c == 'Q') {
      quotation();
      return ok();
    }
    switch (c) {
      case 'A':
      case 'z':
      case 'b':
      case 'B': copy(2); return ok();
      case 's': return replace("[\\t\\n\\f\\r ]");
      case 'S': return replace("[^\\t\\n\\f\\r ]");
      default: return character_escape();
    }
  }

  // Escapes that may stand in a class too.
  Status character_escape() {
    const char c = peek(1);
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 'a':
      case 'f':
      case 'n':
      case 'r':
      case 't': copy(2); return ok();
      case 'p':
      case 'P':
      case 'x': return braced_escape();
      case 'v': return replace("\\x0b");  // PCRE2: any vertical space
      default: break;
    }
    if (is_octal(c) && (c == '0' || is_octal(peek(2)))) return octal();
    if (is_letter(c) || is_digit(c) || !is_ascii(c)) return fault(cat("\"\\", c, "\""));
    copy(2);
    return ok();
  }

  // \pN, \p{Greek}, \x41, \x{1F600}
  Status braced_escape() {
    copy(2);
    if (peek(0) != '{') return ok();
    const size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return fault("a brace without its end");
    copy(end + 1 - at_);
    return ok();
  }

  Status octal() {
    uint32_t value = 0;
    size_t i = 1;
    for (; i <= 3 && is_octal(peek(i)); ++i)
      value = value * 8 + static_cast<uint32_t>(peek(i) - '0');
    constexpr char kHex[] = "0123456789abcdef";
    out_ += "\\x{";
    out_ += kHex[value >> 8 & 15];
    out_ += kHex[value >> 4 & 15];
    out_ += kHex[value & 15];
    out_ += '}';
    at_ += i;
    return ok();
  }

  // [...]
  Status bracket() {
    const size_t begin = at_;
    copy(peek(1) == '^' ? 2 : 1);
    for (bool is_first = true; at_ < text_.size(); is_first = false) {
      const char c = text_[at_];
      if (c == ']' && !is_first) {
        copy(1);
        return ok();
      }
      if (c == ']') {
        replace_one("\\]");
      } else if (c == '[') {
        TRY(inner_bracket());
      } else if (c == '\\') {
        TRY(class_escape());
      } else {
        copy(1);
      }
    }
    at_ = begin;
    return fault("a class without its end");
  }

  // [:alpha:], or a bracket for itself.
  Status inner_bracket() {
    if (peek(1) != ':') {
      replace_one("\\[");
      return ok();
    }
    const size_t end = text_.find(":]", at_ + 2);
    if (end == std::string_view::npos) {
      replace_one("\\[");
      return ok();
    }
    copy(end + 2 - at_);
    return ok();
  }

  Status class_escape() {
    if (at_ + 1 == text_.size()) return fault("a backslash at the end");
    if (peek(1) == 's') return replace("\\t\\n\\f\\r ");
    if (peek(1) == 'S') {
      copy(2);
      return ok();
    }
    return character_escape();
  }

  void copy(size_t bytes) {
    out_ += text_.substr(at_, bytes);
    at_ += std::min(bytes, text_.size() - at_);
  }
  void replace_one(std::string_view by) {
    out_ += by;
    ++at_;
  }
  Status replace(std::string_view by) {
    out_ += by;
    at_ += 2;
    return ok();
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

struct ContextDelete {
  void operator()(pcre2_compile_context* held) const { pcre2_compile_context_free(held); }
  void operator()(pcre2_match_context* held) const { pcre2_match_context_free(held); }
  void operator()(pcre2_match_data* held) const { pcre2_match_data_free(held); }
};
template <class T> using Held = std::unique_ptr<T, ContextDelete>;

PCRE2_SPTR bytes_of(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string error_text(int code) {
  char text[128];
  const int length =
      pcre2_get_error_message(code, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof(text));
  return length < 0 ? cat("error ", code) : std::string(text, static_cast<size_t>(length));
}

}  // namespace

struct Regex::Code {
  pcre2_code* compiled = nullptr;
  Held<pcre2_match_context> limits;
  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() { pcre2_code_free(compiled); }
};

Result<std::string> portable_pattern(std::string_view pattern) {
  if (pattern.size() > kMostPattern) {
    return Limit(cat("a pattern of ", pattern.size(), " bytes, the limit is ", kMostPattern));
  }
  if (!is_valid_utf8(pattern)) return InvalidModel("the pattern is not UTF-8");
  return Translator(pattern).run();
}

Result<Regex> Regex::compile(std::string_view pattern) {
  TRY_ASSIGN(const std::string portable, portable_pattern(pattern));
  const Held<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
  auto code = std::make_shared<Code>();
  code->limits.reset(pcre2_match_context_create(nullptr));
  if (context == nullptr || code->limits == nullptr) return Limit("no memory for a pattern");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_match_limit(code->limits.get(), kMostSteps);
  pcre2_set_heap_limit(code->limits.get(), kMostHeap);
  constexpr uint32_t kOptions = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX |
                                PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NO_AUTO_CAPTURE |
                                PCRE2_NEVER_BACKSLASH_C;
  int error = 0;
  PCRE2_SIZE offset = 0;
  code->compiled =
      pcre2_compile(bytes_of(portable), portable.size(), kOptions, &error, &offset, context.get());
  if (code->compiled == nullptr) {
    return InvalidModel(cat("pattern ", quoted(pattern), ": ", error_text(error)));
  }
  Regex regex;
  regex.code_ = std::move(code);
  return regex;
}

Result<bool> Regex::matches_all(std::string_view text) const {
  if (!is_valid_utf8(text)) return false;
  const Held<pcre2_match_data> data(pcre2_match_data_create(1, nullptr));
  if (data == nullptr) return Limit("no memory for a match");
  const int found = pcre2_match(code_->compiled, bytes_of(text), text.size(), 0, PCRE2_NO_UTF_CHECK,
                                data.get(), code_->limits.get());
  if (found >= 0) return true;
  if (found == PCRE2_ERROR_NOMATCH) return false;
  return Limit(cat("matching ", quoted(text, 40), ": ", error_text(found), " (", kMostSteps,
                   " steps, ", kMostHeap, " KiB)"));
}

}  // namespace tundish::ops
