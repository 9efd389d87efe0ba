// Loops of element-wise operators: one template per number of inputs.
//
// A functor has `template <class T> static R apply(T...)`, T never a half (those are computed in
// float and rounded), and `kGrain`, the elements that a thread should get at least (about 50 us of
// work). One with parameters is an object and has `template <class T> R of(T) const` instead.
// Output element i is written after input elements i were read, so the output may be the storage of
// an input of the same type and size.
#ifndef TUNDISH_OPS_SUPPORT_ELEMENTWISE_H_
#define TUNDISH_OPS_SUPPORT_ELEMENTWISE_H_

#include "ops/support/broadcast.h"
#include "ops/support/halves.h"
#include "ops/support/types.h"

namespace tundish::ops {

/// About 50 us of one addition per element: 0.3 to 0.5 ns each.
inline constexpr int64_t kCheapGrain = 131072;
/// About 50 us of exp, log, pow: 5 to 20 ns each.
inline constexpr int64_t kCostlyGrain = 8192;

/// Element type `T` as it is stored: bool is read as a byte, since bytes from outside may hold more
/// than 0 and 1.
template <class T> using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

inline Status infer_same(InferContext& context, DTypeSet held) {
  TRY(expect_tensor(context, 0, held));
  context.set_output(0, context.input(0));
  return ok();
}
/// Output as input 0, whose type is one of the list.
template <class List> Status infer_unary(InferContext& context) {
  return infer_same(context, List::kSet);
}

/// Any number of inputs of one type out of `held`, broadcast; the output has type `out`, or theirs
/// when kUndefined.
Status infer_broadcast(InferContext& context, DTypeSet held, DType out);
template <class List> Status infer_arithmetic(InferContext& context) {
  return infer_broadcast(context, List::kSet, DType::kUndefined);
}

/// One element of the answer: halves are widened before and rounded after.
template <class R, class Functor, class... Ts> R apply_to(Ts... x) {
  if constexpr ((is_half<Ts> || ...) || is_half<R>) {
    return static_cast<R>(Functor::apply(static_cast<Computed<Ts>>(x)...));
  } else {
    return Functor::apply(x...);
  }
}

template <class Functor, class T, class R> void unary_span(const T* x, R* out, int64_t count) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) out[i] = apply_to<R, Functor>(x[i]);
}

/// A span of an operator with its types gone: what is the same for all types is compiled once.
struct UnarySpan {
  void (*apply)(const void* functor, const char* x, char* out, int64_t count);
  size_t x_bytes, out_bytes;  ///< of an element
  int64_t grain;
  const void* functor = nullptr;
};
/// Input 0 element by element into output 0 of its shape. Halves go through a span of floats: an
/// input of halves where x_bytes is float's, an output of halves where it was given one.
Status run_unary_span(ExecContext& context, DType out_dtype, const UnarySpan& span);

template <class Functor, class T, class R> constexpr UnarySpan unary_span_of() {
  return {[](const void*, const char* x, char* out, int64_t count) {
            unary_span<Functor>(reinterpret_cast<const T*>(x), reinterpret_cast<R*>(out), count);
          },
          sizeof(T), sizeof(R), Functor::kGrain};
}
/// Of a functor with parameters, which is still to be set.
template <class Functor, class T, class R> constexpr UnarySpan parametric_span_of() {
  return {[](const void* object, const char* x, char* out, int64_t count) {
            const Functor functor = *static_cast<const Functor*>(object);
            const T* from = reinterpret_cast<const T*>(x);
            R* to = reinterpret_cast<R*>(out);
#pragma GCC ivdep
            for (int64_t i = 0; i < count; ++i) to[i] = functor.of(from[i]);
          },
          sizeof(T), sizeof(R), Functor::kGrain};
}
template <class T, class R, class Functor> UnarySpan unary_span_of(const Functor& functor) {
  UnarySpan span = parametric_span_of<Functor, T, R>();
  span.functor = &functor;
  return span;
}

/// The spans of an operator T -> T, by type of the input.
struct TypedUnarySpan {
  DType dtype;
  UnarySpan span;
};
template <class Functor, class List> struct UnarySpans;
template <class Functor, class... Ts> struct UnarySpans<Functor, Types<Ts...>> {
  static constexpr TypedUnarySpan kSpans[] = {{dtype_of<Ts>, unary_span_of<Functor, Ts, Ts>()}...};
};
template <class Functor, class List> struct ParametricSpans;
template <class Functor, class... Ts> struct ParametricSpans<Functor, Types<Ts...>> {
  static constexpr TypedUnarySpan kSpans[] = {
      {dtype_of<Ts>, parametric_span_of<Functor, Ts, Ts>()}...};
};
/// Runs the span for the type that input 0 is computed in.
Status run_unary_spans(ExecContext& context, std::span<const TypedUnarySpan> spans,
                       const void* functor = nullptr);

template <class Functor, class List> Status run_unary(ExecContext& context) {
  return run_unary_spans(context, UnarySpans<Functor, typename WithoutHalves<List>::List>::kSpans);
}
template <class List, class Functor>
Status run_parametric(ExecContext& context, const Functor& functor) {
  using Computing = typename WithoutHalves<List>::List;
  return run_unary_spans(context, ParametricSpans<Functor, Computing>::kSpans, &functor);
}

template <class Functor, class A, class B, class R>
void binary_span(const A* a, int64_t a_stride, const B* b, int64_t b_stride, R* out,
                 int64_t count) {
  if (a_stride != 0 && b_stride != 0) {
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) out[i] = apply_to<R, Functor>(a[i], b[i]);
  } else if (a_stride != 0) {
    const B y = *b;
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) out[i] = apply_to<R, Functor>(a[i], y);
  } else if (b_stride != 0) {
    const A x = *a;
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) out[i] = apply_to<R, Functor>(x, b[i]);
  } else if (count > 0) {
    const R value = apply_to<R, Functor>(*a, *b);
    for (int64_t i = 0; i < count; ++i) out[i] = value;
  }
}

/// Where `N` tensors meet without looking at axes: all of one shape, but for single elements that
/// are repeated. Most calls are such, and many of them are of one row: this costs a few
/// nanoseconds.
template <size_t N> struct FlatMeeting {
  const Shape* shape = nullptr;  ///< of the result; null: they meet otherwise
  int64_t count = 0;
  std::array<int64_t, N> strides;  ///< 1, or 0 for a repeated element

  explicit FlatMeeting(const std::array<const Shape*, N>& inputs) {
    const Shape* widest = inputs[0];
    for (const Shape* input : inputs) {
      if (input->rank() > widest->rank() ||
          (input->rank() == widest->rank() && widest->element_count() == 1)) {
        widest = input;
      }
    }
    for (size_t i = 0; i < N; ++i) {
      const bool alike = inputs[i] == widest || same_shape(*inputs[i], *widest);
      if (!alike && inputs[i]->element_count() != 1) return;
      strides[i] = alike ? 1 : 0;
    }
    shape = widest;
    count = widest->element_count();
  }
};

/// As UnarySpan; strides are those of binary_span().
struct BinarySpan {
  void (*apply)(const char* a, int64_t a_stride, const char* b, int64_t b_stride, char* out,
                int64_t count);
  size_t a_bytes, b_bytes, out_bytes;  ///< of an element
  int64_t grain;
};
/// Inputs 0 and 1, broadcast, into output 0; halves as in run_unary_span().
Status run_binary_span(ExecContext& context, DType out_dtype, const BinarySpan& span);
/// The same for any two tensors.
Status run_binary_span(ExecContext& context, const TensorView& a, const TensorView& b,
                       DType out_dtype, const BinarySpan& span);
/// The same where the output of their common shape is there.
void run_binary_into(ExecContext& context, const TensorView& a, const TensorView& b,
                     const MutableTensorView& out, const BinarySpan& span);

template <class Functor, class A, class B, class R>
inline constexpr BinarySpan kBinarySpan = {
    [](const char* a, int64_t a_stride, const char* b, int64_t b_stride, char* out, int64_t count) {
      binary_span<Functor>(reinterpret_cast<const A*>(a), a_stride, reinterpret_cast<const B*>(b),
                           b_stride, reinterpret_cast<R*>(out), count);
    },
    sizeof(A), sizeof(B), sizeof(R), Functor::kGrain};

template <class Functor, class A, class B, class R>
Status run_binary_typed(ExecContext& context, DType out_dtype) {
  return run_binary_span(context, out_dtype, kBinarySpan<Functor, A, B, R>);
}

/// The spans of an operator T x T -> T, or to another type, by type of the inputs.
struct TypedBinarySpan {
  DType dtype;
  BinarySpan span;
};
template <class Functor, class List> struct BinarySpans;
template <class Functor, class... Ts> struct BinarySpans<Functor, Types<Ts...>> {
  static constexpr TypedBinarySpan kSame[] = {{dtype_of<Ts>, kBinarySpan<Functor, Ts, Ts, Ts>}...};
  static constexpr TypedBinarySpan kTruth[] = {
      {dtype_of<Ts>, kBinarySpan<Functor, Stored<Ts>, Stored<Ts>, bool>}...};
};
/// The span for the type that `dtype` is computed in; kInternal when there is none.
Result<const BinarySpan*> span_for(DType dtype, std::span<const TypedBinarySpan> spans);
/// Runs the span for the type that input 0 is computed in.
Status run_binary_spans(ExecContext& context, DType out_dtype,
                        std::span<const TypedBinarySpan> spans);

/// T x T -> T.
template <class Functor, class List> Status run_arithmetic(ExecContext& context) {
  using Spans = BinarySpans<Functor, typename WithoutHalves<List>::List>;
  return run_binary_spans(context, context.input(0).dtype, Spans::kSame);
}

/// T x T -> bool.
template <class Functor, class List> Status run_comparison(ExecContext& context) {
  using Spans = BinarySpans<Functor, typename WithoutHalves<List>::List>;
  return run_binary_spans(context, DType::kBool, Spans::kTruth);
}

/// kInvalidArgument when one of these integers is 0; floating point may be.
Status check_divisor(const TensorView& divisor);

/// Whether input i is a constant tensor of floating point all of whose elements satisfy `test`.
template <class Test> bool all_constant(const InferContext& context, size_t i, Test test) {
  const Tensor* constant = context.constant(i);
  if (constant == nullptr) return false;
  bool holds = false;
  const Status is_floating = dispatch(AllFloats(), constant->dtype(), [&]<class T>() {
    const std::span<const T> values = constant->values<T>();
    holds = std::ranges::all_of(values, [&](T v) { return test(static_cast<double>(v)); });
    return ok();
  });
  return is_floating.has_value() && holds;
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_ELEMENTWISE_H_
