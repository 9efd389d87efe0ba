#include "data/text_rows.h"

#include "base/strings.h"

namespace tundish {

Status TextRowReader::make_builder(std::span<const int64_t> widths) {
  TRY_ASSIGN(BlockBuilder builder, BlockBuilder::create(contract_, widths, options_.keep.size()));
  builder_.emplace(std::move(builder));
  return ok();
}

bool TextRowReader::fault(std::string_view column, std::string_view what) {
  place_.column = column;
  stop_ = faults_.add(place_, what) || stop_;
  return false;
}

bool TextRowReader::accept(const Slot& slot, CellState state, std::string_view column,
                           std::string_view cell) {
  if (state == CellState::kValue) [[likely]]
    return true;
  if (state == CellState::kMissing) {
    place_.column = column;
    faults_.add_missing(place_);
    return true;
  }
  const DType wanted = contract_.inputs[static_cast<size_t>(slot.input)].dtype;
  return fault(column, cell_fault_text(state, cell, wanted));
}

bool TextRowReader::set_cell(const Slot& slot, std::string_view column, std::string_view cell) {
  const CellState state =
      builder_->input(static_cast<uint32_t>(slot.input)).set_cell(slot.column, cell);
  return accept(slot, state, column, cell);
}

bool TextRowReader::set_string(const Slot& slot, std::string_view column, std::string_view text) {
  const CellState state =
      builder_->input(static_cast<uint32_t>(slot.input)).set_string(slot.column, text);
  return accept(slot, state, column, text);
}

bool TextRowReader::set_missing(const Slot& slot, std::string_view column) {
  const CellState state =
      builder_->input(static_cast<uint32_t>(slot.input)).set_missing(slot.column);
  return accept(slot, state, column, "");
}

Result<std::optional<RowBlock>> TextRowReader::next(int64_t max_rows) {
  if (!builder_) return std::optional<RowBlock>();  // an empty source has no columns to match
  while (builder_->row_count() < max_rows && !stop_) {
    std::optional<Record> record = std::exchange(waiting_, std::nullopt);
    if (!record) {
      TRY_ASSIGN(record, source_.next());
    }
    if (!record) break;
    place_ = {report_.row_count, record->line, {}};
    builder_->push_row(report_.row_count);
    TRY_ASSIGN(const RowState state, fill_row(*record));
    if (state == RowState::kNoRow) {
      builder_->pop_row();
      continue;
    }
    report_.row_count += 1;
    if (state == RowState::kGood) continue;
    if (faults_.rule() == BadRowRule::kNull) {
      builder_->make_bad();
    } else {
      builder_->pop_row();
    }
  }
  TRY(in(source_.path(), faults_.status()));
  if (builder_->row_count() == 0) return std::optional<RowBlock>();
  return std::optional(builder_->take());
}

}  // namespace tundish
