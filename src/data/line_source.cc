#include "data/line_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/strings.h"

namespace tundish {

namespace {
/// Large enough that system calls do not show, small enough for the second-level cache.
constexpr size_t kBufferBytes = size_t{1} << 18;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}  // namespace

LineSource::LineSource(std::string path, int descriptor, RecordRule rule, const Limits& limits)
    : path_(std::move(path)),
      descriptor_(descriptor),
      rule_(rule),
      delimiter_(rule == RecordRule::kTab ? '\t' : ','),
      max_line_bytes_(limits.max_line_bytes),
      buffer_(descriptor < 0 ? 0 : kBufferBytes + kPaddingBytes) {}

LineSource::LineSource(LineSource&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      rule_(other.rule_),
      delimiter_(other.delimiter_),
      max_line_bytes_(other.max_line_bytes_),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      scanned_(other.scanned_),
      end_(other.end_),
      state_(other.state_),
      line_(other.line_),
      at_start_(other.at_start_),
      at_end_(other.at_end_) {}

LineSource::~LineSource() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

Result<LineSource> LineSource::open(const std::string& path, RecordRule rule,
                                    const Limits& limits) {
  if (path == "-") return LineSource("standard input", STDIN_FILENO, rule, limits);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int code = errno;
    std::string message = cat("cannot open ", quoted(path, 400), ": ", std::strerror(code));
    return code == ENOENT ? NotFound(std::move(message)) : Io(std::move(message));
  }
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return LineSource(path, descriptor, rule, limits);
}

LineSource LineSource::of_text(std::string text, RecordRule rule, const Limits& limits) {
  LineSource source("text", -1, rule, limits);
  source.buffer_.assign(text.begin(), text.end());
  source.end_ = text.size();
  source.buffer_.resize(text.size() + kPaddingBytes);
  source.at_end_ = true;
  return source;
}

Status LineSource::refill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > max_line_bytes_) {
    return Limit(cat("line ", line_, " is longer than the limit of ", max_line_bytes_, " bytes"));
  }
  if (end_ + kPaddingBytes >= buffer_.size()) buffer_.resize(buffer_.size() * 2);
  while (true) {
    const ssize_t count =
        ::read(descriptor_, buffer_.data() + end_, buffer_.size() - kPaddingBytes - end_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Io(cat("cannot read ", quoted(path_, 400), ": ", std::strerror(errno)));
    }
    at_end_ = count == 0;
    end_ += static_cast<size_t>(count);
    return ok();
  }
}

bool LineSource::find_end() {
  const char* const data = buffer_.data();
  if (state_ == QuoteState::kCellStart && scanned_ >= end_) return false;
  const bool fresh = state_ == QuoteState::kCellStart && scanned_ == begin_;
  if (rule_ == RecordRule::kLine || fresh) {
    const void* found = std::memchr(data + scanned_, '\n', end_ - scanned_);
    const size_t stop =
        found == nullptr ? end_ : static_cast<size_t>(static_cast<const char*>(found) - data);
    const bool quotes =
        rule_ != RecordRule::kLine && std::memchr(data + scanned_, '"', stop - scanned_) != nullptr;
    if (found != nullptr && !quotes) {
      scanned_ = stop;
      return true;
    }
    if (rule_ == RecordRule::kLine) {
      scanned_ = end_;
      return false;
    }
  }
  // A quote opens a cell only at its beginning (RFC 4180); elsewhere it is a character.
  for (; scanned_ < end_; ++scanned_) {
    const char character = data[scanned_];
    switch (state_) {
      case QuoteState::kCellStart:
      case QuoteState::kPlain:
        if (character == '\n') return true;
        if (character == delimiter_) {
          state_ = QuoteState::kCellStart;
        } else if (character == '"' && state_ == QuoteState::kCellStart) {
          state_ = QuoteState::kQuoted;
        } else {
          state_ = QuoteState::kPlain;
        }
        break;
      case QuoteState::kQuoted:
        if (character == '"') state_ = QuoteState::kQuoteSeen;
        break;
      case QuoteState::kQuoteSeen:
        if (character == '\n') return true;
        state_ = character == '"'          ? QuoteState::kQuoted
                 : character == delimiter_ ? QuoteState::kCellStart
                                           : QuoteState::kPlain;
        break;
    }
  }
  return false;
}

Record LineSource::make_record(size_t end, size_t next_begin) {
  Record record{{buffer_.data() + begin_, end - begin_}, line_};
  line_ += 1;
  if (rule_ != RecordRule::kLine) {
    line_ += std::count(record.text.begin(), record.text.end(), '\n');
  }
  if (record.text.ends_with('\r')) record.text.remove_suffix(1);
  begin_ = next_begin;
  scanned_ = next_begin;
  state_ = QuoteState::kCellStart;
  return record;
}

Result<std::optional<Record>> LineSource::next() {
  while (at_start_) {
    if (end_ - begin_ < kByteOrderMark.size() && !at_end_) {
      TRY(refill());
      continue;
    }
    at_start_ = false;
    if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) {
      begin_ = scanned_ = kByteOrderMark.size();
    }
  }
  while (!find_end()) {
    if (at_end_) {
      if (begin_ == end_) return std::optional<Record>();
      return std::optional(make_record(end_, end_));
    }
    TRY(refill());
  }
  return std::optional(make_record(scanned_, scanned_ + 1));
}

}  // namespace tundish
