// What happens to rows that cannot be used, and the words for it.
#ifndef TUNDISH_DATA_ROW_FAULTS_H_
#define TUNDISH_DATA_ROW_FAULTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/number_text.h"
#include "data/row_reader.h"

namespace tundish {

/// Where something is: for messages.
struct CellPlace {
  int64_t row = 0;          ///< from 0, as in the row column of answers
  int64_t line = 0;         ///< of the file, from 1; 0 when the source has no lines
  std::string_view column;  ///< empty when the whole row is meant
};

/// "row 2 (line 4), column \"age\"".
std::string place_text(const CellPlace& place);
/// "\"abc\" is not a number" and so on; `cell` is what the file holds.
std::string cell_fault_text(CellState state, std::string_view cell, DType wanted);
/// "a", "b" and 3 more, each quoted.
std::string name_list(const std::vector<std::string>& names);

/// Collects bad rows under a rule.
class RowFaults {
 public:
  RowFaults(BadRowRule rule, ReadReport& report) : rule_(rule), report_(report) {}

  /// Notes a bad row. True when reading should stop now (under kFail, once several are known: all
  /// are told at once).
  bool add(const CellPlace& place, std::string_view what);
  void add_missing(const CellPlace& place);
  BadRowRule rule() const { return rule_; }
  /// Under kFail, the error that lists the faults so far; success when there are none.
  Status status() const;

 private:
  BadRowRule rule_;
  ReadReport& report_;
  std::vector<std::string> fatal_;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_ROW_FAULTS_H_
