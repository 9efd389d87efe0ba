// SkipLayerNormalization and SkipSimplifiedLayerNormalization of com.microsoft:
//   v = input + skip + bias,  output = (v - mean) / sqrt(variance + epsilon) * gamma + beta
// and, simplified, output = v / sqrt(mean of v^2 + epsilon) * gamma; rows are the last axis.
//
// Inputs: input, skip, gamma, beta? (not in the simplified form), bias?. Outputs: output, mean?,
// inverse deviation?, v?. `skip` may lack leading axes of input, or have 1 there.
#include <cmath>

#include "base/strings.h"
#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/broadcast.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::NormKind;

enum Input : size_t { kData, kSkip, kGamma };
enum Output : size_t { kResult, kMean, kInverse, kSum };

// Where the inputs lie that one of the forms lacks.
struct Form {
  NormKind kind;
  size_t beta;  // SIZE_MAX: none
  size_t bias;
};
constexpr Form kLayerForm{NormKind::kLayer, 3, 4};
constexpr Form kSimplifiedForm{NormKind::kRms, SIZE_MAX, 3};

bool is_given(const auto& context, size_t i) {
  return i < context.input_count() && context.has_input(i);
}

template <const Form& kForm> Status infer_skip(InferContext& context) {
  TRY(context.node().attributes.get_float("epsilon", 0));
  for (size_t i = kData; i < context.input_count(); ++i) {
    if (i > kGamma && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, AllFloats::kSet));
    TRY(expect_same_dtype(context, kData, i));
  }
  const std::vector<Dim>* x = known_dims(context, kData);
  if (x != nullptr && x->empty()) return InvalidModel("input 0 is a scalar");
  for (const size_t i : {size_t{kGamma}, kForm.beta, kForm.bias}) {
    if (!is_given(context, i)) continue;
    const std::vector<Dim>* own = known_dims(context, i);
    if (x == nullptr || own == nullptr) continue;
    const Dim& wanted = x->back();
    const bool fits = own->size() == 1 &&
                      (!own->front().is_known() || !wanted.is_known() || own->front() == wanted);
    if (!fits) {
      return InvalidModel(cat("input ", i, " of shape ", to_string(*own), " for rows of ",
                              wanted.to_string(), " elements"));
    }
  }
  SymbolicShape statistics;
  if (x != nullptr) {
    TRY(broadcast_shapes(context.input(kData).shape, context.input(kSkip).shape));
    statistics = *x;
    statistics->back() = Dim(1);
  }
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    const bool is_statistic = i == kMean || i == kInverse;
    context.set_output(
        i, is_statistic ? ValueType::tensor(DType::kFloat32, statistics) : context.input(kData));
  }
  return ok();
}

// Element 0 of `skip` for each row of the input.
struct SkipRows {
  int64_t rows = 1;  // of skip; they repeat
  int64_t of(int64_t row) const { return row % rows; }
};

Result<SkipRows> skip_rows(const Shape& x, const Shape& skip) {
  SkipRows found;
  bool fits =
      skip.rank() >= 1 && skip.rank() <= x.rank() && skip[skip.rank() - 1] == x[x.rank() - 1];
  bool repeats = false;  // an axis was 1: all before it must be too
  for (size_t back = 2; fits && back <= skip.rank(); ++back) {
    const int64_t own = skip[skip.rank() - back];
    const int64_t wanted = x[x.rank() - back];
    fits = own == 1 || (own == wanted && !repeats);
    repeats = repeats || own != wanted;
    found.rows *= own;
  }
  if (fits) return found;
  return InvalidArgument(
      cat("skip of shape ", skip.to_string(), " for an input of shape ", x.to_string()));
}

template <class T> struct Rows {
  int64_t count = 0;
  int64_t size = 0;
  SkipRows skip_rows;
  const T* x = nullptr;
  const T* skip = nullptr;
  const T* gamma = nullptr;
  const T* beta = nullptr;
  const T* bias = nullptr;
  float epsilon = 0;
  NormKind kind = NormKind::kLayer;
  T* y = nullptr;
  float* mean = nullptr;
  float* inverse = nullptr;
  T* sum = nullptr;
};

void normalize(const ExecContext& context, const Rows<float>& rows, int64_t at) {
  kernels::NormRow row;
  row.x = rows.x + at * rows.size;
  row.residual = rows.skip + rows.skip_rows.of(at) * rows.size;
  row.bias = rows.bias;
  row.gamma = rows.gamma;
  row.beta = rows.beta;
  row.epsilon = rows.epsilon;
  row.kind = rows.kind;
  row.y = rows.y + at * rows.size;
  if (rows.sum != nullptr) row.v = rows.sum + at * rows.size;
  if (rows.mean != nullptr) row.mean = rows.mean + at;
  if (rows.inverse != nullptr) row.inverse_deviation = rows.inverse + at;
  context.kernels().vector->normalize(row, static_cast<size_t>(rows.size));
}

void normalize(const ExecContext&, const Rows<double>& rows, int64_t at) {
  const double* x = rows.x + at * rows.size;
  const double* skip = rows.skip + rows.skip_rows.of(at) * rows.size;
  double* y = rows.y + at * rows.size;
  const auto size = static_cast<double>(rows.size);
  double mean = 0;
  for (int64_t i = 0; i < rows.size; ++i) {
    y[i] = x[i] + skip[i] + (rows.bias != nullptr ? rows.bias[i] : 0);
    mean += y[i] / size;
  }
  if (rows.sum != nullptr) std::copy_n(y, rows.size, rows.sum + at * rows.size);
  if (rows.kind == NormKind::kRms) mean = 0;
  double square = 0;
  for (int64_t i = 0; i < rows.size; ++i) square += (y[i] - mean) * (y[i] - mean) / size;
  const double inverse = 1 / std::sqrt(square + static_cast<double>(rows.epsilon));
  for (int64_t i = 0; i < rows.size; ++i) {
    y[i] = (y[i] - mean) * inverse * rows.gamma[i] + (rows.beta != nullptr ? rows.beta[i] : 0);
  }
  if (rows.mean != nullptr) rows.mean[at] = static_cast<float>(mean);
  if (rows.inverse != nullptr) rows.inverse[at] = static_cast<float>(inverse);
}

template <class T>
Result<const T*> row_operand(const ExecContext& context, size_t i, int64_t size) {
  if (!is_given(context, i)) return nullptr;
  const TensorView& view = context.input(i);
  if (view.shape == Shape{size}) return static_cast<const T*>(view.data);
  return InvalidArgument(
      cat("input ", i, " of shape ", view.shape.to_string(), " for rows of ", size, " elements"));
}

template <class T> Status set_outputs(ExecContext& context, const Shape& shape, Rows<T>& rows) {
  Shape statistics = shape;
  statistics[statistics.rank() - 1] = 1;
  for (size_t i = 0; i < context.output_count(); ++i) {
    if (i != kResult && !context.output_wanted(i)) continue;
    const bool is_statistic = i == kMean || i == kInverse;
    TRY_ASSIGN(const MutableTensorView out,
               context.output(i, is_statistic ? DType::kFloat32 : dtype_of<T>,
                              is_statistic ? statistics : shape));
    switch (i) {
      case kResult: rows.y = static_cast<T*>(out.data); break;
      case kMean: rows.mean = static_cast<float*>(out.data); break;
      case kInverse: rows.inverse = static_cast<float*>(out.data); break;
      default: rows.sum = static_cast<T*>(out.data); break;
    }
  }
  return ok();
}

template <class T, const Form& kForm> Status run_typed(ExecContext& context) {
  const TensorView& x = context.input(kData);
  if (x.shape.rank() == 0) return InvalidArgument("input 0 is a scalar");
  Rows<T> rows;
  rows.size = x.shape[x.shape.rank() - 1];
  rows.kind = kForm.kind;
  rows.x = static_cast<const T*>(x.data);
  rows.skip = static_cast<const T*>(context.input(kSkip).data);
  TRY_ASSIGN(rows.skip_rows, skip_rows(x.shape, context.input(kSkip).shape));
  TRY_ASSIGN(rows.gamma, row_operand<T>(context, kGamma, rows.size));
  TRY_ASSIGN(rows.beta, row_operand<T>(context, kForm.beta, rows.size));
  TRY_ASSIGN(rows.bias, row_operand<T>(context, kForm.bias, rows.size));
  // The default of ONNX Runtime's definition.
  TRY_ASSIGN(rows.epsilon, context.node().attributes.get_float("epsilon", 1e-12F));
  TRY(set_outputs(context, x.shape, rows));
  if (rows.size == 0) return ok();
  rows.count = x.shape.element_count() / rows.size;
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) normalize(context, rows, row);
  };
  const int64_t grain = kCheapGrain / 2 / rows.size + 1;
  if (rows.count <= grain || context.thread_count() == 1) {
    part(0, rows.count);
  } else {
    context.parallel_for(rows.count, grain, part);
  }
  return ok();
}

template <const Form& kForm> Status run_skip(ExecContext& context) {
  return context.input(kData).dtype == DType::kFloat64 ? run_typed<double, kForm>(context)
                                                       : run_typed<float, kForm>(context);
}

// Statistics leave as float32.
DType output_type(const ExecContext& outer, size_t i) {
  return i == kMean || i == kInverse ? DType::kFloat32 : outer.input(kData).dtype;
}

template <const Form& kForm> constexpr OpDef skip(std::string_view name, uint16_t most) {
  return {.name = name,
          .domain = kDomainMicrosoft,
          .since = 1,
          .inputs = {3, most},
          .outputs = {1, 4},
          .infer = infer_skip<kForm>,
          .run = run_with_halves<run_skip<kForm>, output_type>};
}

constexpr OpDef kOps[] = {
    skip<kLayerForm>("SkipLayerNormalization", 5),
    skip<kSimplifiedForm>("SkipSimplifiedLayerNormalization", 4),
};

}  // namespace

std::span<const OpDef> ops_microsoft_skip_layer_normalization() { return kOps; }

}  // namespace tundish
