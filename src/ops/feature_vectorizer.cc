// ai.onnx.ml FeatureVectorizer: columns of several inputs side by side, as float32.
//
// An input wider than its entry of inputdimensions is cut, a narrower one filled up with zeros, as
// ONNX's reference does. Without the attribute every input counts as wide as it is.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

// Widths by the attribute; empty where it is absent.
Result<std::vector<int64_t>> read_widths(const Node& node) {
  TRY_ASSIGN(const std::vector<int64_t> widths, node.attributes.get_ints("inputdimensions"));
  if (!widths.empty() && widths.size() != node.inputs.size()) {
    return InvalidModel(
        cat("inputdimensions has ", widths.size(), " entries for ", node.inputs.size(), " inputs"));
  }
  int64_t sum = 0;
  for (const int64_t width : widths) {
    const auto next = checked_add(sum, width);
    if (width < 0 || !next) return InvalidModel(cat("inputdimensions: size ", width));
    sum = *next;
  }
  return widths;
}

Status infer_vectorizer(InferContext& context) {
  TRY_ASSIGN(const std::vector<int64_t> widths, read_widths(context.node()));
  Dim rows;
  Dim columns(0);
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY(expect_rows(context, i));
    TRY(expect_same_dtype(context, 0, i));
    const Dim own = (*rows_shape(context, i))[0];
    if (rows.is_known() && own.is_known() && !(rows == own)) {
      return InvalidModel(cat("input ", i, " has ", own.size(), " rows, expected ", rows.size()));
    }
    if (!rows.is_known() && (own.is_known() || !rows.is_symbol())) rows = own;
    const Dim width = widths.empty() ? columns_of(context, i) : Dim(widths[i]);
    const auto sum = columns.is_known() && width.is_known()
                         ? checked_add(columns.size(), width.size())
                         : std::nullopt;
    columns = sum ? Dim(*sum) : Dim();
  }
  context.set_output(
      0, ValueType::tensor(DType::kFloat32, std::vector<Dim>{std::move(rows), std::move(columns)}));
  return ok();
}

Status run_vectorizer(ExecContext& context) {
  TRY_ASSIGN(std::vector<int64_t> widths, read_widths(context.node()));
  const bool takes_own = widths.empty();
  int64_t rows = 0;
  int64_t columns = 0;
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY_ASSIGN(const RowCount count, count_rows(context.input(i), i));
    if (i == 0) rows = count.rows;
    if (count.rows != rows) {
      return InvalidArgument(cat("input ", i, " has ", count.rows, " rows, expected ", rows));
    }
    if (takes_own) widths.push_back(count.columns);
    const auto sum = checked_add(columns, widths[i]);
    if (!sum) return InvalidArgument("the sum of the inputs' columns overflows");
    columns = *sum;
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, Shape{rows, columns}));
  auto* out = static_cast<float*>(y.data);
  for (size_t i = 0; i < context.input_count(); ++i) {
    const TensorView& x = context.input(i);
    const int64_t own = x.shape[x.shape.rank() - 1];
    const int64_t copied = std::min(own, widths[i]);
    TRY(dispatch(MlNumbers(), x.dtype, [&]<class T>() {
      for (int64_t row = 0; row < rows; ++row) {
        const auto* from = static_cast<const T*>(x.data) + row * own;
        float* to = out + row * columns;
        for (int64_t k = 0; k < copied; ++k) to[k] = static_cast<float>(from[k]);
        std::fill(to + copied, to + widths[i], 0.0F);
      }
      return ok();
    }));
    out += widths[i];
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "FeatureVectorizer",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, kAnyCount},
     .infer = infer_vectorizer,
     .run = run_vectorizer},
};

}  // namespace

std::span<const OpDef> ops_feature_vectorizer() { return kOps; }

}  // namespace tundish
