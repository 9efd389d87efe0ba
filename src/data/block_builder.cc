#include "data/block_builder.h"

#include <algorithm>

#include "base/strings.h"

namespace tundish {

namespace {

/// [rows, width], or [rows] for inputs of rank 1.
Shape block_shape(const DataInput& input, int64_t rows, int64_t width) {
  const bool flat = input.form == InputForm::kText || input.form == InputForm::kRecord ||
                    (input.form == InputForm::kTensor && input.dims.size() == 1);
  return flat ? Shape{rows} : Shape{rows, width};
}

template <class T> class NumberBuffer : public InputBuffer {
 public:
  NumberBuffer(const DataInput& input, int64_t width)
      : input_(input), width_(static_cast<size_t>(width)) {
    start();
  }
  void push_row() override {
    values_->resize(values_->size() + width_, kMissing);
    row_ = values_->data() + values_->size() - width_;
  }
  void pop_row() override { values_->resize(values_->size() - width_); }

  CellState set_cell(uint32_t column, std::string_view cell) override {
    T value{};
    const CellState state = parse(cell, value);
    if (state == CellState::kMissing) return set_missing(column);
    if (state != CellState::kValue) return state;
    if constexpr (std::floating_point<T>) {
      if (std::isinf(value) && input_.allowed != AllowedValues::kAll) return CellState::kInfinite;
    }
    row_[column] = value;
    return CellState::kValue;
  }
  CellState set_string(uint32_t, std::string_view) override { return CellState::kNotNumber; }
  CellState set_missing(uint32_t column) override {
    if (!std::floating_point<T> || input_.allowed == AllowedValues::kFinite) {
      return CellState::kMissingRefused;
    }
    row_[column] = kMissing;
    return CellState::kMissing;
  }
  Value take() override {
    const auto rows = static_cast<int64_t>(width_ == 0 ? 0 : values_->size() / width_);
    const TensorView view{input_.dtype, block_shape(input_, rows, static_cast<int64_t>(width_)),
                          values_->data()};
    Tensor tensor = Tensor::borrow(view, std::move(values_));
    start();
    return tensor;
  }

 private:
  static constexpr T kMissing = std::floating_point<T> ? std::numeric_limits<T>::quiet_NaN() : T{};

  CellState parse(std::string_view cell, T& value) const {
    const CellState state = parse_number(cell, value);
    if constexpr (std::same_as<T, uint8_t>) {
      if (state == CellState::kValue && input_.dtype == DType::kBool && value > 1) {
        return CellState::kOutOfRange;
      }
    }
    return state;
  }
  void start() {
    values_ = std::make_shared<std::vector<T>>();
    row_ = nullptr;
  }

  DataInput input_;
  size_t width_;
  std::shared_ptr<std::vector<T>> values_;
  T* row_ = nullptr;
};

class StringBuffer : public InputBuffer {
 public:
  StringBuffer(const DataInput& input, int64_t width)
      : input_(input), width_(static_cast<size_t>(width)) {
    start();
  }
  void push_row() override { values_->resize(values_->size() + width_); }
  void pop_row() override { values_->resize(values_->size() - width_); }
  CellState set_cell(uint32_t column, std::string_view cell) override {
    // An empty cell is the empty string unless the model knows missing strings.
    return cell.empty() && input_.missing_text ? set_missing(column) : set_string(column, cell);
  }
  CellState set_string(uint32_t column, std::string_view text) override {
    if (!is_valid_utf8(text)) return CellState::kNotUtf8;
    cell(column) = std::string(text);
    return CellState::kValue;
  }
  CellState set_missing(uint32_t column) override {
    if (!input_.missing_text) return CellState::kMissingRefused;
    cell(column) = *input_.missing_text;
    return CellState::kMissing;
  }
  Value take() override {
    const auto rows = static_cast<int64_t>(width_ == 0 ? 0 : values_->size() / width_);
    const TensorView view{DType::kString, block_shape(input_, rows, static_cast<int64_t>(width_)),
                          values_->data()};
    Tensor tensor = Tensor::borrow(view, std::move(values_));
    start();
    return tensor;
  }

 private:
  std::string& cell(uint32_t column) { return (*values_)[values_->size() - width_ + column]; }
  void start() { values_ = std::make_shared<std::vector<std::string>>(); }

  DataInput input_;
  size_t width_;
  std::shared_ptr<std::vector<std::string>> values_;
};

}  // namespace

Result<std::unique_ptr<InputBuffer>> InputBuffer::create(const DataInput& input, int64_t width) {
  using Made = std::unique_ptr<InputBuffer>;
  if (input.form == InputForm::kTensor && input.dims.size() > 2) {
    return Unsupported(cat("input ", quoted(input.name), " has ", input.dims.size(),
                           " dimensions: give it as .npy or .npz"));
  }
  switch (input.dtype) {
    case DType::kFloat32: return Made(std::make_unique<NumberBuffer<float>>(input, width));
    case DType::kFloat64: return Made(std::make_unique<NumberBuffer<double>>(input, width));
    case DType::kInt8: return Made(std::make_unique<NumberBuffer<int8_t>>(input, width));
    case DType::kInt16: return Made(std::make_unique<NumberBuffer<int16_t>>(input, width));
    case DType::kInt32: return Made(std::make_unique<NumberBuffer<int32_t>>(input, width));
    case DType::kInt64: return Made(std::make_unique<NumberBuffer<int64_t>>(input, width));
    case DType::kUint8:
    case DType::kBool: return Made(std::make_unique<NumberBuffer<uint8_t>>(input, width));
    case DType::kUint16: return Made(std::make_unique<NumberBuffer<uint16_t>>(input, width));
    case DType::kUint32: return Made(std::make_unique<NumberBuffer<uint32_t>>(input, width));
    case DType::kUint64: return Made(std::make_unique<NumberBuffer<uint64_t>>(input, width));
    case DType::kString: return Made(std::make_unique<StringBuffer>(input, width));
    default:
      return Unsupported(cat("input ", quoted(input.name), " is ", dtype_name(input.dtype),
                             ", which is not read from text: give it as .npy"));
  }
}

Result<BlockBuilder> BlockBuilder::create(const DataContract& contract,
                                          std::span<const int64_t> widths, size_t kept_count) {
  BlockBuilder builder;
  for (size_t i = 0; i < contract.inputs.size(); ++i) {
    TRY_ASSIGN(auto buffer, InputBuffer::create(contract.inputs[i], widths[i]));
    builder.inputs_.push_back(std::move(buffer));
  }
  builder.kept_.resize(kept_count);
  return builder;
}

void BlockBuilder::push_row(int64_t row_number) {
  for (auto& input : inputs_) input->push_row();
  for (auto& column : kept_) column.emplace_back();
  row_numbers_.push_back(row_number);
  if (!bad_.empty()) bad_.push_back(0);
}

void BlockBuilder::pop_row() {
  for (auto& input : inputs_) input->pop_row();
  for (auto& column : kept_) column.pop_back();
  row_numbers_.pop_back();
  if (!bad_.empty()) bad_.pop_back();
}

void BlockBuilder::make_bad() {
  for (auto& input : inputs_) {
    input->pop_row();
    input->push_row();
  }
  bad_.resize(row_numbers_.size(), 0);
  bad_.back() = 1;
}

RowBlock BlockBuilder::take() {
  RowBlock block;
  block.row_numbers = std::exchange(row_numbers_, {});
  for (auto& input : inputs_) block.inputs.push_back(input->take());
  block.kept = std::move(kept_);
  kept_.assign(block.kept.size(), {});
  block.bad = std::exchange(bad_, {});
  return block;
}

}  // namespace tundish
