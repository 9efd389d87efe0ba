#include "data/row_faults.h"

#include "base/strings.h"

namespace tundish {

namespace {
/// Faults of one error line, and bad rows that a report names.
constexpr size_t kListedFaults = 5;
constexpr size_t kReportedRows = 20;
constexpr size_t kListedNames = 12;
}  // namespace

std::string place_text(const CellPlace& place) {
  std::string text = cat("row ", place.row);
  if (place.line > 0) text += cat(" (line ", place.line, ")");
  if (!place.column.empty()) text += cat(", column ", quoted(place.column));
  return text;
}

std::string cell_fault_text(CellState state, std::string_view cell, DType wanted) {
  const std::string shown = quoted(cell, 60);
  switch (state) {
    case CellState::kNotNumber: return cat(shown, " is not a number");
    case CellState::kNotInteger: return cat(shown, " is not an integer (", dtype_name(wanted), ")");
    case CellState::kOutOfRange: return cat(shown, " does not fit ", dtype_name(wanted));
    case CellState::kInfinite:
      return cat(shown, " is infinite in ", dtype_name(wanted), ", which the model refuses");
    case CellState::kMissingRefused: return "the value is missing, which the model refuses";
    case CellState::kNotText: return cat(shown, " stands where a string should");
    case CellState::kNotUtf8: return cat(shown, " is not UTF-8");
    default: return "";
  }
}

std::string name_list(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kListedNames; ++i) {
    text += cat(i == 0 ? "" : ", ", quoted(names[i], 80));
  }
  if (names.size() > kListedNames) text += cat(" and ", names.size() - kListedNames, " more");
  return text;
}

bool RowFaults::add(const CellPlace& place, std::string_view what) {
  std::string text = cat(place_text(place), ": ", what);
  if (rule_ == BadRowRule::kFail) {
    fatal_.push_back(std::move(text));
    return fatal_.size() >= kListedFaults;
  }
  report_.bad_row_count += 1;
  if (report_.bad_rows.size() < kReportedRows) report_.bad_rows.push_back(std::move(text));
  return false;
}

void RowFaults::add_missing(const CellPlace& place) {
  if (report_.missing_count++ == 0) report_.first_missing = place_text(place);
}

Status RowFaults::status() const {
  if (fatal_.empty()) return ok();
  std::string text;
  for (const std::string& fault : fatal_) text += cat(text.empty() ? "" : "; ", fault);
  text += " (--on-error skip or null goes on without such rows)";
  return InvalidArgument(std::move(text));
}

}  // namespace tundish
