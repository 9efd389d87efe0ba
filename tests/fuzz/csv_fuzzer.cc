// Rows of csv, tsv, jsonl and txt against contracts of several forms. The first byte picks format,
// contract and rules; the rest is the file.
#include <cstdint>
#include <string>

#include "data/text_rows.h"

namespace {

using tundish::DataContract;
using tundish::DataInput;
using tundish::DType;
using tundish::InputForm;

DataContract contract_of(uint8_t choice) {
  DataInput matrix;
  matrix.name = "X";
  matrix.dtype = choice == 0 ? DType::kFloat64 : DType::kFloat32;
  if (choice == 0) matrix.columns = {"a", "b"};
  DataInput text;
  text.name = "text";
  text.form = choice == 3 ? InputForm::kRecord : InputForm::kText;
  text.dtype = DType::kString;
  DataInput column;
  column.name = "i";
  column.form = InputForm::kColumn;
  column.dtype = DType::kInt32;
  if (choice >= 2) return {{text}};
  if (choice == 0) return {{matrix, column}};
  return {{matrix}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const DataContract contract = contract_of(choice & 3);
  tundish::ReadOptions options;
  options.limits.max_columns = 1 << 12;
  options.bad_rows = (choice & 4) != 0 ? tundish::BadRowRule::kSkip : tundish::BadRowRule::kNull;
  if ((choice & 8) != 0) options.keep = {"a"};
  const int format = choice >> 4 & 3;
  std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto rule = format == 0   ? tundish::RecordRule::kComma
                    : format == 1 ? tundish::RecordRule::kTab
                                  : tundish::RecordRule::kLine;
  auto source = tundish::LineSource::of_text(std::move(text), rule, options.limits);
  auto reader = format == 0   ? tundish::open_csv(std::move(source), ',', contract, options)
                : format == 1 ? tundish::open_csv(std::move(source), '\t', contract, options)
                : format == 2 ? tundish::open_jsonl(std::move(source), contract, options)
                              : tundish::open_text(std::move(source), contract, options);
  if (!reader.has_value()) return 0;
  while (true) {
    auto block = (*reader)->next(7);
    if (!block.has_value() || !block->has_value()) return 0;
  }
}
