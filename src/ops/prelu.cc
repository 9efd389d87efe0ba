// PRelu: negative elements times a slope, which is broadcast to the data and never the data to it.
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

using PReluTypes = Types<float, double, int64_t, int32_t, uint64_t, uint32_t, Float16, Bfloat16>;

struct PReluOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T x, T slope) {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < 0 ? static_cast<T>(static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(slope))
                   : x;
    } else {
      return x < 0 ? x * slope : x;
    }
  }
};

Status infer_prelu(InferContext& context) {
  for (const size_t i : {0U, 1U}) TRY(expect_tensor(context, i, PReluTypes::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  TRY_ASSIGN(const SymbolicShape met, broadcast_inputs(context));
  const SymbolicShape& x = context.input(0).shape;
  if (met && x) {
    bool grows = met->size() > x->size();
    for (size_t axis = 0; !grows && axis < x->size(); ++axis) {
      const Dim& before = (*x)[axis];
      const Dim& after = (*met)[axis];
      grows = before.is_known() && after.is_known() && before.size() != after.size();
    }
    if (grows) {
      return InvalidModel(cat("slope of ", context.input(1).to_string(), " cannot be broadcast to ",
                              context.input(0).to_string()));
    }
  }
  context.set_output(0, context.input(0));
  return ok();
}

Status run_prelu(ExecContext& context) {
  const TensorView& x = context.input(0);
  const TensorView& slope = context.input(1);
  TRY_ASSIGN(const Shape shape, broadcast_shapes(x.shape, slope.shape));
  if (!same_shape(shape, x.shape)) {
    return InvalidArgument(cat("input 1: slope of shape ", slope.shape.to_string(),
                               " cannot be broadcast to ", x.shape.to_string()));
  }
  return run_arithmetic<PReluOf, PReluTypes>(context);
}

// x times a positive slope, or x: increasing.
Monotone monotone_prelu(const InferContext& context, size_t index) {
  const bool rises = index == 0 && all_constant(context, 1, [](double slope) {
                       return slope > 0 && std::isfinite(slope);
                     });
  return rises ? Monotone::kIncreasing : Monotone::kNo;
}

// Version 7 (broadcasting). A NaN slope is not seen where x is positive.
constexpr OpDef kOps[] = {
    {.name = "PRelu",
     .since = 7,
     .inputs = {2, 2},
     .traits = {.elementwise = true, .in_place = true, .monotone = monotone_prelu},
     .infer = infer_prelu,
     .run = run_prelu},
};

}  // namespace

std::span<const OpDef> ops_prelu() { return kOps; }

}  // namespace tundish
