// MeanVarianceNormalization: x minus its mean over some axes, over the standard deviation.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/moments.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Added to the standard deviation by the function body of ONNX.
constexpr double kEpsilon = 1e-9;

// Bit per axis that the mean is over. By default all but the second of four.
Result<uint32_t> averaged_axes(const Node& node, size_t rank, ErrorCode code) {
  TRY_ASSIGN(const std::vector<int64_t> axes, node.attributes.get_ints("axes", {0, 2, 3}));
  uint32_t bits = 0;
  for (const int64_t axis : axes) {
    TRY_ASSIGN(const size_t at, checked_axis(axis, rank, code));
    bits |= uint32_t{1} << at;
  }
  return bits;
}

Status infer_mean_variance(InferContext& context) {
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY(averaged_axes(context.node(), dims->size(), ErrorCode::kInvalidModel));
  }
  return infer_same(context, AllFloats::kSet);
}

// Sums over the averaged axes into `sums`, one per group: of x, or of squares about `means`. On one
// thread, whose order is the same always.
template <class T>
void sum_groups(ExecContext& context, const BroadcastLoop<1>& loop, const T* x, const double* means,
                double* sums) {
  run_loop(context, loop, std::numeric_limits<int64_t>::max(),
           [&](int64_t at, const auto& group, const auto& strides, int64_t count) {
             const T* from = x + at;
             const int64_t to = group[0];
             if (strides[0] == 0) {
               sums[to] +=
                   means == nullptr ? sum_of(from, count) : squares_about(from, count, means[to]);
               return;
             }
             for (int64_t i = 0; i < count; ++i) {
               const auto value = static_cast<double>(from[i]);
               const double apart = means == nullptr ? 0 : value - means[to + i];
               sums[to + i] += means == nullptr ? value : apart * apart;
             }
           });
}

template <class T>
void normalise(ExecContext& context, const BroadcastLoop<1>& loop, const T* x, T* y,
               const double* means, const double* factors) {
  run_loop(context, loop, kCheapGrain,
           [&](int64_t at, const auto& group, const auto& strides, int64_t count) {
             const double* mean = means + group[0];
             const double* factor = factors + group[0];
             for (int64_t i = 0; i < count; ++i) {
               const int64_t k = i * strides[0];
               y[at + i] = static_cast<T>((static_cast<double>(x[at + i]) - mean[k]) * factor[k]);
             }
           });
}

Status run_mean_variance(ExecContext& context) {
  const TensorView& data = context.input(0);
  const Shape& shape = data.shape;
  TRY_ASSIGN(const uint32_t bits,
             averaged_axes(context.node(), shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, data.dtype, shape));
  if (shape.element_count() == 0) return ok();
  Shape groups = shape;
  for (size_t k = 0; k < shape.rank(); ++k) {
    if ((bits >> k & 1U) != 0) groups[k] = 1;
  }
  const int64_t count = groups.element_count();
  const auto each = static_cast<double>(shape.element_count() / count);
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array<int64_t, 2>{count, 2}, sizeof(double)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const means = static_cast<double*>(storage);
  double* const factors = means + count;
  const auto loop = BroadcastLoop<1>::make(shape, {&groups});
  return dispatch(Floats(), data.dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(data.data);
    std::fill_n(means, 2 * count, 0.0);
    sum_groups(context, loop, x, nullptr, means);
    for (int64_t i = 0; i < count; ++i) means[i] /= each;
    sum_groups(context, loop, x, means, factors);
    for (int64_t i = 0; i < count; ++i) {
      factors[i] = 1 / (std::sqrt(factors[i] / each) + kEpsilon);
    }
    normalise(context, loop, x, static_cast<T*>(out.data), means, factors);
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "MeanVarianceNormalization",
     .since = 9,
     .inputs = {1, 1},
     .traits = {.in_place = true},
     .infer = infer_mean_variance,
     .run = run_with_halves<run_mean_variance>},
};

}  // namespace

std::span<const OpDef> ops_mean_variance_normalization() { return kOps; }

}  // namespace tundish
