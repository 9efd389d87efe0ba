// Which column of a file feeds which place of which input.
#ifndef TUNDISH_DATA_COLUMN_PLAN_H_
#define TUNDISH_DATA_COLUMN_PLAN_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/block_builder.h"
#include "data/contract.h"
#include "data/row_reader.h"

namespace tundish {

/// One place that wants a column.
struct WantedColumn {
  std::string name;  ///< empty when the model has no names
  uint32_t input = 0;
  uint32_t column = 0;
  bool by_name = false;  ///< the model knows this name
};

/// The finished match for a file of `slots.size()` columns.
struct ColumnPlan {
  std::vector<Slot> slots;           ///< one per column of the file
  std::vector<std::string> names;    ///< of the columns: the file's, else the model's, else "3"
  std::vector<int64_t> widths;       ///< columns of each input
  std::vector<WantedColumn> wanted;  ///< all places, in the order of the inputs
};

/// All places of a contract in order. An input without declared width stands with one nameless
/// column of index 0 and is the only input (kInvalidArgument otherwise).
Result<std::vector<WantedColumn>> wanted_columns(const DataContract& contract,
                                                 const ReadOptions& options);
/// Whether all of the contract's columns have names to match by.
bool has_names(std::span<const WantedColumn> wanted);
/// Whether the only input is a text, so that other columns of the file do not matter.
bool is_text_only(const DataContract& contract);

/// Matches a file with `file_names` (empty names: none), `column_count` columns wide.
/// kInvalidArgument that lists the missing and surplus columns.
Result<ColumnPlan> plan_columns(const DataContract& contract, const ReadOptions& options,
                                std::span<const std::string> file_names, size_t column_count);

/// Whether the first record of a file is a header: true when a cell is a name that the model or the
/// options know, or when a numeric column is expected and no cell reads as a number.
bool looks_like_header(std::span<const std::string> cells, const DataContract& contract,
                       const ReadOptions& options);

}  // namespace tundish

#endif  // TUNDISH_DATA_COLUMN_PLAN_H_
