// What the readers of csv, tsv, jsonl and txt share: rows under a rule for bad ones.
#ifndef TUNDISH_DATA_TEXT_ROWS_H_
#define TUNDISH_DATA_TEXT_ROWS_H_

#include <memory>
#include <optional>
#include <string_view>

#include "data/block_builder.h"
#include "data/column_plan.h"
#include "data/line_source.h"
#include "data/row_faults.h"
#include "data/row_reader.h"

namespace tundish {

/// A reader whose records are rows. Derived classes fill the row that is open in the builder.
class TextRowReader : public RowReader {
 public:
  Result<std::optional<RowBlock>> next(int64_t max_rows) override;

 protected:
  TextRowReader(LineSource source, const DataContract& contract, const ReadOptions& options)
      : source_(std::move(source)),
        contract_(contract),
        options_(options),
        faults_(options.bad_rows, report_) {}

  /// What a record was.
  enum class RowState : uint8_t { kGood, kBad, kNoRow };
  /// Fills the open row of builder() from the record; faults go through fault().
  virtual Result<RowState> fill_row(const Record& record) = 0;

  BlockBuilder& builder() { return *builder_; }
  /// Notes that the present row is bad; always false, for `return fault(...)`.
  bool fault(std::string_view column, std::string_view what);
  /// Sets a cell and notes what is wrong with it. False for a bad row.
  bool set_cell(const Slot& slot, std::string_view column, std::string_view cell);
  bool set_string(const Slot& slot, std::string_view column, std::string_view text);
  bool set_missing(const Slot& slot, std::string_view column);
  /// Once the widths are known.
  Status make_builder(std::span<const int64_t> widths);

  LineSource source_;
  DataContract contract_;
  ReadOptions options_;
  RowFaults faults_;
  /// A record that was read to look at (a first row that is no header).
  std::optional<Record> waiting_;

 private:
  bool accept(const Slot& slot, CellState state, std::string_view column, std::string_view cell);
  std::optional<BlockBuilder> builder_;
  CellPlace place_;
  bool stop_ = false;
};

/// The readers by format; `path` may be "-".
Result<std::unique_ptr<RowReader>> open_csv(LineSource source, char delimiter,
                                            const DataContract& contract,
                                            const ReadOptions& options);
Result<std::unique_ptr<RowReader>> open_jsonl(LineSource source, const DataContract& contract,
                                              const ReadOptions& options);
Result<std::unique_ptr<RowReader>> open_text(LineSource source, const DataContract& contract,
                                             const ReadOptions& options);

}  // namespace tundish

#endif  // TUNDISH_DATA_TEXT_ROWS_H_
