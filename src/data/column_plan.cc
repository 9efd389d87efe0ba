#include "data/column_plan.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/strings.h"
#include "data/row_faults.h"

namespace tundish {

namespace {

/// The name of an input's column: of a text, the one the user picked.
std::string single_name(const DataInput& input, const ReadOptions& options) {
  if (input.form == InputForm::kText && !options.text_column.empty()) return options.text_column;
  return input.columns.empty() ? input.name : input.columns[0];
}

/// Columns of an input; -1 when unknown.
int64_t input_width(const DataInput& input) {
  switch (input.form) {
    case InputForm::kMatrix:
      return input.columns.empty() ? input.width : static_cast<int64_t>(input.columns.size());
    case InputForm::kTensor:
      return input.dims.size() == 2 ? input.dims[1] : input.dims.size() == 1 ? 1 : -1;
    default: return 1;
  }
}

using NameIndex = std::unordered_map<std::string_view, size_t>;

void feed(Slot& slot, const WantedColumn& wanted) {
  slot.input = static_cast<int32_t>(wanted.input);
  slot.column = wanted.column;
}

/// The columns to carry along; they may also be inputs.
Status place_kept(const ReadOptions& options, const NameIndex& index, ColumnPlan& plan,
                  std::vector<std::string>& missing) {
  if (options.keep.empty()) return ok();
  if (index.empty()) {
    return InvalidArgument("--keep needs column names, and the data has none (--header yes?)");
  }
  for (size_t i = 0; i < options.keep.size(); ++i) {
    const auto found = index.find(options.keep[i]);
    if (found == index.end()) {
      missing.push_back(options.keep[i]);
    } else {
      plan.slots[found->second].kept = static_cast<int32_t>(i);
    }
  }
  return ok();
}

/// Names that occur twice and that somebody asks for.
Status check_twice(std::vector<std::string> twice, const ReadOptions& options,
                   const ColumnPlan& plan) {
  std::unordered_set<std::string_view> needed(options.keep.begin(), options.keep.end());
  for (const WantedColumn& wanted : plan.wanted) needed.insert(wanted.name);
  std::erase_if(twice, [&](const std::string& name) { return !needed.contains(name); });
  if (twice.empty()) return ok();
  return InvalidArgument(cat("the data has columns twice: ", name_list(twice)));
}

Error width_error(const ColumnPlan& plan, size_t given, size_t kept,
                  std::span<const std::string> names) {
  const size_t wanted = plan.wanted.size();
  std::string text = cat("the model wants ", wanted, wanted == 1 ? " column" : " columns",
                         ", the data has ", given);
  if (kept > 0) text += cat(" beside ", kept, " kept");
  std::vector<std::string> listed;
  if (given < wanted) {
    for (size_t i = given; i < wanted; ++i) {
      const std::string& name = plan.wanted[i].name;
      listed.push_back(name.empty() ? cat("column ", i + 1) : name);
    }
    text += cat("; missing: ", name_list(listed));
  } else {
    for (size_t i = wanted; i < given; ++i) {
      listed.push_back(i < names.size() && !names[i].empty() ? names[i] : cat("column ", i + 1));
    }
    text += cat("; surplus: ", name_list(listed));
  }
  return InvalidArgument(std::move(text));
}

/// The text column when the file has several or its name is not the model's.
Status pick_text(const ReadOptions& options, const NameIndex& index, ColumnPlan& plan,
                 std::span<const std::string> file_names) {
  const std::string& name = plan.wanted[0].name;
  const auto found = index.find(name);
  if (found != index.end()) {
    plan.slots[found->second].input = 0;
    return ok();
  }
  std::vector<std::string> others;
  std::vector<size_t> places;
  for (size_t i = 0; i < plan.slots.size(); ++i) {
    if (plan.slots[i].kept >= 0) continue;
    places.push_back(i);
    others.push_back(i < file_names.size() ? file_names[i] : cat("column ", i + 1));
  }
  if (places.size() == 1 && options.text_column.empty()) {
    plan.slots[places[0]].input = 0;
    return ok();
  }
  return InvalidArgument(cat("no text column ", quoted(name), "; the data has ", name_list(others),
                             ": pick one with --column"));
}

Status match_by_name(const DataContract& contract, const ReadOptions& options,
                     const NameIndex& index, std::span<const std::string> file_names,
                     std::vector<std::string> missing, ColumnPlan& plan) {
  for (size_t i = 0; i < plan.wanted.size(); ++i) {
    const WantedColumn& wanted = plan.wanted[i];
    const auto found = index.find(wanted.name);
    if (found == index.end()) {
      missing.push_back(wanted.name);
    } else {
      feed(plan.slots[found->second], wanted);
    }
  }
  std::vector<std::string> surplus;
  for (size_t i = 0; i < file_names.size(); ++i) {
    const bool used = plan.slots[i].input >= 0 || plan.slots[i].kept >= 0;
    if (!used) surplus.push_back(file_names[i]);
  }
  if (options.surplus == SurplusRule::kIgnore || is_text_only(contract)) surplus.clear();
  if (missing.empty() && surplus.empty()) return ok();
  std::string text;
  if (!missing.empty()) text = cat("the data lacks ", name_list(missing));
  if (!surplus.empty()) {
    text += cat(text.empty() ? "the data has" : "; it has", " columns that the model does not ",
                "know: ", name_list(surplus), " (--keep carries them along)");
  }
  return InvalidArgument(std::move(text));
}

/// In the file's order, kept columns left out.
Status match_by_position(std::span<const std::string> file_names, ColumnPlan& plan) {
  std::vector<size_t> places;
  std::vector<std::string> names;
  for (size_t i = 0; i < plan.slots.size(); ++i) {
    if (plan.slots[i].kept >= 0) continue;
    places.push_back(i);
    if (i < file_names.size()) names.push_back(file_names[i]);
  }
  if (plan.widths.size() == 1 && plan.widths[0] < 0) {
    plan.widths[0] = static_cast<int64_t>(places.size());
    plan.wanted.clear();
    for (size_t i = 0; i < places.size(); ++i) {
      plan.wanted.push_back({"", 0, static_cast<uint32_t>(i), false});
    }
  }
  if (places.size() != plan.wanted.size() || places.empty()) {
    return width_error(plan, places.size(), plan.slots.size() - places.size(), names);
  }
  for (size_t i = 0; i < places.size(); ++i) {
    feed(plan.slots[places[i]], plan.wanted[i]);
    if (file_names.empty() && !plan.wanted[i].name.empty()) {
      plan.names[places[i]] = plan.wanted[i].name;
    }
  }
  return ok();
}

}  // namespace

bool is_text_only(const DataContract& contract) {
  return contract.inputs.size() == 1 && (contract.inputs[0].form == InputForm::kText ||
                                         contract.inputs[0].form == InputForm::kRecord);
}

bool has_names(std::span<const WantedColumn> wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [](const WantedColumn& column) { return column.by_name; });
}

Result<std::vector<WantedColumn>> wanted_columns(const DataContract& contract,
                                                 const ReadOptions& options) {
  std::vector<WantedColumn> wanted;
  for (size_t i = 0; i < contract.inputs.size(); ++i) {
    const DataInput& input = contract.inputs[i];
    const int64_t width = input_width(input);
    if (width < 0 && contract.inputs.size() > 1) {
      return InvalidArgument(cat("the width of input ", quoted(input.name),
                                 " is not declared: give the inputs as --input NAME=FILE"));
    }
    const bool named = input.form == InputForm::kColumn || input.form == InputForm::kText ||
                       !input.columns.empty();
    for (int64_t column = 0; column < std::max<int64_t>(width, width < 0 ? 1 : 0); ++column) {
      std::string name;
      if (input.form == InputForm::kColumn || input.form == InputForm::kText) {
        name = single_name(input, options);
      } else if (!input.columns.empty()) {
        name = input.columns[static_cast<size_t>(column)];
      }
      wanted.push_back(
          {std::move(name), static_cast<uint32_t>(i), static_cast<uint32_t>(column), named});
    }
  }
  return wanted;
}

Result<ColumnPlan> plan_columns(const DataContract& contract, const ReadOptions& options,
                                std::span<const std::string> file_names, size_t column_count) {
  if (column_count > options.limits.max_columns) {
    return Limit(
        cat("a row of ", column_count, " columns, the limit is ", options.limits.max_columns));
  }
  ColumnPlan plan;
  TRY_ASSIGN(plan.wanted, wanted_columns(contract, options));
  for (const DataInput& input : contract.inputs) plan.widths.push_back(input_width(input));
  plan.slots.resize(column_count);
  plan.names.assign(file_names.begin(), file_names.end());
  for (size_t i = file_names.size(); i < column_count; ++i) plan.names.push_back(cat(i + 1));
  NameIndex index;
  std::vector<std::string> twice;
  for (size_t i = 0; i < file_names.size(); ++i) {
    if (!index.emplace(file_names[i], i).second) twice.push_back(file_names[i]);
  }
  TRY(check_twice(std::move(twice), options, plan));
  std::vector<std::string> missing;
  TRY(place_kept(options, index, plan, missing));
  const bool names_both = !file_names.empty() && has_names(plan.wanted);
  if (is_text_only(contract)) {
    TRY(pick_text(options, index, plan, file_names));
  } else if (names_both) {
    TRY(match_by_name(contract, options, index, file_names, std::move(missing), plan));
    missing.clear();
  } else {
    TRY(match_by_position(file_names, plan));
  }
  if (!missing.empty()) return InvalidArgument(cat("the data lacks ", name_list(missing)));
  return plan;
}

bool looks_like_header(std::span<const std::string> cells, const DataContract& contract,
                       const ReadOptions& options) {
  if (!options.keep.empty() || !options.text_column.empty()) return true;
  for (const DataInput& input : contract.inputs) {
    std::vector<std::string> names = input.columns;
    names.push_back(input.name);
    for (const std::string& cell : cells) {
      if (std::find(names.begin(), names.end(), cell) != names.end()) return true;
    }
  }
  const bool numeric = std::any_of(contract.inputs.begin(), contract.inputs.end(),
                                   [](const DataInput& i) { return i.dtype != DType::kString; });
  if (!numeric) return false;
  const auto is_word = [](const std::string& cell) { return !reads_as_number(cell); };
  const auto is_number = [](const std::string& cell) {
    return reads_as_number(cell) && !is_missing_word(trimmed(cell));
  };
  return std::any_of(cells.begin(), cells.end(), is_word) &&
         std::none_of(cells.begin(), cells.end(), is_number);
}

}  // namespace tundish
