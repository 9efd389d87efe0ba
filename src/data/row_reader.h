// Rows in: files and streams become blocks of model inputs.
#ifndef TUNDISH_DATA_ROW_READER_H_
#define TUNDISH_DATA_ROW_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/contract.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

enum class DataFormat : uint8_t { kFromName, kNpy, kNpz, kCsv, kTsv, kJsonl, kText };
/// "csv" -> kCsv (npy, npz, csv, tsv, jsonl, txt); kInvalidArgument with the nearest name.
Result<DataFormat> data_format_from_name(std::string_view name);
/// From a path's suffix (".ndjson" reads as .jsonl); kInvalidArgument that lists what is read.
Result<DataFormat> data_format_of_path(const std::string& path);

enum class HeaderRule : uint8_t { kDetect, kYes, kNo };
/// What a row that cannot be used does: fails the read with row and column, is left out, or stays
/// as a row of missing values that RowBlock::bad marks.
enum class BadRowRule : uint8_t { kFail, kSkip, kNull };
/// Whether values may lose digits on the way to the contract's type.
enum class CastRule : uint8_t { kExact, kAllow };
/// What columns that the model does not know mean (those of `keep` are always welcome).
enum class SurplusRule : uint8_t { kRefuse, kIgnore };

struct ReadOptions {
  DataFormat format = DataFormat::kFromName;  ///< needed for "-"
  HeaderRule header = HeaderRule::kDetect;
  BadRowRule bad_rows = BadRowRule::kFail;
  CastRule cast = CastRule::kExact;
  SurplusRule surplus = SurplusRule::kRefuse;
  std::string text_column;        ///< --column
  std::vector<std::string> keep;  ///< --keep: carried along as text; csv, tsv and jsonl only
  Limits limits;
};

/// One source: a path, or "-" for standard input. `input_name` is empty when the file holds every
/// input of the contract.
struct InputFile {
  std::string input_name;
  std::string path;
};

/// Consecutive rows. All members hold row_numbers.size() rows.
struct RowBlock {
  /// Place of each row in the source, from 0; rows left out leave gaps.
  std::vector<int64_t> row_numbers;
  /// One value per input, in the contract's order. They live as long as their own handles.
  std::vector<Value> inputs;
  /// Text of the carried columns: kept[i][row] for ReadOptions::keep[i].
  std::vector<std::vector<std::string>> kept;
  /// Rows that could not be used (BadRowRule::kNull): 1 at their place. Empty when there are none.
  std::vector<uint8_t> bad;

  int64_t row_count() const { return static_cast<int64_t>(row_numbers.size()); }
};

/// What happened so far; for messages and -v.
struct ReadReport {
  int64_t row_count = 0;              ///< rows seen, bad ones included
  int64_t bad_row_count = 0;          ///< rows left out or made null
  std::vector<std::string> bad_rows;  ///< the first 20 of them, each with row, column and reason
  int64_t missing_count = 0;          ///< cells that were empty, null or NaN
  std::string first_missing;          ///< "row 2, column \"age\""; empty when there is none
  std::vector<std::string> notes;     ///< decisions, one a line: header found, types widened, ...
};

/// Reads one source, or several side by side, block by block; memory does not grow with the source
/// (deflated .npz members are the exception: they are inflated whole, within
/// Limits::max_memory_bytes). For use by one thread.
///
/// Matching: by name where both the file and the contract have names, else by position. A wrong
/// width, an unknown or a missing column is kInvalidArgument that lists all of them. Numbers are
/// read correctly rounded straight into the contract's type. Arrays of a narrower type are widened
/// exactly (a note says so); wider ones are refused unless CastRule::kAllow, and integers go into
/// a floating-point input only up to 2^53 (float64) or 2^24 (float32). Damaged data files are
/// kInvalidArgument, object arrays kUntrusted, limits kLimit, unreadable files kIo or kNotFound.
/// Rows are counted from 1 in messages.
class RowReader {
 public:
  virtual ~RowReader() = default;

  /// Opens the sources and matches their columns; one source without input_name, or sources for
  /// each input by name (in any order, with equal numbers of rows).
  static Result<std::unique_ptr<RowReader>> open(std::span<const InputFile> files,
                                                 const DataContract& contract,
                                                 const ReadOptions& options);
  static Result<std::unique_ptr<RowReader>> open(const std::string& path,
                                                 const DataContract& contract,
                                                 const ReadOptions& options) {
    const InputFile file{"", path};
    return open(std::span(&file, 1), contract, options);
  }

  /// The next rows, at least 1 and at most `max_rows` (>= 1); nothing at the end. After an error
  /// the reader is used up.
  virtual Result<std::optional<RowBlock>> next(int64_t max_rows) = 0;

  const ReadReport& report() const { return report_; }

 protected:
  ReadReport report_;
};

/// Everything at once, one value per input: for plain ONNX models that take whole inputs. The
/// inputs need not agree in their first size; a kTensor of rank 0 is allowed.
Result<std::vector<Value>> read_whole_inputs(std::span<const InputFile> files,
                                             const DataContract& contract,
                                             const ReadOptions& options);

}  // namespace tundish

#endif  // TUNDISH_DATA_ROW_READER_H_
