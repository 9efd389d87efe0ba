// Min, Max (any number of inputs) and Clip. NaN anywhere gives NaN, as numpy's minimum and maximum.
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"

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

// Combines one more input into the output, which has the final shape. `first`: input 0 and 1.
template <class Functor, class T>
void fold_in(ExecContext& context, const Shape& shape, const TensorView& a, const TensorView& b,
             T* to) {
  const auto loop = BroadcastLoop<2>::make(shape, {&a.shape, &b.shape});
  const T* from_a = static_cast<const T*>(a.data);
  const T* from_b = static_cast<const T*>(b.data);
  run_loop(context, loop, kCheapGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             binary_span<Functor>(from_a + offsets[0], strides[0], from_b + offsets[1], strides[1],
                                  to + at, count);
           });
}

template <class Functor> Status run_fold(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  Shape shape = context.input(0).shape;
  const TensorView one = context.input(0);
  for (size_t i = 1; i < context.input_count(); ++i) {
    TRY_ASSIGN(shape, broadcast_shapes(shape, context.input(i).shape));
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  return dispatch(Numbers(), dtype, [&]<class T>() {
    T* to = static_cast<T*>(y.data);
    // min(x, x) is x: a single input goes the same way.
    fold_in<Functor, T>(context, shape, one, context.input_count() > 1 ? context.input(1) : one,
                        to);
    for (size_t i = 2; i < context.input_count(); ++i) {
      fold_in<Functor, T>(context, shape, y, context.input(i), to);
    }
    return ok();
  });
}

Status infer_clip(InferContext& context) {
  TRY(expect_tensor(context, 0, Numbers::kSet));
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (!context.has_input(i)) continue;
    TRY(expect_tensor(context, i, Numbers::kSet));
    TRY(expect_same_dtype(context, 0, i));
    const std::optional<Shape> shape = concrete(context.input(i).shape);
    if (shape && shape->element_count() != 1) {
      return InvalidModel(cat("input ", i, ": expected one element, got ", shape->to_string()));
    }
  }
  context.set_output(0, context.input(0));
  return ok();
}

template <class T> Result<const T*> bound(const ExecContext& context, size_t i) {
  if (i >= context.input_count() || !context.has_input(i)) return static_cast<const T*>(nullptr);
  const TensorView& view = context.input(i);
  if (view.shape.element_count() != 1) {
    return InvalidArgument(
        cat("input ", i, ": expected one element, got ", view.shape.to_string()));
  }
  return static_cast<const T*>(view.data);
}

Status run_clip(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  return dispatch(Numbers(), x.dtype, [&]<class T>() -> Status {
    TRY_ASSIGN(const T* least, bound<T>(context, 1));
    TRY_ASSIGN(const T* most, bound<T>(context, 2));
    const T* from = static_cast<const T*>(x.data);
    T* to = static_cast<T*>(y.data);
    run_loop(context, BroadcastLoop<1>::flat(x.shape.element_count()), kCheapGrain,
             [&](int64_t at, const auto&, const auto&, int64_t count) {
               const T* source = from + at;
               if (least != nullptr) {
                 binary_span<MaxOf>(source, 1, least, 0, to + at, count);
                 source = to + at;
               }
               if (most != nullptr) {
                 binary_span<MinOf>(source, 1, most, 0, to + at, count);
               } else if (source != to + at) {
                 std::memmove(to + at, source, static_cast<size_t>(count) * sizeof(T));
               }
             });
    return ok();
  });
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

template <class Functor> constexpr OpDef fold(std::string_view name) {
  // Not in place: a broadcast result is written while later inputs are still to come.
  return {.name = name,
          .since = 8,
          .inputs = {1, kAnyCount},
          .traits = {.elementwise = true, .propagates_nan = true, .monotone = monotone_fold},
          .infer = infer_arithmetic<Numbers>,
          .run = run_fold<Functor>};
}

// Min, Max: version 8 broadcasts. Clip: bounds are inputs since 11.
constexpr OpDef kOps[] = {
    fold<MinOf>("Min"),
    fold<MaxOf>("Max"),
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
