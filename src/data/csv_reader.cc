// Comma- and tab-separated rows (RFC 4180).
#include <cstring>

#include "base/strings.h"
#include "data/text_rows.h"

namespace tundish {

namespace {

/// Walks the cells of a record.
class CellCursor {
 public:
  CellCursor(std::string_view record, char delimiter)
      : at_(record.data()), end_(record.data() + record.size()), delimiter_(delimiter) {}

  bool at_end() const { return done_; }
  /// The next cell. Quoted cells come without their quotes; one that holds doubled quotes is
  /// copied and lives until the next call. False when the quoting is broken.
  bool next(std::string_view& cell) {
    if (at_ < end_ && *at_ == '"') [[unlikely]]
      return next_quoted(cell);
    const void* found =
        at_ == end_ ? nullptr : std::memchr(at_, delimiter_, static_cast<size_t>(end_ - at_));
    const char* stop = found == nullptr ? end_ : static_cast<const char*>(found);
    cell = {at_, static_cast<size_t>(stop - at_)};
    step_over(stop);
    return true;
  }

 private:
  void step_over(const char* stop) {
    done_ = stop == end_;
    at_ = done_ ? end_ : stop + 1;
  }
  bool next_quoted(std::string_view& cell) {
    const char* const first = ++at_;
    bool copied = false;
    while (true) {
      const void* found = std::memchr(at_, '"', static_cast<size_t>(end_ - at_));
      if (found == nullptr) return false;
      const char* quote = static_cast<const char*>(found);
      if (quote + 1 < end_ && quote[1] == '"') {
        if (!copied)
          scratch_.assign(first, quote + 1);
        else
          scratch_.append(at_, quote + 1);
        copied = true;
        at_ = quote + 2;
        continue;
      }
      if (copied) scratch_.append(at_, quote);
      cell = copied ? std::string_view(scratch_)
                    : std::string_view(first, static_cast<size_t>(quote - first));
      if (quote + 1 != end_ && quote[1] != delimiter_) return false;
      step_over(quote + 1);
      return true;
    }
  }

  const char* at_;
  const char* end_;
  char delimiter_;
  bool done_ = false;
  std::string scratch_;
};

class CsvRowReader : public TextRowReader {
 public:
  CsvRowReader(LineSource source, char delimiter, const DataContract& contract,
               const ReadOptions& options)
      : TextRowReader(std::move(source), contract, options), delimiter_(delimiter) {}

  Status start() {
    TRY_ASSIGN(std::optional<Record> first, source_.next());
    while (first && first->text.empty()) {
      TRY_ASSIGN(first, source_.next());
    }
    if (!first) {
      report_.notes.emplace_back("the data is empty: no rows");
      return ok();
    }
    std::vector<std::string> cells;
    TRY(split(*first, cells));
    const bool header =
        options_.header == HeaderRule::kYes ||
        (options_.header == HeaderRule::kDetect && looks_like_header(cells, contract_, options_));
    if (!header) waiting_ = first;
    TRY_ASSIGN(plan_, in(source_.path(), plan_columns(contract_, options_,
                                                      header ? std::span<const std::string>(cells)
                                                             : std::span<const std::string>(),
                                                      cells.size())));
    report_.notes.push_back(cat(header ? "the first line is a header" : "there is no header",
                                options_.header == HeaderRule::kDetect ? " (detected)" : "",
                                "; columns are matched by ",
                                header && has_names(plan_.wanted) ? "name" : "position"));
    TRY(check_separator(cells));
    return make_builder(plan_.widths);
  }

 protected:
  Result<RowState> fill_row(const Record& record) override {
    if (record.text.empty() && plan_.slots.size() > 1) return RowState::kNoRow;
    CellCursor cursor(record.text, delimiter_);
    const size_t count = plan_.slots.size();
    bool good = true;
    size_t i = 0;
    for (; i < count && !cursor.at_end(); ++i) {
      std::string_view cell;
      if (!cursor.next(cell)) {
        fault(plan_.names[i], "broken quoting");
        return RowState::kBad;
      }
      const Slot& slot = plan_.slots[i];
      if (slot.input >= 0) good = set_cell(slot, plan_.names[i], cell) && good;
      if (slot.kept >= 0) builder().set_kept(static_cast<uint32_t>(slot.kept), cell);
    }
    if (i == count && cursor.at_end()) return good ? RowState::kGood : RowState::kBad;
    std::string_view cell;
    while (!cursor.at_end() && cursor.next(cell)) ++i;
    fault("", cat("the row has ", i, i == 1 ? " cell" : " cells", ", expected ", count));
    return RowState::kBad;
  }

 private:
  Status split(const Record& record, std::vector<std::string>& cells) const {
    CellCursor cursor(record.text, delimiter_);
    while (!cursor.at_end()) {
      std::string_view cell;
      if (!cursor.next(cell)) {
        return InvalidArgument(cat("line ", record.line, ": broken quoting")).in(source_.path());
      }
      cells.emplace_back(cell);
      if (cells.size() > options_.limits.max_columns) {
        return Limit(cat("a row of more than ", options_.limits.max_columns, " columns"));
      }
    }
    return ok();
  }
  /// One column of numbers with semicolons is a file of another separator.
  Status check_separator(std::span<const std::string> cells) const {
    const bool numeric = contract_.inputs[0].dtype != DType::kString;
    if (cells.size() == 1 && numeric && cells[0].find(';') != std::string::npos) {
      return InvalidArgument("the cells seem to be separated by ';': save the data with commas")
          .in(source_.path());
    }
    return ok();
  }

  char delimiter_;
  ColumnPlan plan_;
};

}  // namespace

Result<std::unique_ptr<RowReader>> open_csv(LineSource source, char delimiter,
                                            const DataContract& contract,
                                            const ReadOptions& options) {
  auto reader = std::make_unique<CsvRowReader>(std::move(source), delimiter, contract, options);
  TRY(reader->start());
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace tundish
