// ai.onnx.ml ZipMap: per row a map from labels to that row's scores.
//
// The maps of one answer share one tensor of keys; their values are rows of one copy of the scores.
#include <memory>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/rows.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

Status check_columns(size_t keys, int64_t columns, ErrorCode code) {
  if (static_cast<int64_t>(keys) == columns) return ok();
  return Error(code, cat("input 0 has ", columns, " columns for ", keys, " keys"));
}

Status infer_zip_map(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kFloat32}, {}));
  TRY(expect_rows(context, 0));
  TRY_ASSIGN(const ClassLabels keys, read_labels(context.node(), "classlabels_int64s"));
  const Dim columns = columns_of(context, 0);
  if (columns.is_known()) {
    TRY(check_columns(keys.size(), columns.size(), ErrorCode::kInvalidModel));
  }
  ValueType map{ValueKind::kMap, DType::kFloat32};
  map.key = keys.dtype();
  map.shape = std::vector<Dim>{};
  context.set_output(0, holder_type(ValueKind::kSequence, std::move(map)));
  return ok();
}

Status run_zip_map(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const ClassLabels labels, read_labels(context.node(), "classlabels_int64s"));
  TRY_ASSIGN(const RowCount count, count_rows(x, 0));
  TRY(check_columns(labels.size(), count.columns, ErrorCode::kInvalidArgument));
  const Tensor keys = labels.dtype() == DType::kString
                          ? Tensor::of_strings(labels.words)
                          : Tensor::of(std::span<const int64_t>(labels.numbers));
  TRY_ASSIGN(const Tensor values, Tensor::copy_of(x));
  Sequence rows;
  rows.items.reserve(static_cast<size_t>(count.rows));
  for (int64_t row = 0; row < count.rows; ++row) {
    const TensorView view{DType::kFloat32, Shape{count.columns},
                          element_at(values.data(), DType::kFloat32, row * count.columns)};
    rows.items.emplace_back(Map{keys, Tensor::borrow(view, values.owner())});
  }
  return context.set_output(0, std::move(rows));
}

constexpr OpDef kOps[] = {
    {.name = "ZipMap",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_zip_map,
     .run = run_zip_map},
};

}  // namespace

std::span<const OpDef> ops_zip_map() { return kOps; }

}  // namespace tundish
