// A text a line.
#include "base/strings.h"
#include "data/text_rows.h"

namespace tundish {

namespace {

class LineRowReader : public TextRowReader {
 public:
  using TextRowReader::make_builder;
  LineRowReader(LineSource source, const DataContract& contract, const ReadOptions& options)
      : TextRowReader(std::move(source), contract, options) {}

 protected:
  Result<RowState> fill_row(const Record& record) override {
    return set_string({0, 0, -1}, "", record.text) ? RowState::kGood : RowState::kBad;
  }
};

}  // namespace

Result<std::unique_ptr<RowReader>> open_text(LineSource source, const DataContract& contract,
                                             const ReadOptions& options) {
  const bool one_text =
      contract.inputs.size() == 1 && contract.inputs[0].dtype == DType::kString &&
      (contract.inputs[0].form != InputForm::kMatrix || contract.inputs[0].width <= 1);
  if (!one_text) {
    return InvalidArgument("a .txt file holds one text a line; the model wants columns")
        .in(source.path());
  }
  if (!options.keep.empty()) {
    return InvalidArgument("--keep needs columns, a .txt file has none").in(source.path());
  }
  auto reader = std::make_unique<LineRowReader>(std::move(source), contract, options);
  const int64_t width = 1;
  TRY(reader->make_builder(std::span(&width, 1)));
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace tundish
