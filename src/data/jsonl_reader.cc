// JSON Lines: a string, number, array or object a line. The only file of this module that includes
// simdjson.
#include <simdjson.h>

#include <unordered_map>

#include "base/strings.h"
#include "data/text_rows.h"

namespace tundish {

namespace {

namespace ondemand = simdjson::ondemand;
using ondemand::json_type;
using simdjson::error_code;

/// Reads a value to its end, nested ones included, so that damage in ignored parts shows too.
/// `depth` bounds the recursion.
bool check_value(ondemand::value value, uint32_t depth) {
  json_type type;
  if (depth == 0 || value.type().get(type) != error_code::SUCCESS) return false;
  switch (type) {
    case json_type::object: {
      ondemand::object object;
      if (value.get_object().get(object) != error_code::SUCCESS) return false;
      for (auto item : object) {
        ondemand::field field;
        if (std::move(item).get(field) != error_code::SUCCESS) return false;
        std::string_view key;
        if (field.unescaped_key().get(key) != error_code::SUCCESS) return false;
        if (!check_value(field.value(), depth - 1)) return false;
      }
      return true;
    }
    case json_type::array: {
      ondemand::array array;
      if (value.get_array().get(array) != error_code::SUCCESS) return false;
      for (auto item : array) {
        ondemand::value element;
        if (std::move(item).get(element) != error_code::SUCCESS) return false;
        if (!check_value(element, depth - 1)) return false;
      }
      return true;
    }
    case json_type::string: {
      std::string_view text;
      return value.get_string().get(text) == error_code::SUCCESS;
    }
    case json_type::number: {
      ondemand::number number;
      const error_code code = value.get_number().get(number);
      // Beyond the range of a double is still JSON; the cell's own type decides.
      return code == error_code::SUCCESS || code == error_code::NUMBER_ERROR ||
             code == error_code::NUMBER_OUT_OF_RANGE;
    }
    case json_type::boolean: {
      bool truth;
      return value.get_bool().get(truth) == error_code::SUCCESS;
    }
    case json_type::null: {
      bool null;
      return value.is_null().get(null) == error_code::SUCCESS && null;
    }
  }
  return false;
}

/// Whether a token is a number as JSON writes them (RFC 8259, section 6).
bool is_json_number(std::string_view token) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t first = i;
    while (i < token.size() && token[i] >= '0' && token[i] <= '9') ++i;
    return i > first;
  };
  if (i < token.size() && token[i] == '-') ++i;
  const bool zero = i < token.size() && token[i] == '0';
  const size_t first = i;
  if (!digits() || (zero && i - first > 1)) return false;
  if (i < token.size() && token[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '-' || token[i] == '+')) ++i;
    if (!digits()) return false;
  }
  return i == token.size();
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != text.npos) {
    text.remove_suffix(1);
  }
  return text;
}

/// Whether the whole document has been read.
bool at_end(ondemand::document& document) {
  return document.current_location().error() == error_code::OUT_OF_BOUNDS;
}

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};

class JsonRowReader : public TextRowReader {
 public:
  JsonRowReader(LineSource source, const DataContract& contract, const ReadOptions& options)
      : TextRowReader(std::move(source), contract, options) {}

  Status start() {
    TRY_ASSIGN(wanted_, wanted_columns(contract_, options_));
    by_name_ = has_names(wanted_);
    text_only_ = is_text_only(contract_);
    unknown_width_ = contract_.inputs.size() == 1 && contract_.inputs[0].columns.empty() &&
                     contract_.inputs[0].form == InputForm::kMatrix &&
                     contract_.inputs[0].width < 0;
    do {
      TRY_ASSIGN(waiting_, source_.next());
    } while (waiting_ && without_blanks(waiting_->text).empty());
    if (!waiting_) {
      report_.notes.emplace_back("the data is empty: no rows");
      return ok();
    }
    if (unknown_width_ || !by_name_) TRY(in(source_.path(), learn_from(*waiting_)));
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (!wanted_[i].name.empty()) places_.emplace(wanted_[i].name, i);
    }
    std::vector<int64_t> widths(contract_.inputs.size(), 0);
    for (const WantedColumn& wanted : wanted_) widths[wanted.input] += 1;
    seen_.assign(wanted_.size(), -1);
    return make_builder(widths);
  }

 protected:
  Result<RowState> fill_row(const Record& record) override {
    if (without_blanks(record.text).empty()) return RowState::kNoRow;
    ondemand::document document;
    json_type type;
    if (!parse(record.text, document) || document.type().get(type) != error_code::SUCCESS) {
      fault("", "the line is not JSON");
      return RowState::kBad;
    }
    ++row_stamp_;
    bool good = false;
    if (contract_.inputs[0].form == InputForm::kRecord) {
      good = fill_record(document, type, record.text);
    } else if (type == json_type::object) {
      good = fill_object(document);
    } else if (type == json_type::array) {
      good = fill_array(document);
    } else if (type == json_type::number) {
      // A number alone is the whole line: its text is all there is to read.
      good = one_column() && set_number(slot_of(0), "", trimmed(record.text));
      return good ? RowState::kGood : RowState::kBad;
    } else {
      good = one_column() && fill_scalar(document, type, record.text);
      return good ? RowState::kGood : RowState::kBad;
    }
    if (good && !at_end(document)) good = fault("", "more follows the JSON value on the line");
    return good ? RowState::kGood : RowState::kBad;
  }

 private:
  bool parse(std::string_view text, ondemand::document& document) {
    // The source keeps kPaddingBytes readable behind every record.
    static_assert(LineSource::kPaddingBytes >= simdjson::SIMDJSON_PADDING);
    if (parser_.max_depth() != options_.limits.max_json_depth &&
        parser_.allocate(text.size() + 1, options_.limits.max_json_depth) != error_code::SUCCESS) {
      return false;
    }
    return parser_.iterate(text.data(), text.size(), text.size() + LineSource::kPaddingBytes)
               .get(document) == error_code::SUCCESS;
  }

  /// Without names, the first row says how many columns there are, and an object in which order.
  Status learn_from(const Record& record) {
    ondemand::document document;
    json_type type;
    if (!parse(record.text, document) || document.type().get(type) != error_code::SUCCESS) {
      return ok();  // told when the row is read
    }
    std::vector<std::string> names;
    size_t count = 1;
    if (type == json_type::object && !text_only_) {
      ondemand::object object;
      if (document.get_object().get(object) != error_code::SUCCESS) return ok();
      for (auto item : object) {
        ondemand::field field;
        std::string_view key;
        if (std::move(item).get(field) != error_code::SUCCESS ||
            field.unescaped_key().get(key) != error_code::SUCCESS) {
          return ok();
        }
        names.emplace_back(key);
        if (names.size() > options_.limits.max_columns) break;
      }
      TRY_ASSIGN(const ColumnPlan plan, plan_columns(contract_, options_, names, names.size()));
      wanted_ = plan.wanted;
      for (size_t i = 0; i < names.size(); ++i) {
        const Slot& slot = plan.slots[i];
        for (WantedColumn& wanted : wanted_) {
          const bool fed =
              slot.input == static_cast<int32_t>(wanted.input) && slot.column == wanted.column;
          if (fed) wanted.name = names[i];
        }
      }
      by_name_ = true;
      return ok();
    }
    if (!unknown_width_) return ok();
    if (type == json_type::array) {
      ondemand::array array;
      if (document.get_array().get(array) != error_code::SUCCESS ||
          array.count_elements().get(count) != error_code::SUCCESS) {
        return ok();
      }
    }
    TRY_ASSIGN(const ColumnPlan plan, plan_columns(contract_, options_, {}, count));
    wanted_ = plan.wanted;
    return ok();
  }

  Slot slot_of(size_t place) const {
    return {static_cast<int32_t>(wanted_[place].input), wanted_[place].column, -1};
  }
  std::string column_name(size_t place) const {
    return wanted_[place].name.empty() ? cat(place + 1) : wanted_[place].name;
  }

  /// A record input: the object as it stands, checked to its end.
  bool fill_record(ondemand::document& document, json_type type, std::string_view text) {
    ondemand::value value;
    if (type != json_type::object) return fault("", "the line is no JSON object");
    if (document.get_value().get(value) != error_code::SUCCESS ||
        !check_value(value, options_.limits.max_json_depth)) {
      return fault("", "the line is not JSON");
    }
    return set_string({0, 0, -1}, "", without_blanks(text));
  }

  bool one_column() {
    if (wanted_.size() != 1) {
      return fault("", cat("one value on the line, the model wants ", wanted_.size(), " columns"));
    }
    return true;
  }

  /// A string, truth or null alone on the line.
  bool fill_scalar(ondemand::document& document, json_type type, std::string_view line) {
    const Slot slot = slot_of(0);
    if (type == json_type::string) {
      std::string_view text;
      if (document.get_string().get(text) != error_code::SUCCESS) return broken();
      if (!at_end(document)) return fault("", "more follows the JSON value on the line");
      return set_string(slot, "", text);
    }
    const std::string_view word = trimmed(line);
    if (word == "null") return set_missing(slot, "");
    if (word == "true" || word == "false") return set_bool(slot, "", word == "true");
    return broken();
  }

  bool fill_array(ondemand::document& document) {
    ondemand::array array;
    if (document.get_array().get(array) != error_code::SUCCESS) return broken();
    bool good = true;
    size_t place = 0;
    for (auto item : array) {
      ondemand::value value;
      if (std::move(item).get(value) != error_code::SUCCESS) return broken();
      if (place < wanted_.size()) {
        good = fill_value(value, slot_of(place), column_name(place)) && good;
      } else if (!check_value(value, options_.limits.max_json_depth)) {
        return broken();
      }
      ++place;
    }
    if (place == wanted_.size()) return good;
    return fault("", cat("the array has ", place, " values, the model wants ", wanted_.size()));
  }

  bool fill_object(ondemand::document& document) {
    ondemand::object object;
    if (document.get_object().get(object) != error_code::SUCCESS) return broken();
    bool good = true;
    size_t filled = 0;
    std::vector<std::string> surplus;
    for (auto item : object) {
      ondemand::field field;
      std::string_view name;
      if (std::move(item).get(field) != error_code::SUCCESS ||
          field.unescaped_key().get(name) != error_code::SUCCESS) {
        return broken();
      }
      const auto found = places_.find(name);
      if (found != places_.end() && seen_[found->second] == row_stamp_) {
        return fault(name, "the object has this column twice");
      }
      const int32_t kept = kept_place(name);
      if (found != places_.end()) {
        seen_[found->second] = row_stamp_;
        ++filled;
        good = fill_value(field.value(), slot_of(found->second), name, kept) && good;
      } else if (kept >= 0) {
        good = keep_value(field.value(), static_cast<uint32_t>(kept)) && good;
      } else {
        if (surplus.size() < 64) surplus.emplace_back(name);
        if (!check_value(field.value(), options_.limits.max_json_depth)) return broken();
      }
    }
    if (filled != wanted_.size()) good = missing_columns();
    if (!surplus.empty() && !text_only_ && options_.surplus == SurplusRule::kRefuse) {
      good = fault("", cat("columns that the model does not know: ", name_list(surplus),
                           " (--keep carries them along)"));
    }
    return good;
  }

  bool missing_columns() {
    std::vector<std::string> names;
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (seen_[i] != row_stamp_) names.push_back(column_name(i));
    }
    return fault("", cat("the object lacks ", name_list(names),
                         text_only_ ? ": pick the text with --column" : ""));
  }

  int32_t kept_place(std::string_view name) const {
    for (size_t i = 0; i < options_.keep.size(); ++i) {
      if (options_.keep[i] == name) return static_cast<int32_t>(i);
    }
    return -1;
  }

  /// Carries a value along as text: strings as they are, null as nothing, others as JSON.
  bool keep_value(ondemand::value value, uint32_t kept) {
    json_type type;
    if (value.type().get(type) != error_code::SUCCESS) return broken();
    std::string_view text;
    if (type == json_type::string) {
      if (value.get_string().get(text) != error_code::SUCCESS) return broken();
    } else if (type == json_type::object || type == json_type::array) {
      if (simdjson::to_json_string(value).get(text) != error_code::SUCCESS) return broken();
    } else {
      text = without_blanks(value.raw_json_token());
      if (!check_value(value, 1)) return broken();
      if (type == json_type::null) text = {};
    }
    builder().set_kept(kept, text);
    return true;
  }

  bool fill_value(ondemand::value value, const Slot& slot, std::string_view column,
                  int32_t kept = -1) {
    json_type type;
    if (value.type().get(type) != error_code::SUCCESS) return broken();
    std::string_view text;
    bool good = false;
    switch (type) {
      case json_type::number: {
        text = without_blanks(value.raw_json_token());
        good = set_number(slot, column, text);
        break;
      }
      case json_type::string:
        if (value.get_string().get(text) != error_code::SUCCESS) return broken();
        good = set_string(slot, column, text);
        break;
      case json_type::boolean: {
        bool truth;
        if (value.get_bool().get(truth) != error_code::SUCCESS) return broken();
        text = truth ? "true" : "false";
        good = set_bool(slot, column, truth);
        break;
      }
      case json_type::null: {
        bool null;
        if (value.is_null().get(null) != error_code::SUCCESS || !null) return broken();
        good = set_missing(slot, column);
        break;
      }
      default:
        if (!check_value(value, options_.limits.max_json_depth)) return broken();
        return fault(column, "a nested value stands where one number or string should");
    }
    if (kept >= 0) builder().set_kept(static_cast<uint32_t>(kept), text);
    return good;
  }

  bool wants_text(const Slot& slot) const {
    return contract_.inputs[static_cast<size_t>(slot.input)].dtype == DType::kString;
  }
  bool set_number(const Slot& slot, std::string_view column, std::string_view token) {
    if (!is_json_number(token)) return fault(column, cat(quoted(token, 60), " is not JSON"));
    if (!wants_text(slot)) return set_cell(slot, column, token);
    return fault(column, cell_fault_text(CellState::kNotText, token, DType::kString));
  }
  bool set_bool(const Slot& slot, std::string_view column, bool truth) {
    if (!wants_text(slot)) return set_cell(slot, column, truth ? "1" : "0");
    return fault(column,
                 cell_fault_text(CellState::kNotText, truth ? "true" : "false", DType::kString));
  }
  bool broken() { return fault("", "the line is not JSON"); }

  ondemand::parser parser_;
  std::vector<WantedColumn> wanted_;
  std::unordered_map<std::string, size_t, NameHash, std::equal_to<>> places_;
  std::vector<int64_t> seen_;  ///< the row that filled each place last
  int64_t row_stamp_ = 0;
  bool by_name_ = false;
  bool text_only_ = false;
  bool unknown_width_ = false;
};

}  // namespace

Result<std::unique_ptr<RowReader>> open_jsonl(LineSource source, const DataContract& contract,
                                              const ReadOptions& options) {
  auto reader = std::make_unique<JsonRowReader>(std::move(source), contract, options);
  TRY(reader->start());
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace tundish
