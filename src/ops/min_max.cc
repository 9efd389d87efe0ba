// Min, Max (any number of inputs) and Clip. NaN anywhere gives NaN, as numpy's minimum and maximum.
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/vector_span.h"

namespace tundish {
namespace {
using namespace ops;

struct MinOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) { return a <= b || a != a ? a : b; }
};
struct MaxOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) { return a >= b || a != a ? a : b; }
};

using kernels::PairFunction;
using kernels::VectorKernels;

Status run_fold(ExecContext& context, std::span<const TypedBinarySpan> spans,
                PairFunction function) {
  const TensorView& first = context.input(0);
  const size_t count = context.input_count();
  Shape shape = first.shape;
  for (size_t i = 1; i < count; ++i) {
    TRY_ASSIGN(shape, broadcast_shapes(shape, context.input(i).shape));
  }
  TRY_ASSIGN(const BinarySpan* const span, span_for(first.dtype, spans));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, first.dtype, shape));
  const auto fold = [&](const TensorView& a, const TensorView& b) {
    if (y.dtype == DType::kFloat32) return run_pairs_into(context, a, b, y, function);
    run_binary_into(context, a, b, y, *span);
  };
  // min(x, x) is x: a single input goes the same way.
  fold(first, count > 1 ? context.input(1) : first);
  for (size_t i = 2; i < count; ++i) fold(y, context.input(i));
  return ok();
}
template <class Functor, PairFunction VectorKernels::*kFunction>
Status run_extremum(ExecContext& context) {
  return run_fold(context, BinarySpans<Functor, Numbers>::kSame,
                  context.kernels().vector->*kFunction);
}

Status infer_clip(InferContext& context) {
  TRY(expect_tensor(context, 0, AllNumbers::kSet));
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (!context.has_input(i)) continue;
    TRY(expect_tensor(context, i, AllNumbers::kSet));
    TRY(expect_same_dtype(context, 0, i));
    const std::optional<Shape> shape = concrete(context.input(i).shape);
    if (shape && shape->element_count() != 1) {
      return InvalidModel(cat("input ", i, ": expected one element, got ", shape->to_string()));
    }
  }
  context.set_output(0, context.input(0));
  return ok();
}

// The bounds are of the type of the data, least and most.
struct ClipOf {
  static constexpr int64_t kGrain = kCheapGrain;
  std::array<uint64_t, 2> bits{};

  template <class T> T bound(size_t i) const {
    T value;
    std::memcpy(&value, &bits[i], sizeof(T));
    return value;
  }
  void set_bound(size_t i, const void* value, size_t bytes) { std::memcpy(&bits[i], value, bytes); }
  template <class T> T of(T x) const {
    return MinOf::apply(MaxOf::apply(x, bound<T>(0)), bound<T>(1));
  }
};

Result<ClipOf> unbounded(DType dtype) {
  ClipOf clip;
  TRY(dispatch_computed(AllNumbers(), dtype, [&]<class T>() {
    using Limits = std::numeric_limits<T>;
    const T least = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    const T most = Limits::has_infinity ? Limits::infinity() : Limits::max();
    clip.set_bound(0, &least, sizeof(T));
    clip.set_bound(1, &most, sizeof(T));
    return ok();
  }));
  return clip;
}

Status read_bound(const ExecContext& context, size_t i, ClipOf& clip) {
  if (i >= context.input_count() || !context.has_input(i)) return ok();
  const TensorView& view = context.input(i);
  if (view.shape.element_count() != 1) {
    return InvalidArgument(
        cat("input ", i, ": expected one element, got ", view.shape.to_string()));
  }
  if (is_half_type(view.dtype)) {
    float wide;
    widen(view.dtype, view.data, &wide, 1);
    clip.set_bound(i - 1, &wide, sizeof(wide));
  } else {
    clip.set_bound(i - 1, view.data, dtype_bytes(view.dtype));
  }
  return ok();
}

// Both bounds while a block is in the first cache.
Status run_float_clip(ExecContext& context, const ClipOf& clip) {
  struct Bounds {
    const VectorKernels* vector;
    float low, high;
  } const bounds{context.kernels().vector, clip.bound<float>(0), clip.bound<float>(1)};
  UnarySpan span;
  span.apply = [](const void* object, const char* x, char* out, int64_t count) {
    constexpr size_t kBlock = 2048;
    const Bounds& b = *static_cast<const Bounds*>(object);
    const float* from = reinterpret_cast<const float*>(x);
    float* const to = reinterpret_cast<float*>(out);
    for (size_t at = 0; at < static_cast<size_t>(count); at += kBlock) {
      const size_t part = std::min(size_t{kBlock}, static_cast<size_t>(count) - at);
      b.vector->max(from + at, 1, &b.low, 0, part, to + at);
      b.vector->min(to + at, 1, &b.high, 0, part, to + at);
    }
  };
  span.x_bytes = span.out_bytes = sizeof(float);
  span.grain = kCheapGrain;
  span.functor = &bounds;
  return run_unary_span(context, DType::kFloat32, span);
}

Status run_clip(ExecContext& context) {
  TRY_ASSIGN(ClipOf clip, unbounded(context.input(0).dtype));
  TRY(read_bound(context, 1, clip));
  TRY(read_bound(context, 2, clip));
  if (context.input(0).dtype == DType::kFloat32) return run_float_clip(context, clip);
  return run_parametric<AllNumbers>(context, clip);
}

bool is_number(const InferContext& context, size_t i) {
  if (is_integer(context.input(i).dtype)) return true;
  return all_constant(context, i, [](double c) { return !std::isnan(c); });
}

// Where another operand may be NaN the answer is NaN: no direction.
Monotone monotone_fold(const InferContext& context, size_t index) {
  for (size_t i = 0; i < context.input_count(); ++i) {
    if (i != index && !is_number(context, i)) return Monotone::kNo;
  }
  return Monotone::kIncreasing;
}

Monotone monotone_clip(const InferContext& context, size_t index) {
  if (index != 0) return Monotone::kNo;
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (context.has_input(i) && !is_number(context, i)) return Monotone::kNo;
  }
  return Monotone::kIncreasing;
}

template <class Functor, PairFunction VectorKernels::*kFunction>
constexpr OpDef fold(std::string_view name) {
  // Not in place: a broadcast result is written while later inputs are still to come.
  return {.name = name,
          .since = 8,
          .inputs = {1, kAnyCount},
          .traits = {.elementwise = true, .propagates_nan = true, .monotone = monotone_fold},
          .infer = infer_arithmetic<AllNumbers>,
          .run = run_extremum<Functor, kFunction>};
}

// Min, Max: version 8 broadcasts. Clip: bounds are inputs since 11.
constexpr OpDef kOps[] = {
    fold<MinOf, &VectorKernels::min>("Min"),
    fold<MaxOf, &VectorKernels::max>("Max"),
    {.name = "Clip",
     .since = 11,
     .inputs = {1, 3},
     .traits =
         {.elementwise = true, .in_place = true, .propagates_nan = true, .monotone = monotone_clip},
     .infer = infer_clip,
     .run = run_clip},
};

}  // namespace

std::span<const OpDef> ops_min_max() { return kOps; }

}  // namespace tundish
