#include "data/array_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "data/array_source.h"
#include "data/convert.h"
#include "data/row_faults.h"

namespace tundish {

namespace {

/// Pages of a mapped file that are behind the rows are given back in steps of this size, so that
/// resident memory does not grow with the file.
constexpr size_t kDropBytes = size_t{8} << 20;

/// A damaged data file is the caller's data, not a damaged model.
Error as_data_error(Error error, const std::string& path) {
  if (error.code() != ErrorCode::kInvalidModel) return std::move(error).in(path);
  Error changed = InvalidArgument(error.message());
  for (const std::string& place : error.places()) changed = std::move(changed).in(place);
  return std::move(changed).in(path);
}

class ArrayRowReader : public RowReader {
 public:
  ArrayRowReader(ArraySources sources, ByteHome home, std::string path, DataContract contract,
                 const ReadOptions& options)
      : sources_(std::move(sources)),
        home_(home),
        path_(std::move(path)),
        contract_(std::move(contract)),
        options_(options),
        faults_(options.bad_rows, report_) {}

  Status start() {
    row_count_ = sources_.empty() ? 0 : sources_[0]->row_count();
    for (size_t i = 0; i < sources_.size(); ++i) {
      const DataInput& input = contract_.inputs[i];
      const DType from = sources_[i]->dtype();
      TRY(in(path_, in(cat("input ", quoted(input.name)),
                       check_convertible(from, input.dtype, options_.cast))));
      if (from != input.dtype) {
        report_.notes.push_back(cat("input ", quoted(input.name), ": ", dtype_name(from),
                                    " read as ", dtype_name(input.dtype)));
      }
      if (sources_[i]->row_count() != row_count_) {
        return InvalidArgument(cat("input ", quoted(contract_.inputs[0].name), " has ", row_count_,
                                   " rows, input ", quoted(input.name), " has ",
                                   sources_[i]->row_count()))
            .in(path_);
      }
    }
    return ok();
  }

  Result<std::optional<RowBlock>> next(int64_t max_rows) override {
    while (at_ < row_count_) {
      const int64_t count = std::min(max_rows, row_count_ - at_);
      RowBlock block;
      for (int64_t i = 0; i < count; ++i) block.row_numbers.push_back(at_ + i);
      bad_.assign(static_cast<size_t>(count), 0);
      for (size_t i = 0; i < sources_.size(); ++i) {
        Result<Tensor> tensor = read_input(i, count);
        if (!tensor) return as_data_error(std::move(tensor).error(), path_);
        block.inputs.emplace_back(std::move(tensor).value());
      }
      TRY(in(path_, faults_.status()));
      at_ += count;
      report_.row_count += count;
      drop_pages();
      TRY(settle_bad_rows(block));
      if (block.row_count() > 0) return std::optional(std::move(block));
    }
    return std::optional<RowBlock>();
  }

 private:
  Result<Tensor> read_input(size_t index, int64_t count) {
    const DataInput& input = contract_.inputs[index];
    TRY_ASSIGN(const Tensor stored, sources_[index]->rows(at_, count));
    const int64_t row_elements = std::max<int64_t>(stored.element_count() / count, 1);
    const ElementFault fault = [&](int64_t element, const std::string& what) {
      const int64_t row = element / row_elements;
      if (std::exchange(bad_[static_cast<size_t>(row)], 1) != 0) return;
      const std::string column = column_name(input, element % row_elements);
      if (!stopped_) stopped_ = faults_.add({at_ + row, 0, column}, what);
    };
    TRY_ASSIGN(const Tensor tensor, convert_tensor(stored, input.dtype, options_.cast, fault));
    int64_t first_nan = 0;
    const int64_t nan_count = check_values(tensor, input.allowed, fault, first_nan);
    if (nan_count > 0) {
      const std::string column = column_name(input, first_nan % row_elements);
      faults_.add_missing({at_ + first_nan / row_elements, 0, column});
      report_.missing_count += nan_count - 1;
    }
    return tensor;
  }

  static std::string column_name(const DataInput& input, int64_t column) {
    const auto place = static_cast<size_t>(column);
    if (place < input.columns.size()) return input.columns[place];
    return input.form == InputForm::kColumn ? input.name : cat(column + 1);
  }

  /// Leaves bad rows out, or makes them missing values.
  Status settle_bad_rows(RowBlock& block) {
    if (std::find(bad_.begin(), bad_.end(), 1) == bad_.end()) return ok();
    if (options_.bad_rows == BadRowRule::kNull) {
      for (Value& value : block.inputs) {
        TRY_ASSIGN(value, blanked(*value.tensor()));
      }
      block.bad = bad_;
      return ok();
    }
    for (Value& value : block.inputs) {
      TRY_ASSIGN(value, without_rows(value, bad_));
    }
    size_t kept = 0;
    for (size_t i = 0; i < bad_.size(); ++i) {
      if (bad_[i] == 0) block.row_numbers[kept++] = block.row_numbers[i];
    }
    block.row_numbers.resize(kept);
    return ok();
  }

  Result<Tensor> blanked(const Tensor& tensor) const {
    TRY_ASSIGN(Tensor out, Tensor::copy_of(tensor.view()));
    const auto rows = static_cast<int64_t>(bad_.size());
    const int64_t width = out.element_count() / rows;
    const auto blank = [&](auto values, auto missing) {
      for (int64_t row = 0; row < rows; ++row) {
        if (bad_[static_cast<size_t>(row)] == 0) continue;
        std::fill_n(values.begin() + row * width, width, missing);
      }
    };
    if (out.dtype() == DType::kFloat64) {
      blank(out.mutable_values<double>(), std::numeric_limits<double>::quiet_NaN());
    } else if (out.dtype() == DType::kFloat32) {
      blank(out.mutable_values<float>(), std::numeric_limits<float>::quiet_NaN());
    }
    return out;
  }

  void drop_pages() {
    if (home_ != ByteHome::kMappedFile) return;
    for (const auto& source : sources_) {
      const uint8_t* first = source->place_of_row(dropped_row_);
      const uint8_t* last = source->place_of_row(at_);
      if (first == nullptr || static_cast<size_t>(last - first) < kDropBytes) continue;
      release_pages({first, last});
      dropped_row_ = at_;
    }
  }

  ArraySources sources_;
  ByteHome home_;
  std::string path_;
  DataContract contract_;
  ReadOptions options_;
  RowFaults faults_;
  std::vector<uint8_t> bad_;
  int64_t row_count_ = 0;
  int64_t at_ = 0;
  int64_t dropped_row_ = 0;
  bool stopped_ = false;
};

/// Several readers of one input each, in step.
class JoinedRowReader : public RowReader {
 public:
  JoinedRowReader(std::vector<std::unique_ptr<RowReader>> readers, std::vector<std::string> names,
                  const ReadOptions& options)
      : readers_(std::move(readers)), names_(std::move(names)), options_(options) {
    for (const auto& reader : readers_) {
      const auto& notes = reader->report().notes;
      report_.notes.insert(report_.notes.end(), notes.begin(), notes.end());
    }
  }

  Result<std::optional<RowBlock>> next(int64_t max_rows) override {
    while (true) {
      RowBlock block;
      for (size_t i = 0; i < readers_.size(); ++i) {
        TRY_ASSIGN(auto part, in(cat("input ", quoted(names_[i])), readers_[i]->next(max_rows)));
        RowBlock rows = part ? std::move(*part) : RowBlock();
        if (i == 0) {
          block.row_numbers = std::move(rows.row_numbers);
        } else if (rows.row_count() != block.row_count()) {
          const size_t shorter = rows.row_count() < block.row_count() ? i : 0;
          const int64_t end = report_.row_count + std::min(rows.row_count(), block.row_count());
          return InvalidArgument(cat("input ", quoted(names_[shorter]), " ends after ", end,
                                     " rows, input ", quoted(names_[shorter == i ? 0 : i]),
                                     " goes on"));
        }
        if (!part) continue;
        block.inputs.push_back(std::move(rows.inputs[0]));
        merge_bad(rows.bad, block);
      }
      if (block.row_count() == 0) return std::optional<RowBlock>();
      report_.row_count += block.row_count();
      TRY(settle(block));
      if (block.row_count() > 0) return std::optional(std::move(block));
    }
  }

 private:
  static void merge_bad(const std::vector<uint8_t>& bad, RowBlock& block) {
    if (bad.empty()) return;
    block.bad.resize(static_cast<size_t>(block.row_count()), 0);
    for (size_t i = 0; i < bad.size(); ++i) block.bad[i] |= bad[i];
  }
  Status settle(RowBlock& block) {
    report_.bad_row_count = 0;
    report_.missing_count = 0;
    report_.bad_rows.clear();
    for (const auto& reader : readers_) {
      const ReadReport& part = reader->report();
      report_.bad_row_count += part.bad_row_count;
      report_.missing_count += part.missing_count;
      if (report_.first_missing.empty()) report_.first_missing = part.first_missing;
      report_.bad_rows.insert(report_.bad_rows.end(), part.bad_rows.begin(), part.bad_rows.end());
    }
    if (block.bad.empty() || options_.bad_rows != BadRowRule::kSkip) return ok();
    for (Value& value : block.inputs) {
      TRY_ASSIGN(value, without_rows(value, block.bad));
    }
    size_t kept = 0;
    for (size_t i = 0; i < block.bad.size(); ++i) {
      if (block.bad[i] == 0) block.row_numbers[kept++] = block.row_numbers[i];
    }
    block.row_numbers.resize(kept);
    block.bad.clear();
    return ok();
  }

  std::vector<std::unique_ptr<RowReader>> readers_;
  std::vector<std::string> names_;
  ReadOptions options_;
};

}  // namespace

Result<Value> without_rows(const Value& value, std::span<const uint8_t> marks) {
  const Tensor& tensor = *value.tensor();
  const auto rows = static_cast<int64_t>(marks.size());
  const int64_t width = rows == 0 ? 0 : tensor.element_count() / rows;
  Shape shape = tensor.shape();
  shape[0] = std::count(marks.begin(), marks.end(), 0);
  TRY_ASSIGN(Tensor out, Tensor::allocate(tensor.dtype(), shape));
  const auto copy = [&](const auto* from, auto* to, int64_t units) {
    for (int64_t row = 0; row < rows; ++row) {
      if (marks[static_cast<size_t>(row)] == 0) {
        to = std::copy_n(from + row * units, units, to);
      }
    }
  };
  if (tensor.dtype() == DType::kString) {
    copy(static_cast<const std::string*>(tensor.data()),
         static_cast<std::string*>(out.mutable_data()), width);
  } else {
    copy(static_cast<const uint8_t*>(tensor.data()), static_cast<uint8_t*>(out.mutable_data()),
         width * static_cast<int64_t>(dtype_bytes(tensor.dtype())));
  }
  return Value(std::move(out));
}

std::unique_ptr<RowReader> join_rows(std::vector<std::unique_ptr<RowReader>> readers,
                                     std::vector<std::string> names, const ReadOptions& options) {
  return std::make_unique<JoinedRowReader>(std::move(readers), std::move(names), options);
}

namespace {

Result<ArraySources> find_sources(Bytes bytes, std::shared_ptr<const void> owner, DataFormat format,
                                  const DataContract& contract, const ReadOptions& options) {
  if (format == DataFormat::kNpz) {
    TRY_ASSIGN(const NpzFile npz, NpzFile::open(bytes, std::move(owner), options.limits));
    return npz_sources(npz, contract, options);
  }
  TRY_ASSIGN(NpyArray array, NpyArray::open(bytes, std::move(owner), options.limits));
  return npy_sources(std::make_shared<const NpyArray>(std::move(array)), contract);
}

}  // namespace

Result<std::unique_ptr<RowReader>> open_arrays(Bytes bytes, std::shared_ptr<const void> owner,
                                               ByteHome home, const std::string& path,
                                               DataFormat format, const DataContract& contract,
                                               const ReadOptions& options) {
  if (!options.keep.empty()) {
    return InvalidArgument("--keep needs columns of text; arrays have none").in(path);
  }
  Result<ArraySources> sources = find_sources(bytes, std::move(owner), format, contract, options);
  if (!sources) return as_data_error(std::move(sources).error(), path);
  auto reader =
      std::make_unique<ArrayRowReader>(std::move(sources).value(), home, path, contract, options);
  TRY(reader->start());
  return std::unique_ptr<RowReader>(std::move(reader));
}

namespace {

Result<Value> finish_whole(const Tensor& stored, const DataInput& input,
                           const ReadOptions& options) {
  TRY(check_convertible(stored.dtype(), input.dtype, options.cast));
  std::string first_fault;
  const ElementFault fault = [&](int64_t element, const std::string& what) {
    if (first_fault.empty()) first_fault = cat("element ", element, ": ", what);
  };
  TRY_ASSIGN(Tensor tensor, convert_tensor(stored, input.dtype, options.cast, fault));
  int64_t first_nan = 0;
  check_values(tensor, input.allowed, fault, first_nan);
  if (!first_fault.empty()) return InvalidArgument(first_fault);
  return Value(std::move(tensor));
}

Result<Value> whole_sparse(const NpzFile& npz, const DataInput& input, const ReadOptions& options) {
  TRY_ASSIGN(StoredCsr csr, npz.csr());
  TRY_ASSIGN(const auto source, sparse_source(std::move(csr), input, options.limits));
  TRY_ASSIGN(const Tensor dense, source->rows(0, source->row_count()));
  return finish_whole(dense, input, options);
}

Result<Value> read_whole(Bytes bytes, std::shared_ptr<const void> owner, DataFormat format,
                         const DataInput& input, const ReadOptions& options) {
  std::optional<NpyArray> array;
  if (format == DataFormat::kNpz) {
    TRY_ASSIGN(const NpzFile npz, NpzFile::open(bytes, std::move(owner), options.limits));
    if (npz.is_sparse()) return whole_sparse(npz, input, options);
    TRY_ASSIGN(const std::string name, npz_array_for(npz, input));
    TRY_ASSIGN(array, npz.array(name));
  } else {
    TRY_ASSIGN(array, NpyArray::open(bytes, std::move(owner), options.limits));
  }
  const Shape& shape = array->shape();
  bool fits = input.dims.empty() || input.dims.size() == shape.rank();
  for (size_t axis = 0; fits && axis < input.dims.size(); ++axis) {
    fits = input.dims[axis] < 0 || input.dims[axis] == shape[axis];
  }
  if (!fits) {
    std::string wanted;
    for (const int64_t size : input.dims) {
      wanted += cat(wanted.empty() ? "" : ", ", size < 0 ? std::string("?") : cat(size));
    }
    return InvalidArgument(
        cat("the array has shape ", shape.to_string(), ", the model wants [", wanted, "]"));
  }
  TRY(check_convertible(array->dtype(), input.dtype, options.cast));
  TRY_ASSIGN(const Tensor stored, array->all());
  return finish_whole(stored, input, options);
}

}  // namespace

Result<Value> whole_array(Bytes bytes, std::shared_ptr<const void> owner, const std::string& path,
                          DataFormat format, const DataInput& input, const ReadOptions& options) {
  Result<Value> value = read_whole(bytes, std::move(owner), format, input, options);
  if (value) return value;
  return as_data_error(std::move(value).error().in(cat("input ", quoted(input.name))), path);
}

}  // namespace tundish
