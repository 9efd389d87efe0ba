// ai.onnx.ml Imputer: elements that equal one value replaced, per column or all alike.
#include <cmath>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

template <class T> struct Imputation {
  T replaced;
  std::vector<T> by;
};

// Floats for floating-point inputs, integers for integer ones. NaN stands for NaN.
template <class T> Result<Imputation<T>> read_imputation(const Node& node) {
  Imputation<T> read;
  if constexpr (std::is_floating_point_v<T>) {
    TRY_ASSIGN(const float replaced, node.attributes.get_float("replaced_value_float", 0));
    TRY_ASSIGN(const std::vector<float> by, node.attributes.get_floats("imputed_value_floats"));
    read.replaced = static_cast<T>(replaced);
    read.by.assign(by.begin(), by.end());
  } else {
    TRY_ASSIGN(const int64_t replaced, node.attributes.get_int("replaced_value_int64", 0));
    TRY_ASSIGN(const std::vector<int64_t> by, node.attributes.get_ints("imputed_value_int64s"));
    read.replaced = static_cast<T>(replaced);
    bool fits = replaced == int64_t{read.replaced};
    for (const int64_t value : by) {
      read.by.push_back(static_cast<T>(value));
      fits = fits && int64_t{read.by.back()} == value;
    }
    if (!fits) return InvalidModel(cat("a value does not fit ", dtype_name(dtype_of<T>)));
  }
  if (read.by.empty()) {
    return InvalidModel(cat("attribute \"imputed_value_",
                            std::is_floating_point_v<T> ? "floats" : "int64s", "\" has no values"));
  }
  return read;
}

Status check_width(size_t values, int64_t columns, ErrorCode code) {
  if (values == 1 || static_cast<int64_t>(values) == columns) return ok();
  return Error(code, cat(values, " imputed values, the input has ", columns, " columns"));
}

Status infer_imputer(InferContext& context) {
  TRY(expect_tensor(context, 0, MlNumbers::kSet, {}));
  const std::vector<Dim>* dims = known_dims(context, 0);
  TRY(dispatch(MlNumbers(), context.input(0).dtype, [&]<class T>() -> Status {
    TRY_ASSIGN(const Imputation<T> values, read_imputation<T>(context.node()));
    if (dims == nullptr || (!dims->empty() && !dims->back().is_known())) return ok();
    return check_width(values.by.size(), dims->empty() ? 1 : dims->back().size(),
                       ErrorCode::kInvalidModel);
  }));
  context.set_output(0, context.input(0));
  return ok();
}

Status run_imputer(ExecContext& context) {
  const TensorView& x = context.input(0);
  const int64_t columns = x.shape.rank() == 0 ? 1 : x.shape[x.shape.rank() - 1];
  return dispatch(MlNumbers(), x.dtype, [&]<class T>() -> Status {
    TRY_ASSIGN(const Imputation<T> values, read_imputation<T>(context.node()));
    TRY(check_width(values.by.size(), columns, ErrorCode::kInvalidArgument));
    TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
    const auto* from = static_cast<const T*>(x.data);
    auto* to = static_cast<T*>(y.data);
    const size_t step = values.by.size() == 1 ? 0 : 1;
    const int64_t rows = columns == 0 ? 0 : x.shape.element_count() / columns;
    const bool wants_nan = values.replaced != values.replaced;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t k = 0; k < columns; ++k) {
        const T value = from[row * columns + k];
        const bool is_missing = wants_nan ? value != value : value == values.replaced;
        to[row * columns + k] = is_missing ? values.by[static_cast<size_t>(k) * step] : value;
      }
    }
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "Imputer",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true},
     .infer = infer_imputer,
     .run = run_imputer},
};

}  // namespace

std::span<const OpDef> ops_imputer() { return kOps; }

}  // namespace tundish
