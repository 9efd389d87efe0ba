// Rows of features of ai.onnx.ml's operators: [N, C], or [C] as one row, of four number types.
#ifndef TUNDISH_OPS_SUPPORT_ROWS_H_
#define TUNDISH_OPS_SUPPORT_ROWS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/exec_context.h"
#include "ops/support/types.h"

namespace tundish::ops {

/// What ai.onnx.ml's numeric operators take.
using MlNumbers = Types<float, double, int64_t, int32_t>;

/// kInvalidModel unless input i is of one of the types and of rank 1 or 2 where that is known.
Status expect_rows(const InferContext& context, size_t i);
/// [rows, last] where input i has rank 2, [1, last] where it has rank 1. Unknown where it is.
SymbolicShape rows_shape(const InferContext& context, size_t i, Dim last);
/// [rows].
SymbolicShape rows_shape(const InferContext& context, size_t i);
/// Size of input i's last axis.
Dim columns_of(const InferContext& context, size_t i);

struct RowCount {
  int64_t rows;
  int64_t columns;
};
/// kInvalidArgument for another rank.
Result<RowCount> count_rows(const TensorView& view, size_t input);

/// `count` elements from `begin` on as double.
void read_numbers(const TensorView& view, int64_t begin, int64_t count, double* out);

/// sum(a[i] * b[i]) in four interleaved parts, always in the same order.
double dot(const double* a, const double* b, int64_t count);

/// Names of classes: classlabels_<ints> or classlabels_strings, exactly one of them, at least one
/// label.
struct ClassLabels {
  std::vector<int64_t> numbers;
  std::vector<std::string> words;
  size_t size() const { return words.empty() ? numbers.size() : words.size(); }
  DType dtype() const { return words.empty() ? DType::kInt64 : DType::kString; }
  /// out[at] = label `index`.
  void write(size_t index, const MutableTensorView& out, int64_t at) const;
};
Result<ClassLabels> read_labels(const Node& node, std::string_view ints_attribute);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_ROWS_H_
