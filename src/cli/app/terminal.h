// Where a command's words go: results to stdout, everything else to stderr; limits of the whole
// call.
#ifndef TUNDISH_CLI_APP_TERMINAL_H_
#define TUNDISH_CLI_APP_TERMINAL_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tundish/convert.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/session.h"

namespace tundish {

/// Options that every command takes, and the streams.
class Terminal {
 public:
  Terminal();

  bool json = false;               ///< the result is one JSON document on stdout
  bool quiet = false;              ///< only errors
  bool verbose = false;            ///< why each decision was taken
  double time_limit_seconds = 0;   ///< 0 = none
  int64_t memory_limit_bytes = 0;  ///< 0 = the default of Limits

  /// Writes the result. Remembers a failed write (closed pipe, full disk) for finish().
  void out(std::string_view text);
  /// A line for people on stderr; silent with -q.
  void say(std::string_view line);
  /// The same with -v only.
  void explain(std::string_view line);
  /// Whether this error came from the time limit, which is no cancellation by the user.
  bool is_time_up(const Error& error) const;
  /// Errors are shown always, on one line.
  void error(const Error& error);
  void error_line(std::string_view line);
  /// kIo if stdout could not be written.
  Status finish();

  /// Shows "rows done / all, rate, time left" on stderr about four times a second once a second has
  /// passed, when stderr is a terminal; returns false when the call was cancelled.
  Progress progress(std::string what);
  void end_progress();

  bool stdout_is_terminal() const { return stdout_is_terminal_; }
  bool colour() const { return colour_; }
  Limits limits() const;
  RunOptions run_options() const;
  /// Set by SIGINT and by the time limit.
  const std::atomic<bool>* cancel_flag() const;

  /// Installs the handlers and starts the clock of the time limit.
  void start_limits();

 private:
  bool stdout_is_terminal_ = false;
  bool stderr_is_terminal_ = false;
  bool colour_ = false;
  bool progress_shown_ = false;
  int write_errno_ = 0;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace tundish

#endif  // TUNDISH_CLI_APP_TERMINAL_H_
