#include "cli/app/terminal.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <thread>

#include "base/strings.h"
#include "cli/app/command.h"
#include "config/environment.h"

namespace tundish {

namespace {

using Clock = std::chrono::steady_clock;

// Signal handlers can reach nothing else; one process runs one command.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> cancelled{false};
std::atomic<bool> time_is_up{false};
std::atomic<bool> time_is_reported{false};  // by the command or its watcher: one line, not two
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void on_interrupt(int) { cancelled.store(true); }

void write_all(int descriptor, std::string_view text, int* failed_errno) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      if (failed_errno != nullptr) *failed_errno = errno;
      return;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string short_duration(double seconds) {
  const auto whole = static_cast<int64_t>(seconds);
  return whole >= 60 ? cat(whole / 60, " min ", whole % 60, " s") : cat(whole, " s");
}

// Asks the work to stop; if it does not within a second (a phase without a stopping point), ends
// the process: a time limit that can be outlived is none.
void watch_time(double limit_seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(limit_seconds));
  time_is_up.store(true);
  cancelled.store(true);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  if (time_is_reported.exchange(true)) {
    std::this_thread::sleep_for(std::chrono::seconds(1));  // the command is on its way out
    ::_exit(exit_status(ErrorCode::kLimit));
  }
  const std::string line = cat("tundish: error: the time limit of ", limit_seconds,
                               " s was reached (--time-limit SECONDS raises it)\n");
  write_all(STDERR_FILENO, line, nullptr);
  ::_exit(exit_status(ErrorCode::kLimit));
}

}  // namespace

Terminal::Terminal() : started_(Clock::now()) {
  stdout_is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
  stderr_is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  colour_ = stderr_is_terminal_ && environment_value("NO_COLOR").empty();
}

void Terminal::out(std::string_view text) { write_all(STDOUT_FILENO, text, &write_errno_); }

void Terminal::say(std::string_view line) {
  if (quiet) return;
  end_progress();
  write_all(STDERR_FILENO, cat(line, "\n"), nullptr);
}

void Terminal::explain(std::string_view line) {
  if (verbose) say(line);
}

bool Terminal::is_time_up(const Error& error) const {
  return time_is_up.load() && error.code() == ErrorCode::kCancelled;
}

void Terminal::error(const Error& error) {
  if (is_time_up(error)) {
    if (time_is_reported.exchange(true)) return;
    error_line(cat("the time limit of ", time_limit_seconds,
                   " s was reached (--time-limit SECONDS raises it)"));
    return;
  }
  std::string text = error.to_string();
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  error_line(text);
}

void Terminal::error_line(std::string_view line) {
  end_progress();
  const std::string_view label = colour_ ? "\x1b[31merror:\x1b[0m " : "error: ";
  write_all(STDERR_FILENO, cat("tundish: ", label, line, "\n"), nullptr);
}

Status Terminal::finish() {
  if (write_errno_ == 0) return ok();
  return Io(cat("cannot write to standard output: ", std::strerror(write_errno_)));
}

Progress Terminal::progress(std::string what) {
  auto last = std::make_shared<Clock::time_point>(Clock::now());
  const Clock::time_point begin = Clock::now();
  return [this, what = std::move(what), last, begin](uint64_t done, uint64_t total) {
    const bool due = seconds_since(*last) > 0.25 && seconds_since(begin) > 1;
    if (stderr_is_terminal_ && !quiet && !json && due) {
      *last = Clock::now();
      const double rate = static_cast<double>(done) / seconds_since(begin);
      std::string line = cat("\r", what, ": ", done);
      if (total > 0) line += cat(" / ", total);
      line += cat(" rows, ", static_cast<int64_t>(rate), " rows/s");
      if (total > done && rate > 0) {
        line += cat(", ", short_duration(static_cast<double>(total - done) / rate), " left");
      }
      write_all(STDERR_FILENO, line + "\x1b[K", nullptr);
      progress_shown_ = true;
    }
    return !cancelled.load();
  };
}

void Terminal::end_progress() {
  if (!progress_shown_) return;
  progress_shown_ = false;
  write_all(STDERR_FILENO, "\r\x1b[K", nullptr);
}

Limits Terminal::limits() const {
  Limits limits;
  if (memory_limit_bytes > 0) {
    limits.max_memory_bytes = static_cast<uint64_t>(memory_limit_bytes);
    limits.max_decompression_ratio = UINT64_MAX;  // the absolute limit was chosen by the user
  }
  return limits;
}

RunOptions Terminal::run_options() const {
  RunOptions options;
  options.cancel = &cancelled;
  options.memory_limit_bytes = limits().max_memory_bytes;
  return options;
}

const std::atomic<bool>* Terminal::cancel_flag() const { return &cancelled; }

void Terminal::start_limits() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  if (memory_limit_bytes > 0) {
    const auto bytes = static_cast<rlim_t>(memory_limit_bytes) + (rlim_t{64} << 20);
    const struct rlimit limit { bytes, bytes };
    ::setrlimit(RLIMIT_DATA, &limit);
  }
  if (time_limit_seconds > 0) std::thread(watch_time, time_limit_seconds).detach();
}

}  // namespace tundish
