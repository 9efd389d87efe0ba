// Options of a subcommand as data: declared once, used to parse, to show help, to complete in
// shells and to write the man page.
#ifndef TUNDISH_CLI_APP_OPTIONS_H_
#define TUNDISH_CLI_APP_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tundish {

/// What completion offers for a value.
enum class ValueHint : uint8_t { kNone, kFile, kFolder };

/// One option or positional argument. The target is written by parse_options().
struct OptionSpec {
  using Target = std::variant<bool*, std::string*, std::vector<std::string>*, int64_t*, double*>;
  std::string names;        ///< "-o,--output"; a bare word is a positional argument
  std::string placeholder;  ///< "FILE"; empty for flags
  std::string help;         ///< one line
  Target target;
  std::vector<std::string> choices;  ///< allowed values; empty = any
  ValueHint hint = ValueHint::kNone;
  bool required = false;
  char separator = 0;  ///< splits one value of a list ("a,b"); 0 = does not

  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  bool is_positional() const { return !names.starts_with('-'); }
  bool is_list() const { return std::holds_alternative<std::vector<std::string>*>(target); }
};

/// The options of one command, in the order in which help shows them.
class Options {
 public:
  OptionSpec& add(std::string names, OptionSpec::Target target, std::string placeholder,
                  std::string help);
  OptionSpec& flag(std::string names, bool& target, std::string help) {
    return add(std::move(names), &target, "", std::move(help));
  }
  const std::vector<OptionSpec>& all() const { return specs_; }

 private:
  std::vector<OptionSpec> specs_;
};

struct ParseOutcome {
  bool help_wanted = false;
  std::string fault;  ///< empty when the words were understood
};

/// Fills the targets from the words after the command's name. A fault names the word and the
/// nearest known option.
ParseOutcome parse_options(const Options& options, const std::vector<std::string>& words);

/// The help screen: usage, summary, options, examples.
std::string help_text(std::string_view command, std::string_view summary, const Options& options,
                      const std::vector<std::string>& examples);

}  // namespace tundish

#endif  // TUNDISH_CLI_APP_OPTIONS_H_
