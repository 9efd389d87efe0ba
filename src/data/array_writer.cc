// Rows as .npy, .npz and folders of them.
#include <algorithm>
#include <limits>
#include <optional>

#include "base/strings.h"
#include "data/array_spill.h"
#include "data/byte_sink.h"
#include "data/writers.h"
#include "wire/npy/npy_writer.h"
#include "wire/zip/deflate.h"
#include "wire/zip/zip.h"

namespace tundish {

namespace {

/// The answers with missing values in the rows that are bad.
Result<Tensor> blanked(const Tensor& tensor, std::span<const uint8_t> bad,
                       const DataOutput& output) {
  if (std::find(bad.begin(), bad.end(), 1) == bad.end()) return tensor;
  TRY_ASSIGN(Tensor out, Tensor::copy_of(tensor.view()));
  const int64_t width = row_width(output);
  const auto blank = [&](auto values, const auto& missing) {
    for (size_t row = 0; row < bad.size(); ++row) {
      if (bad[row] != 0)
        std::fill_n(values.begin() + static_cast<int64_t>(row) * width, width, missing);
    }
  };
  switch (output.dtype) {
    case DType::kFloat64:
      blank(out.mutable_values<double>(), std::numeric_limits<double>::quiet_NaN());
      return out;
    case DType::kFloat32:
      blank(out.mutable_values<float>(), std::numeric_limits<float>::quiet_NaN());
      return out;
    case DType::kString: blank(out.mutable_values<std::string>(), std::string()); return out;
    default:
      return InvalidArgument(cat("output ", quoted(output.name), " is ", dtype_name(output.dtype),
                                 ", which has no null for a bad row: write .csv or .jsonl, or use ",
                                 "--on-error skip"));
  }
}

/// A dense answer as rows, whatever it came as.
Result<Tensor> dense_answer(const Value& value, std::span<const uint8_t> bad,
                            const DataOutput& output) {
  if (const SparseCsr* sparse = value.sparse()) {
    TRY_ASSIGN(const Tensor dense, dense_rows(*sparse));
    return blanked(dense, bad, output);
  }
  return blanked(*value.tensor(), bad, output);
}

/// One file or archive member in the making.
class ArrayTarget {
 public:
  virtual ~ArrayTarget() = default;
  virtual Status append(const Value& value, std::span<const uint8_t> bad) = 0;
  virtual Status finish() = 0;
};

/// Numbers go straight into the .npy.
class NpyTarget : public ArrayTarget {
 public:
  NpyTarget(NpyFileWriter file, const DataOutput& output)
      : file_(std::move(file)), output_(output) {}
  Status append(const Value& value, std::span<const uint8_t> bad) override {
    TRY_ASSIGN(const Tensor tensor, dense_answer(value, bad, output_));
    return file_.append(tensor.view());
  }
  Status finish() override { return file_.finish(); }

 private:
  NpyFileWriter file_;
  DataOutput output_;
};

/// A .npy whose width or length is known at the end (strings, streams).
class SpilledNpyTarget : public ArrayTarget {
 public:
  SpilledNpyTarget(std::unique_ptr<ByteSink> sink, ArraySpill spill, const DataOutput& output)
      : sink_(std::move(sink)), spill_(std::move(spill)), output_(output) {}
  Status append(const Value& value, std::span<const uint8_t> bad) override {
    TRY_ASSIGN(const Tensor tensor, dense_answer(value, bad, output_));
    return spill_.append(tensor.view());
  }
  Status finish() override {
    TRY(spill_.emit([&](std::string_view text) { return sink_->write(text); }));
    return sink_->finish();
  }

 private:
  std::unique_ptr<ByteSink> sink_;
  ArraySpill spill_;
  DataOutput output_;
};

Status emit_member(ZipWriter& zip, const std::string& name, ArraySpill& spill) {
  TRY_ASSIGN(const ArraySpill::Summary summary, spill.summarize());
  TRY(zip.begin(cat(name, ".npy"), summary.bytes, summary.crc));
  return spill.emit([&](std::string_view text) { return zip.write(text); });
}

/// A scipy matrix: entries wait in files of their own.
class CsrTarget : public ArrayTarget {
 public:
  static Result<std::unique_ptr<ArrayTarget>> create(const std::string& path,
                                                     const DataOutput& output) {
    TRY_ASSIGN(auto sink, ByteSink::create(path));
    TRY_ASSIGN(ArraySpill starts, ArraySpill::create(path, DType::kInt64, {}));
    TRY_ASSIGN(ArraySpill columns, ArraySpill::create(path, DType::kInt64, {}));
    TRY_ASSIGN(ArraySpill data, ArraySpill::create(path, output.dtype, {}));
    TRY(starts.append_number(0));
    return std::unique_ptr<ArrayTarget>(new CsrTarget(std::move(sink), std::move(starts),
                                                      std::move(columns), std::move(data), output));
  }

  Status append(const Value& value, std::span<const uint8_t> bad) override {
    if (std::find(bad.begin(), bad.end(), 1) != bad.end()) {
      return InvalidArgument(cat("output ", quoted(output_.name), " is sparse, which has no null ",
                                 "for a bad row: use --dense or --on-error skip"));
    }
    const SparseCsr* sparse = value.sparse();
    if (sparse == nullptr) return Internal("a dense answer for a sparse output");
    for (const int64_t start : sparse->indptr.values<int64_t>().subspan(1)) {
      TRY(starts_.append_number(columns_.row_count() + start));
    }
    TRY(columns_.append(sparse->indices.view()));
    return data_.append(sparse->data.view());
  }

  Status finish() override {
    ZipWriter zip([&](std::string_view text) { return sink_->write(text); });
    // scipy's choice of index type.
    const int64_t largest =
        std::max({columns_.row_count(), starts_.row_count(), output_.row_shape[0]});
    if (largest <= std::numeric_limits<int32_t>::max()) {
      columns_.narrow();
      starts_.narrow();
    }
    const int64_t sizes[] = {starts_.row_count() - 1, output_.row_shape[0]};
    TRY(emit_member(zip, "indices", columns_));
    TRY(emit_member(zip, "indptr", starts_));
    TRY(emit_text(zip, "format.npy", npy_header("|S3", {}) + "csr"));
    TRY_ASSIGN(const std::string shape, npy_bytes({DType::kInt64, Shape{2}, sizes}));
    TRY(emit_text(zip, "shape.npy", shape));
    TRY(emit_member(zip, "data", data_));
    TRY(zip.finish());
    return sink_->finish();
  }

 private:
  CsrTarget(std::unique_ptr<ByteSink> sink, ArraySpill starts, ArraySpill columns, ArraySpill data,
            const DataOutput& output)
      : sink_(std::move(sink)),
        starts_(std::move(starts)),
        columns_(std::move(columns)),
        data_(std::move(data)),
        output_(output) {}
  static Status emit_text(ZipWriter& zip, std::string_view name, const std::string& text) {
    TRY(zip.begin(name, text.size(), crc32_update(0, as_bytes(text))));
    return zip.write(text);
  }
  std::unique_ptr<ByteSink> sink_;
  ArraySpill starts_;
  ArraySpill columns_;
  ArraySpill data_;
  DataOutput output_;
};

class ArrayRowWriter : public RowWriter {
 public:
  ArrayRowWriter(std::vector<DataOutput> outputs, std::vector<std::string> paths)
      : outputs_(std::move(outputs)), paths_(std::move(paths)) {}
  std::vector<std::unique_ptr<ArrayTarget>>& targets() { return targets_; }

  Status write(const AnswerBlock& block) override {
    TRY(check_answers(block, outputs_));
    for (size_t i = 0; i < targets_.size(); ++i) {
      TRY(targets_[i]->append(block.arrays[i], block.bad));
    }
    return ok();
  }
  Status finish() override {
    for (const auto& target : targets_) TRY(target->finish());
    return ok();
  }
  std::vector<std::string> paths() const override { return paths_; }

 private:
  std::vector<DataOutput> outputs_;
  std::vector<std::string> paths_;
  std::vector<std::unique_ptr<ArrayTarget>> targets_;
};

/// Several dense arrays in one archive.
class NpzRowWriter : public RowWriter {
 public:
  NpzRowWriter(std::unique_ptr<ByteSink> sink, std::string path, std::vector<DataOutput> outputs,
               std::vector<ArraySpill> spills)
      : sink_(std::move(sink)),
        path_(std::move(path)),
        outputs_(std::move(outputs)),
        spills_(std::move(spills)) {}

  Status write(const AnswerBlock& block) override {
    TRY(check_answers(block, outputs_));
    for (size_t i = 0; i < outputs_.size(); ++i) {
      TRY_ASSIGN(const Tensor tensor, dense_answer(block.arrays[i], block.bad, outputs_[i]));
      TRY(spills_[i].append(tensor.view()));
    }
    return ok();
  }
  Status finish() override {
    ZipWriter zip([&](std::string_view text) { return sink_->write(text); });
    for (size_t i = 0; i < outputs_.size(); ++i) {
      TRY(emit_member(zip, outputs_[i].name, spills_[i]));
    }
    TRY(zip.finish());
    return sink_->finish();
  }
  std::vector<std::string> paths() const override { return {path_}; }

 private:
  std::unique_ptr<ByteSink> sink_;
  std::string path_;
  std::vector<DataOutput> outputs_;
  std::vector<ArraySpill> spills_;
};

Result<std::unique_ptr<ArrayTarget>> npy_target(const std::string& path, const DataOutput& output) {
  if (output.dtype != DType::kString && !is_stream(path)) {
    TRY_ASSIGN(NpyFileWriter file, NpyFileWriter::create(path, output.dtype, output.row_shape));
    return std::unique_ptr<ArrayTarget>(new NpyTarget(std::move(file), output));
  }
  TRY_ASSIGN(ArraySpill spill, ArraySpill::create(path, output.dtype, output.row_shape));
  TRY_ASSIGN(auto sink, ByteSink::create(path));
  return std::unique_ptr<ArrayTarget>(
      new SpilledNpyTarget(std::move(sink), std::move(spill), output));
}

Result<std::unique_ptr<RowWriter>> open_npz(const std::string& path,
                                            std::vector<DataOutput> outputs) {
  std::vector<ArraySpill> spills;
  for (const DataOutput& output : outputs) {
    TRY_ASSIGN(ArraySpill spill, ArraySpill::create(path, output.dtype, output.row_shape));
    spills.push_back(std::move(spill));
  }
  TRY_ASSIGN(auto sink, ByteSink::create(path));
  return std::unique_ptr<RowWriter>(
      new NpzRowWriter(std::move(sink), path, std::move(outputs), std::move(spills)));
}

}  // namespace

Result<std::unique_ptr<RowWriter>> open_array_writer(const std::string& path, OutputFormat format,
                                                     std::vector<DataOutput> outputs) {
  const bool sparse = outputs[0].sparse;
  if (format == OutputFormat::kNpz && !sparse) return open_npz(path, std::move(outputs));
  std::vector<std::string> paths{path};
  if (format == OutputFormat::kFolder) {
    TRY(make_folder(path));
    paths.clear();
    for (const DataOutput& output : outputs) {
      paths.push_back(
          cat(path, path.ends_with('/') ? "" : "/", output.name, output.sparse ? ".npz" : ".npy"));
    }
  }
  auto writer = std::make_unique<ArrayRowWriter>(outputs, paths);
  for (size_t i = 0; i < outputs.size(); ++i) {
    TRY_ASSIGN(auto target, outputs[i].sparse ? CsrTarget::create(paths[i], outputs[i])
                                              : npy_target(paths[i], outputs[i]));
    writer->targets().push_back(std::move(target));
  }
  return std::unique_ptr<RowWriter>(std::move(writer));
}

}  // namespace tundish
