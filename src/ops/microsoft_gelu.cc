// BiasGelu, FastGelu, QuickGelu and Gelu of com.microsoft:
//   BiasGelu(A, B) = gelu(A + B), Gelu(X) = gelu(X) = x (1 + erf(x / sqrt 2)) / 2
//   FastGelu(X, bias?) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 of x = X + bias
//   QuickGelu(X) = x / (1 + exp(-alpha x))
// B and bias are [columns], added to the last axis.
#include <cmath>

#include "base/strings.h"
#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::VectorFunction;
using kernels::VectorKernels;

enum class Curve : uint8_t { kErf, kTanh };

Status infer_gelu(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  context.set_output(0, context.input(0));
  if (!context.has_input(1)) return ok();
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  const std::vector<Dim>* x = known_dims(context, 0);
  const std::vector<Dim>* bias = known_dims(context, 1);
  if (x == nullptr || bias == nullptr) return ok();
  const bool fits =
      bias->size() == 1 && !x->empty() &&
      (!bias->front().is_known() || !x->back().is_known() || bias->front() == x->back());
  if (fits) return ok();
  return InvalidModel(
      cat("bias of shape ", to_string(*bias), " for an input of shape ", to_string(*x)));
}

Result<const void*> read_bias(const ExecContext& context) {
  if (context.input_count() < 2 || !context.has_input(1)) return nullptr;
  const Shape& x = context.input(0).shape;
  const TensorView& bias = context.input(1);
  if (x.rank() > 0 && bias.shape == Shape{x[x.rank() - 1]}) return bias.data;
  return InvalidArgument(
      cat("bias of shape ", bias.shape.to_string(), " for an input of shape ", x.to_string()));
}

// Calls row(begin, end) over rows of `columns` elements on the threads of the context.
template <class Row> void over_rows(ExecContext& context, int64_t rows, int64_t columns, Row row) {
  const int64_t grain = 8 * kCostlyGrain / columns + 1;
  if (rows <= grain || context.thread_count() == 1) return row(0, rows);
  context.parallel_for(rows, grain, row);
}

double curve_of(Curve curve, double x) {
  if (curve == Curve::kErf) return 0.5 * x * std::erfc(x * -0.70710678118654752440);
  // sqrt(2 / pi)
  return x / (1 + std::exp(-2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x)));
}

template <Curve kCurve> Status run_gelu(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const void* const bias, read_bias(context));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  const int64_t count = x.shape.element_count();
  if (count == 0) return ok();
  // Without a bias the rows do not matter: pieces of a good size.
  const int64_t columns =
      bias != nullptr ? x.shape[x.shape.rank() - 1] : std::min<int64_t>(count, 1024);
  const int64_t rows = (count + columns - 1) / columns;
  const VectorKernels& vector = *context.kernels().vector;
  const VectorFunction curve = kCurve == Curve::kErf ? vector.gelu_erf : vector.gelu_tanh;
  over_rows(context, rows, columns, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * columns; at < std::min(count, end * columns); at += columns) {
      const auto part = static_cast<size_t>(std::min(columns, count - at));
      if (x.dtype == DType::kFloat64) {
        const double* from = static_cast<const double*>(x.data) + at;
        const auto* more = static_cast<const double*>(bias);
        double* const to = static_cast<double*>(y.data) + at;
        for (size_t i = 0; i < part; ++i) {
          to[i] = curve_of(kCurve, from[i] + (more != nullptr ? more[i] : 0));
        }
        continue;
      }
      const float* from = static_cast<const float*>(x.data) + at;
      float* const to = static_cast<float*>(y.data) + at;
      if (bias != nullptr) {
        vector.add(from, 1, static_cast<const float*>(bias), 1, part, to);
        from = to;
      }
      curve(from, part, to);
    }
  });
  return ok();
}

Status infer_quick(InferContext& context) {
  TRY(context.node().attributes.get_float("alpha", 1.702F));
  return infer_unary<AllFloats>(context);
}

Status run_quick(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const float alpha, context.node().attributes.get_float("alpha", 1.702F));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  constexpr int64_t kPiece = 1024;
  const int64_t count = x.shape.element_count();
  const VectorKernels& vector = *context.kernels().vector;
  over_rows(context, (count + kPiece - 1) / kPiece, kPiece, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * kPiece; at < std::min(count, end * kPiece); at += kPiece) {
      const auto part = static_cast<size_t>(std::min(kPiece, count - at));
      if (x.dtype == DType::kFloat64) {
        const double* from = static_cast<const double*>(x.data) + at;
        double* const to = static_cast<double*>(y.data) + at;
        for (size_t i = 0; i < part; ++i) {
          to[i] = from[i] / (1 + std::exp(static_cast<double>(-alpha) * from[i]));
        }
        continue;
      }
      const float* from = static_cast<const float*>(x.data) + at;
      float* const to = static_cast<float*>(y.data) + at;
      vector.mul(from, 1, &alpha, 0, part, to);
      vector.sigmoid(to, part, to);
      vector.mul(to, 1, from, 1, part, to);
    }
  });
  return ok();
}

constexpr OpDef row(std::string_view name, Arity inputs, Status (*infer)(InferContext&),
                    Status (*run)(ExecContext&)) {
  return {.name = name,
          .domain = kDomainMicrosoft,
          .since = 1,
          .inputs = inputs,
          .traits = {.elementwise = true, .propagates_nan = true},
          .infer = infer,
          .run = run};
}

constexpr OpDef kOps[] = {
    row("BiasGelu", {2, 2}, infer_gelu, run_with_halves<run_gelu<Curve::kErf>>),
    row("FastGelu", {1, 2}, infer_gelu, run_with_halves<run_gelu<Curve::kTanh>>),
    row("Gelu", {1, 1}, infer_gelu, run_with_halves<run_gelu<Curve::kErf>>),
    row("QuickGelu", {1, 1}, infer_quick, run_with_halves<run_quick>),
};

}  // namespace

std::span<const OpDef> ops_microsoft_gelu() { return kOps; }

}  // namespace tundish
