#include "data/array_source.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/checked.h"
#include "base/strings.h"
#include "data/column_plan.h"
#include "data/row_faults.h"

namespace tundish {

namespace {

/// Missing or surplus columns of a matrix, by name where the model has names.
Error matrix_width_error(const DataInput& input, int64_t given, int64_t wanted) {
  std::vector<std::string> listed;
  for (int64_t i = std::min(given, wanted); i < std::max(given, wanted) && listed.size() < 100;
       ++i) {
    const bool named = given < wanted && static_cast<size_t>(i) < input.columns.size();
    listed.push_back(named ? input.columns[static_cast<size_t>(i)] : cat("column ", i + 1));
  }
  const int64_t count = std::abs(given - wanted);
  return InvalidArgument(cat("the model wants ", wanted, wanted == 1 ? " column" : " columns",
                             ", the array has ", given, "; ",
                             given < wanted ? "missing: " : "surplus: ", name_list(listed),
                             count > 100 ? " and more" : ""));
}

class DenseSource : public ArraySource {
 public:
  /// `row_shape` replaces the sizes after the first.
  DenseSource(std::shared_ptr<const NpyArray> array, std::vector<int64_t> row_shape)
      : array_(std::move(array)), row_shape_(std::move(row_shape)) {}
  int64_t row_count() const override { return array_->shape()[0]; }
  DType dtype() const override { return array_->dtype(); }
  Result<Tensor> rows(int64_t first, int64_t count) const override {
    TRY_ASSIGN(const Tensor tensor, array_->rows(first, count));
    Shape shape{count};
    for (const int64_t size : row_shape_) shape.append(size);
    return tensor.reshaped(shape);
  }
  const uint8_t* place_of_row(int64_t row) const override {
    if (array_->header().fortran_order || row_count() == 0) return nullptr;
    const auto row_bytes = array_->data().size() / static_cast<size_t>(row_count());
    return array_->data().data() + static_cast<size_t>(row) * row_bytes;
  }

 private:
  std::shared_ptr<const NpyArray> array_;
  std::vector<int64_t> row_shape_;
};

class ColumnSource : public ArraySource {
 public:
  ColumnSource(std::shared_ptr<const NpyArray> array, int64_t column)
      : array_(std::move(array)), column_(column) {}
  int64_t row_count() const override { return array_->shape()[0]; }
  DType dtype() const override { return array_->dtype(); }
  const uint8_t* place_of_row(int64_t) const override { return nullptr; }
  Result<Tensor> rows(int64_t first, int64_t count) const override {
    TRY_ASSIGN(const Tensor block, array_->rows(first, count));
    TRY_ASSIGN(Tensor out, Tensor::allocate(block.dtype(), Shape{count, 1}));
    const int64_t width = block.shape()[1];
    if (block.dtype() == DType::kString) {
      const auto from = block.values<std::string>();
      const auto to = out.mutable_values<std::string>();
      for (int64_t row = 0; row < count; ++row) {
        to[static_cast<size_t>(row)] = from[static_cast<size_t>(row * width + column_)];
      }
      return out;
    }
    const auto bytes = static_cast<int64_t>(dtype_bytes(block.dtype()));
    const auto* from = static_cast<const uint8_t*>(block.data()) + column_ * bytes;
    auto* to = static_cast<uint8_t*>(out.mutable_data());
    for (int64_t row = 0; row < count; ++row) {
      std::memcpy(to + row * bytes, from + row * width * bytes, static_cast<size_t>(bytes));
    }
    return out;
  }

 private:
  std::shared_ptr<const NpyArray> array_;
  int64_t column_;
};

template <class T>
void scatter(const StoredCsr& csr, int64_t first, int64_t count, double absent, T* out) {
  const auto starts = csr.indptr.values<int64_t>();
  const auto columns = csr.indices.values<int64_t>();
  const auto* values = static_cast<const T*>(csr.data.data());
  std::fill(out, out + count * csr.columns, static_cast<T>(absent));
  std::vector<int64_t> stored_in(static_cast<size_t>(csr.columns), -1);
  for (int64_t row = 0; row < count; ++row) {
    T* const cells = out + row * csr.columns;
    const auto at = static_cast<size_t>(first + row);
    for (int64_t i = starts[at]; i < starts[at + 1]; ++i) {
      const auto entry = static_cast<size_t>(i);
      const auto column = static_cast<size_t>(columns[entry]);
      const bool again = std::exchange(stored_in[column], row) == row;
      cells[column] = again ? static_cast<T>(cells[column] + values[entry]) : values[entry];
    }
  }
}

class SparseSource : public ArraySource {
 public:
  SparseSource(StoredCsr csr, double absent, uint64_t max_bytes)
      : csr_(std::move(csr)), absent_(absent), max_bytes_(max_bytes) {}
  int64_t row_count() const override { return csr_.rows; }
  DType dtype() const override { return csr_.data.dtype(); }
  const uint8_t* place_of_row(int64_t) const override { return nullptr; }
  Result<Tensor> rows(int64_t first, int64_t count) const override {
    const int64_t sizes[] = {count, csr_.columns};
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(sizes, dtype_bytes(dtype())));
    if (bytes > max_bytes_) {
      return Limit(cat("a block of ", bytes, " bytes is over the memory limit of ", max_bytes_,
                       " bytes (--memory-limit raises it)"));
    }
    TRY_ASSIGN(Tensor out, Tensor::allocate(dtype(), Shape{count, csr_.columns}));
    void* to = out.mutable_data();
    switch (dtype()) {
      case DType::kFloat32: scatter(csr_, first, count, absent_, static_cast<float*>(to)); break;
      case DType::kFloat64: scatter(csr_, first, count, absent_, static_cast<double*>(to)); break;
      case DType::kInt32: scatter(csr_, first, count, absent_, static_cast<int32_t*>(to)); break;
      case DType::kInt64: scatter(csr_, first, count, absent_, static_cast<int64_t*>(to)); break;
      case DType::kInt8: scatter(csr_, first, count, absent_, static_cast<int8_t*>(to)); break;
      default: scatter(csr_, first, count, absent_, static_cast<bool*>(to)); break;
    }
    return out;
  }

 private:
  StoredCsr csr_;
  double absent_;
  uint64_t max_bytes_;
};

Error shape_error(const NpyArray& array, std::string_view wanted) {
  return InvalidArgument(
      cat("the array has shape ", array.shape().to_string(), ", the model wants ", wanted));
}

}  // namespace

Result<std::unique_ptr<ArraySource>> dense_source(std::shared_ptr<const NpyArray> array,
                                                  const DataInput& input) {
  using Made = std::unique_ptr<ArraySource>;
  const Shape& shape = array->shape();
  if (shape.rank() == 0) return shape_error(*array, "rows");
  std::vector<int64_t> row_shape(shape.dims().begin() + 1, shape.dims().end());
  if (input.form == InputForm::kTensor) {
    if (!input.dims.empty() && input.dims.size() != shape.rank()) {
      return shape_error(*array, cat(input.dims.size(), " dimensions"));
    }
    for (size_t axis = 1; axis < input.dims.size(); ++axis) {
      if (input.dims[axis] >= 0 && input.dims[axis] != shape[axis]) {
        return shape_error(*array, cat("the size ", input.dims[axis], " in dimension ", axis));
      }
    }
    return Made(std::make_unique<DenseSource>(std::move(array), std::move(row_shape)));
  }
  if (shape.rank() > 2) return shape_error(*array, "[rows, columns]");
  const int64_t given = shape.rank() == 2 ? shape[1] : 1;
  const int64_t declared =
      input.columns.empty() ? input.width : static_cast<int64_t>(input.columns.size());
  const int64_t wanted = input.form != InputForm::kMatrix ? 1 : declared < 0 ? given : declared;
  if (shape.rank() == 1 && wanted != 1) {
    return shape_error(
        *array, cat("[rows, ", wanted, "] (one row alone: reshape it to [1, ", wanted, "])"));
  }
  if (given != wanted || given == 0) return matrix_width_error(input, given, wanted);
  const bool flat = input.form == InputForm::kText || input.form == InputForm::kRecord;
  row_shape = flat ? std::vector<int64_t>{} : std::vector<int64_t>{wanted};
  return Made(std::make_unique<DenseSource>(std::move(array), std::move(row_shape)));
}

std::unique_ptr<ArraySource> column_source(std::shared_ptr<const NpyArray> array, int64_t column) {
  return std::make_unique<ColumnSource>(std::move(array), column);
}

Result<std::unique_ptr<ArraySource>> sparse_source(StoredCsr csr, const DataInput& input,
                                                   const Limits& limits) {
  const int64_t declared =
      input.columns.empty() ? input.width : static_cast<int64_t>(input.columns.size());
  const bool matrix = input.form == InputForm::kMatrix ||
                      (input.form == InputForm::kTensor && input.dims.size() == 2);
  if (!matrix) return InvalidArgument("a sparse matrix where the model wants no matrix");
  const int64_t wanted = input.form == InputForm::kTensor ? input.dims[1] : declared;
  if (wanted >= 0 && wanted != csr.columns) return matrix_width_error(input, csr.columns, wanted);
  if (static_cast<uint64_t>(csr.columns) > limits.max_columns) {
    return Limit(
        cat("a sparse matrix of ", csr.columns, " columns, the limit is ", limits.max_columns));
  }
  if (csr.columns == 0) return InvalidArgument("a sparse matrix without columns");
  switch (csr.data.dtype()) {
    case DType::kFloat32:
    case DType::kFloat64:
    case DType::kInt32:
    case DType::kInt64:
    case DType::kInt8:
    case DType::kBool: break;
    default: return Unsupported(cat("a sparse matrix of ", dtype_name(csr.data.dtype())));
  }
  if (std::isnan(input.absent_value) && !is_floating(csr.data.dtype())) {
    return InvalidArgument(cat("absent cells mean missing here, which a sparse matrix of ",
                               dtype_name(csr.data.dtype()), " cannot say; save it as float"));
  }
  return std::unique_ptr<ArraySource>(
      new SparseSource(std::move(csr), input.absent_value, limits.max_memory_bytes));
}

Result<ArraySources> npy_sources(std::shared_ptr<const NpyArray> array,
                                 const DataContract& contract) {
  ArraySources sources;
  if (contract.inputs.size() == 1) {
    TRY_ASSIGN(auto source, dense_source(std::move(array), contract.inputs[0]));
    sources.push_back(std::move(source));
    return sources;
  }
  DataInput all;
  all.name = "X";
  for (const DataInput& input : contract.inputs) {
    if (input.form != InputForm::kColumn) {
      return InvalidArgument(cat("one array for ", contract.inputs.size(),
                                 " inputs: give them as --input NAME=FILE or in an .npz"));
    }
    all.columns.push_back(input.columns.empty() ? input.name : input.columns[0]);
  }
  if (array->shape().rank() != 2) {
    return shape_error(*array, cat("[rows, ", contract.inputs.size(), "]"));
  }
  const int64_t given = array->shape()[1];
  const auto wanted = static_cast<int64_t>(contract.inputs.size());
  if (given != wanted) return matrix_width_error(all, given, wanted);
  for (int64_t column = 0; column < wanted; ++column) {
    sources.push_back(column_source(array, column));
  }
  return sources;
}

Result<std::string> npz_array_for(const NpzFile& npz, const DataInput& input) {
  if (npz.contains(input.name)) return input.name;
  const std::vector<std::string> names = npz.names();
  if (names.size() == 1) return names[0];
  return InvalidArgument(
      cat("no array ", quoted(input.name), " in the .npz; it holds ", name_list(names)));
}

Result<ArraySources> npz_sources(const NpzFile& npz, const DataContract& contract,
                                 const ReadOptions& options) {
  ArraySources sources;
  if (npz.is_sparse()) {
    if (contract.inputs.size() != 1) {
      return InvalidArgument(cat("a sparse matrix for ", contract.inputs.size(), " inputs"));
    }
    TRY_ASSIGN(StoredCsr csr, npz.csr());
    TRY_ASSIGN(auto source, sparse_source(std::move(csr), contract.inputs[0], options.limits));
    sources.push_back(std::move(source));
    return sources;
  }
  const std::vector<std::string> names = npz.names();
  std::vector<std::string> missing;
  std::vector<std::string> surplus = names;
  for (const DataInput& input : contract.inputs) {
    if (!npz.contains(input.name)) missing.push_back(input.name);
    std::erase(surplus, input.name);
  }
  if (names.size() == 1 && missing.size() == contract.inputs.size()) {
    TRY_ASSIGN(NpyArray array, npz.array(names[0]));
    return npy_sources(std::make_shared<const NpyArray>(std::move(array)), contract);
  }
  if (options.surplus == SurplusRule::kIgnore) surplus.clear();
  if (!missing.empty() || !surplus.empty()) {
    return InvalidArgument(cat(missing.empty() ? "" : cat("the .npz lacks ", name_list(missing)),
                               missing.empty() || surplus.empty() ? "" : "; ",
                               surplus.empty() ? ""
                                               : cat("it has arrays that the model does not "
                                                     "know: ",
                                                     name_list(surplus))));
  }
  for (const DataInput& input : contract.inputs) {
    TRY_ASSIGN(NpyArray array, npz.array(input.name));
    TRY_ASSIGN(auto source,
               in(cat("array ", quoted(input.name)),
                  dense_source(std::make_shared<const NpyArray>(std::move(array)), input)));
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace tundish
