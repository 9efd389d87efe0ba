// What a subcommand is, and what it gets to work with.
#ifndef TUNDISH_CLI_APP_COMMAND_H_
#define TUNDISH_CLI_APP_COMMAND_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app/options.h"
#include "cli/app/terminal.h"
#include "tundish/result.h"

namespace tundish {

/// Exit statuses that are no errors (docs/reference/errors.md has all).
inline constexpr int kExitOk = 0;
inline constexpr int kExitCheckFailed = 1;
inline constexpr int kExitUsage = 2;

/// Exit status of an error: 3 invalid_model, 4 unsupported, 5 invalid_argument, 6 untrusted, 7 io
/// and not_found, 8 limit, 70 internal, 130 cancelled.
int exit_status(ErrorCode code);

/// One subcommand: one file in cli/, found by file name.
class Command {
 public:
  virtual ~Command() = default;
  virtual std::string_view name() const = 0;
  /// One line.
  virtual std::string_view summary() const = 0;
  /// At least two lines that work.
  virtual std::vector<std::string> examples() const = 0;
  /// Declares its own options; those of every command are added by the caller.
  virtual void declare(Options& options) = 0;
  /// Does the work; the value is the exit status when nothing went wrong.
  virtual Result<int> run(Terminal& terminal) = 0;
};

/// A fault in the words that only the command can see (two options that exclude each other):
/// exit 2. Carried as an invalid_argument error whose outermost place is this marker.
Error usage_error(std::string message);
bool is_usage_error(const Error& error);

/// Declares the options that every command takes, with targets in `terminal`; without one only
/// their descriptions (for help pages and completion).
void declare_common_options(Options& options, Terminal& terminal);
void declare_common_options(Options& options);

/// All subcommands in alphabetical order.
std::vector<std::unique_ptr<Command>> all_commands();

/// Everything `tundish` does: parses, runs, reports errors. Returns the exit status.
int run_tundish(std::span<const std::string> words);

}  // namespace tundish

#endif  // TUNDISH_CLI_APP_COMMAND_H_
