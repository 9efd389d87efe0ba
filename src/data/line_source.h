// Records of a text file or stream through a buffer that does not grow with the file.
#ifndef TUNDISH_DATA_LINE_SOURCE_H_
#define TUNDISH_DATA_LINE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish {

/// Where a record ends: at every line feed, or only outside quoted cells, which begin at the record
/// or behind the delimiter.
enum class RecordRule : uint8_t { kLine, kComma, kTab };

/// A record: a line without its end, or several when a quoted cell holds line feeds.
struct Record {
  std::string_view text;  ///< valid until the next call; kPaddingBytes readable bytes follow
  int64_t line = 0;       ///< from 1, of its first line
};

/// Reads a file or standard input ("-") piece by piece. A byte order mark at the start is left out,
/// "\r\n" counts as one line end, the last record needs none.
class LineSource {
 public:
  /// What simdjson wants behind a document.
  static constexpr size_t kPaddingBytes = 64;

  static Result<LineSource> open(const std::string& path, RecordRule rule, const Limits& limits);
  /// From memory, for tests and small pieces.
  static LineSource of_text(std::string text, RecordRule rule, const Limits& limits);
  LineSource(LineSource&& other) noexcept;
  LineSource& operator=(LineSource&&) = delete;
  ~LineSource();

  /// kIo when reading fails, kLimit for a record over Limits::max_line_bytes.
  Result<std::optional<Record>> next();
  const std::string& path() const { return path_; }

 private:
  LineSource(std::string path, int descriptor, RecordRule rule, const Limits& limits);
  /// Finds the end of the record that begins at begin_; false when more bytes are needed.
  bool find_end();
  Status refill();
  Record make_record(size_t end, size_t next_begin);

  enum class QuoteState : uint8_t { kCellStart, kPlain, kQuoted, kQuoteSeen };
  std::string path_;
  int descriptor_;
  RecordRule rule_;
  char delimiter_;
  uint64_t max_line_bytes_;
  std::vector<char> buffer_;
  size_t begin_ = 0;    // of the record at hand
  size_t scanned_ = 0;  // its end is not before this
  size_t end_ = 0;      // of the bytes read
  QuoteState state_ = QuoteState::kCellStart;
  int64_t line_ = 1;
  bool at_start_ = true;
  bool at_end_ = false;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_LINE_SOURCE_H_
