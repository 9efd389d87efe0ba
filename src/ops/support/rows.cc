#include "ops/support/rows.h"

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish::ops {

Status expect_rows(const InferContext& context, size_t i) {
  TRY(expect_tensor(context, i, MlNumbers::kSet, {}));
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr || dims->size() == 1 || dims->size() == 2) return ok();
  return InvalidModel(
      cat("input ", i, ": expected shape [C] or [N, C], got ", to_string(context.input(i).shape)));
}

SymbolicShape rows_shape(const InferContext& context, size_t i, Dim last) {
  const std::vector<Dim>* dims = known_dims(context, i);
  Dim rows;
  if (dims != nullptr) rows = dims->size() == 2 ? (*dims)[0] : Dim(1);
  return std::vector<Dim>{std::move(rows), std::move(last)};
}

SymbolicShape rows_shape(const InferContext& context, size_t i) {
  SymbolicShape shape = rows_shape(context, i, Dim());
  shape->pop_back();
  return shape;
}

Dim columns_of(const InferContext& context, size_t i) {
  const std::vector<Dim>* dims = known_dims(context, i);
  return dims == nullptr || dims->empty() ? Dim() : dims->back();
}

Result<RowCount> count_rows(const TensorView& view, size_t input) {
  const Shape& shape = view.shape;
  if (shape.rank() == 1) return RowCount{1, shape[0]};
  if (shape.rank() == 2) return RowCount{shape[0], shape[1]};
  return InvalidArgument(
      cat("input ", input, ": expected shape [C] or [N, C], got ", shape.to_string()));
}

void read_numbers(const TensorView& view, int64_t begin, int64_t count, double* out) {
  const auto read = [&]<class T>(const T* from) {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<double>(from[begin + i]);
  };
  switch (view.dtype) {
    case DType::kFloat32: return read(static_cast<const float*>(view.data));
    case DType::kFloat64: return read(static_cast<const double*>(view.data));
    case DType::kInt32: return read(static_cast<const int32_t*>(view.data));
    default: return read(static_cast<const int64_t*>(view.data));
  }
}

double dot(const double* a, const double* b, int64_t count) {
  double sums[4] = {};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (int64_t k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void ClassLabels::write(size_t index, const MutableTensorView& out, int64_t at) const {
  if (words.empty()) {
    static_cast<int64_t*>(out.data)[at] = numbers[index];
  } else {
    static_cast<std::string*>(out.data)[at] = words[index];
  }
}

Result<ClassLabels> read_labels(const Node& node, std::string_view ints_attribute) {
  ClassLabels labels;
  TRY_ASSIGN(labels.numbers, node.attributes.get_ints(ints_attribute));
  TRY_ASSIGN(labels.words, node.attributes.get_strings("classlabels_strings"));
  if (labels.numbers.empty() == labels.words.empty()) {
    return InvalidModel(
        cat("expected labels in one of ", ints_attribute, " and classlabels_strings"));
  }
  return labels;
}

}  // namespace tundish::ops
