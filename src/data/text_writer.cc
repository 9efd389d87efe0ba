// Rows as csv, tsv and JSON Lines.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/strings.h"
#include "data/byte_sink.h"
#include "data/writers.h"

namespace tundish {

namespace {

class TextStyle {
 public:
  explicit TextStyle(OutputFormat format) : format_(format) {}
  bool is_json() const { return format_ == OutputFormat::kJsonl; }
  char delimiter() const { return format_ == OutputFormat::kTsv ? '\t' : ','; }

  void put_string(std::string& out, std::string_view text) const {
    if (is_json()) {
      put_json_string(out, text);
      return;
    }
    const char special[] = {delimiter(), '"', '\n', '\r'};
    if (text.find_first_of(std::string_view(special, sizeof special)) == text.npos) {
      out += text;
      return;
    }
    out += '"';
    for (const char character : text) {
      if (character == '"') out += '"';
      out += character;
    }
    out += '"';
  }

  template <class T> void put_number(std::string& out, T value) const {
    if constexpr (std::floating_point<T>) {
      if (!std::isfinite(value)) {
        put_odd(out, static_cast<double>(value));
        return;
      }
    }
    char text[64];
    const auto [end, code] = std::to_chars(text, text + sizeof text, value);
    out.append(text, end);
  }

  void put_bool(std::string& out, uint8_t value) const {
    out += is_json() ? (value != 0 ? "true" : "false") : (value != 0 ? "True" : "False");
  }
  void put_null(std::string& out) const {
    if (is_json()) out += "null";
  }

 private:
  void put_odd(std::string& out, double value) const {
    const bool negative = std::signbit(value);
    if (std::isnan(value)) {
      out += is_json() ? "null" : "nan";
    } else {
      out += is_json() ? (negative ? "-1e999" : "1e999") : (negative ? "-inf" : "inf");
    }
  }
  static void put_json_string(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (const char character : text) {
      const auto code = static_cast<uint8_t>(character);
      if (character == '"' || character == '\\') {
        out += '\\';
        out += character;
      } else if (character == '\n') {
        out += "\\n";
      } else if (code < 0x20) {
        out += "\\u00";
        out += kHex[code >> 4];
        out += kHex[code & 15];
      } else {
        out += character;
      }
    }
    out += '"';
  }
  OutputFormat format_;
};

float half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1F;
  const int fraction = bits & 0x3FF;
  float magnitude = 0;
  if (exponent == 31) {
    magnitude = fraction == 0 ? HUGE_VALF : std::nanf("");
  } else {
    magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                              : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

/// One element of a tensor.
void put_element(std::string& out, const TextStyle& style, const Tensor& tensor, int64_t at) {
  const void* data = tensor.data();
  switch (tensor.dtype()) {
    case DType::kFloat64: style.put_number(out, static_cast<const double*>(data)[at]); break;
    case DType::kFloat32: style.put_number(out, static_cast<const float*>(data)[at]); break;
    case DType::kFloat16:
      style.put_number(out, half_value(static_cast<const uint16_t*>(data)[at]));
      break;
    case DType::kInt64: style.put_number(out, static_cast<const int64_t*>(data)[at]); break;
    case DType::kInt32: style.put_number(out, static_cast<const int32_t*>(data)[at]); break;
    case DType::kInt16: style.put_number(out, static_cast<const int16_t*>(data)[at]); break;
    case DType::kInt8: style.put_number(out, int{static_cast<const int8_t*>(data)[at]}); break;
    case DType::kUint64: style.put_number(out, static_cast<const uint64_t*>(data)[at]); break;
    case DType::kUint32: style.put_number(out, static_cast<const uint32_t*>(data)[at]); break;
    case DType::kUint16: style.put_number(out, static_cast<const uint16_t*>(data)[at]); break;
    case DType::kUint8: style.put_number(out, int{static_cast<const uint8_t*>(data)[at]}); break;
    case DType::kBool: style.put_bool(out, static_cast<const uint8_t*>(data)[at]); break;
    default: style.put_string(out, static_cast<const std::string*>(data)[at]); break;
  }
}

class TextRowWriter : public RowWriter {
 public:
  TextRowWriter(std::string path, std::unique_ptr<ByteSink> sink, OutputFormat format,
                std::vector<DataOutput> outputs, const WriteOptions& options)
      : path_(std::move(path)),
        sink_(std::move(sink)),
        style_(format),
        outputs_(std::move(outputs)),
        options_(options) {}

  Status write_header() {
    if (style_.is_json()) return ok();
    std::vector<std::string> names;
    if (options_.row_column == RowColumn::kWrite) names.emplace_back("row");
    names.insert(names.end(), options_.keep.begin(), options_.keep.end());
    for (const DataOutput& output : outputs_) {
      const int64_t width = row_width(output);
      const bool named = static_cast<int64_t>(output.column_names.size()) == width;
      for (int64_t i = 0; i < width; ++i) {
        names.push_back(named                      ? output.column_names[static_cast<size_t>(i)]
                        : output.row_shape.empty() ? output.name
                                                   : cat(output.name, "_", i));
      }
    }
    std::string line;
    for (size_t i = 0; i < names.size(); ++i) {
      if (i > 0) line += style_.delimiter();
      style_.put_string(line, names[i]);
    }
    line += '\n';
    return sink_->write(line);
  }

  Status write(const AnswerBlock& block) override {
    TRY(check_answers(block, outputs_));
    if (block.kept.size() != options_.keep.size()) return Internal("kept columns do not match");
    std::vector<Tensor> dense;
    for (const Value& value : block.arrays) {
      if (const Tensor* tensor = value.tensor()) {
        dense.push_back(*tensor);
        continue;
      }
      TRY_ASSIGN(Tensor tensor, dense_rows(*value.sparse()));
      dense.push_back(std::move(tensor));
    }
    std::string text;
    for (size_t row = 0; row < block.row_numbers.size(); ++row) {
      put_row(text, block, dense, row);
    }
    return sink_->write(text);
  }
  Status finish() override { return sink_->finish(); }
  std::vector<std::string> paths() const override { return {path_}; }

 private:
  void put_row(std::string& out, const AnswerBlock& block, const std::vector<Tensor>& dense,
               size_t row) const {
    bool first = true;
    const auto begin_field = [&](std::string_view name) {
      if (style_.is_json()) {
        out += first ? "{" : ", ";
        style_.put_string(out, name);
        out += ": ";
      } else if (!first) {
        out += style_.delimiter();
      }
      first = false;
    };
    const bool bad = !block.bad.empty() && block.bad[row] != 0;
    if (options_.row_column == RowColumn::kWrite) {
      begin_field("row");
      style_.put_number(out, block.row_numbers[row]);
    }
    for (size_t i = 0; i < options_.keep.size(); ++i) {
      begin_field(options_.keep[i]);
      style_.put_string(out, block.kept[i][row]);
    }
    for (size_t i = 0; i < outputs_.size(); ++i) {
      begin_field(outputs_[i].name);
      put_values(out, outputs_[i], dense[i], static_cast<int64_t>(row), bad);
    }
    out += style_.is_json() ? "}\n" : "\n";
  }

  void put_values(std::string& out, const DataOutput& output, const Tensor& tensor, int64_t row,
                  bool bad) const {
    const int64_t width = row_width(output);
    if (style_.is_json() && bad) {
      style_.put_null(out);
      return;
    }
    const bool list = style_.is_json() && !output.row_shape.empty();
    if (list) out += '[';
    for (int64_t i = 0; i < width; ++i) {
      if (i > 0) {
        if (list)
          out += ", ";
        else
          out += style_.delimiter();
      }
      if (!bad) put_element(out, style_, tensor, row * width + i);
    }
    if (list) out += ']';
  }

  std::string path_;
  std::unique_ptr<ByteSink> sink_;
  TextStyle style_;
  std::vector<DataOutput> outputs_;
  WriteOptions options_;
};

}  // namespace

Result<Tensor> dense_rows(const SparseCsr& sparse) {
  const DType dtype = sparse.data.dtype();
  const size_t bytes = dtype_bytes(dtype);
  if (bytes == 0) return Internal(cat("a sparse result of ", dtype_name(dtype)));
  TRY_ASSIGN(Tensor out, Tensor::allocate(dtype, Shape{sparse.rows, sparse.columns}));
  const auto starts = sparse.indptr.values<int64_t>();
  const auto columns = sparse.indices.values<int64_t>();
  const auto* values = static_cast<const uint8_t*>(sparse.data.data());
  auto* cells = static_cast<uint8_t*>(out.mutable_data());
  for (int64_t row = 0; row < sparse.rows; ++row) {
    const auto at = static_cast<size_t>(row);
    for (auto i = static_cast<size_t>(starts[at]); i < static_cast<size_t>(starts[at + 1]); ++i) {
      const auto cell = static_cast<size_t>(row * sparse.columns + columns[i]);
      std::copy_n(values + i * bytes, bytes, cells + cell * bytes);
    }
  }
  return out;
}

Result<std::unique_ptr<RowWriter>> open_text_writer(const std::string& path, OutputFormat format,
                                                    std::vector<DataOutput> outputs,
                                                    const WriteOptions& options) {
  TRY_ASSIGN(auto sink, ByteSink::create(path));
  auto writer =
      std::make_unique<TextRowWriter>(path, std::move(sink), format, std::move(outputs), options);
  TRY(writer->write_header());
  return std::unique_ptr<RowWriter>(std::move(writer));
}

}  // namespace tundish
