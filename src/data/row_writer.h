// Rows out: a model's answers become files.
#ifndef TUNDISH_DATA_ROW_WRITER_H_
#define TUNDISH_DATA_ROW_WRITER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tundish/dtype.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

enum class OutputFormat : uint8_t { kFromName, kNpy, kNpz, kCsv, kTsv, kJsonl, kFolder };
/// "csv" -> kCsv (npy, npz, csv, tsv, jsonl); kInvalidArgument with the nearest name.
Result<OutputFormat> output_format_from_name(std::string_view name);
/// From the suffix; kFolder for an existing folder, a path that ends in '/' or one without suffix;
/// kCsv for "-". kInvalidArgument for any other suffix.
Result<OutputFormat> output_format_of_path(const std::string& path);

/// One array of answers: a method's result, or one part of it ("predict.0").
struct DataOutput {
  std::string name;
  DType dtype = DType::kFloat64;
  /// Sizes after the rows: {} = one value a row ([rows]), {3} = [rows, 3].
  std::vector<int64_t> row_shape;
  /// SparseCsr values with row_shape {columns}; written as scipy.sparse.save_npz does.
  bool sparse = false;
  /// Names of the columns in CSV; empty: NAME, or NAME_0, NAME_1, ... for several.
  std::vector<std::string> column_names;
};

/// Whether a file that is already there may be replaced. Data files carry no mark of who made them
/// (.npy and .csv have no room for one), so that only --force replaces one that is not empty.
enum class ReplaceRule : uint8_t { kRefuse, kReplace };
enum class SparseRule : uint8_t { kKeep, kDense };  ///< --dense writes sparse answers dense
enum class RowColumn : uint8_t { kWrite, kLeaveOut };

struct WriteOptions {
  OutputFormat format = OutputFormat::kFromName;
  ReplaceRule replace = ReplaceRule::kRefuse;
  SparseRule sparse = SparseRule::kKeep;
  RowColumn row_column = RowColumn::kWrite;  ///< the column `row`, from 0; text formats only
  std::vector<std::string> keep;             ///< names of carried columns; text formats only
  Limits limits;
};

/// Answers for consecutive rows; borrows until write() returns.
struct AnswerBlock {
  std::span<const int64_t> row_numbers;            ///< RowBlock::row_numbers
  std::span<const Value> arrays;                   ///< one per DataOutput, first size = rows
  std::span<const std::vector<std::string>> kept;  ///< RowBlock::kept
  /// RowBlock::bad: the rows marked 1 are written as null (an empty cell, null, NaN, ""; integer
  /// and bool arrays have no such value: kInvalidArgument).
  std::span<const uint8_t> bad;
};

/// Writes blocks of answers. Files appear under their names only when finish() succeeds, whole;
/// memory does not grow with the rows (arrays whose length or width is known only at the end wait
/// in nameless temporary files beside the target). Devices, pipes and "-" are written to directly.
/// Failures are kIo; the caller ignores SIGPIPE for a closed pipe to be one. For one thread.
///
/// CSV: RFC 4180 with '\n', numbers in their shortest exact form, nan and inf by those words,
/// True and False. JSON Lines: an object a row, arrays for several values; NaN is null, infinities
/// are 1e999 and -1e999 (valid JSON that reads back as infinity).
class RowWriter {
 public:
  virtual ~RowWriter() = default;

  /// Checks the format, that it can hold these outputs, and that nothing is overwritten (kIo that
  /// names every file in the way and --force).
  static Result<std::unique_ptr<RowWriter>> open(const std::string& path,
                                                 std::vector<DataOutput> outputs,
                                                 const WriteOptions& options);

  virtual Status write(const AnswerBlock& block) = 0;
  /// Puts the files in place. The writer is used up.
  virtual Status finish() = 0;
  /// Paths that finish() puts in place.
  virtual std::vector<std::string> paths() const = 0;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_ROW_WRITER_H_
