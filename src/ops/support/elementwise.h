// Loops of element-wise operators: one template per number of inputs.
//
// A functor has `template <class T> static R apply(T...)` and `kGrain`, the elements that a thread
// should get at least (about 50 us of work). Output element i is written after input elements i
// were read, so the output may be the storage of an input of the same type and size.
#ifndef TUNDISH_OPS_SUPPORT_ELEMENTWISE_H_
#define TUNDISH_OPS_SUPPORT_ELEMENTWISE_H_

#include "ops/support/broadcast.h"
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

template <class Functor, class T, class R> void unary_span(const T* x, R* out, int64_t count) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) out[i] = Functor::apply(x[i]);
}

template <class Functor, class List> Status run_unary(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  return dispatch(List(), x.dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(x.data);
    T* to = static_cast<T*>(y.data);
    run_loop(context, BroadcastLoop<1>::flat(x.shape.element_count()), Functor::kGrain,
             [&](int64_t at, const auto&, const auto&, int64_t count) {
               unary_span<Functor>(from + at, to + at, count);
             });
    return ok();
  });
}

template <class Functor, class A, class B, class R>
void binary_span(const A* a, int64_t a_stride, const B* b, int64_t b_stride, R* out,
                 int64_t count) {
  if (a_stride != 0 && b_stride != 0) {
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) out[i] = Functor::apply(a[i], b[i]);
  } else if (a_stride != 0) {
    const B y = *b;
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) out[i] = Functor::apply(a[i], y);
  } else if (b_stride != 0) {
    const A x = *a;
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) out[i] = Functor::apply(x, b[i]);
  } else if (count > 0) {
    const R value = Functor::apply(*a, *b);
    for (int64_t i = 0; i < count; ++i) out[i] = value;
  }
}

/// Where two tensors meet: the result's shape and the loop over it. Common cases (equal shapes, one
/// single element) do not look at axes.
struct BinaryLoop {
  Shape shape;
  BroadcastLoop<2> loop;
};
Status make_binary_loop(const Shape& a, const Shape& b, BinaryLoop& out);

template <class Functor, class A, class B, class R>
Status run_binary_typed(ExecContext& context, DType out_dtype) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  BinaryLoop meeting;
  TRY(make_binary_loop(a.shape, b.shape, meeting));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, meeting.shape));
  const A* from_a = static_cast<const A*>(a.data);
  const B* from_b = static_cast<const B*>(b.data);
  R* to = static_cast<R*>(y.data);
  run_loop(context, meeting.loop, Functor::kGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             binary_span<Functor>(from_a + offsets[0], strides[0], from_b + offsets[1], strides[1],
                                  to + at, count);
           });
  return ok();
}

/// T x T -> T.
template <class Functor, class List> Status run_arithmetic(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  return dispatch(List(), dtype,
                  [&]<class T>() { return run_binary_typed<Functor, T, T, T>(context, dtype); });
}

/// T x T -> bool.
template <class Functor, class List> Status run_comparison(ExecContext& context) {
  return dispatch(List(), context.input(0).dtype, [&]<class T>() {
    return run_binary_typed<Functor, Stored<T>, Stored<T>, bool>(context, DType::kBool);
  });
}

/// Whether input i is a constant tensor all of whose elements (float32 or float64) satisfy `test`.
template <class Test> bool all_constant(const InferContext& context, size_t i, Test test) {
  const Tensor* constant = context.constant(i);
  if (constant == nullptr) return false;
  if (constant->dtype() == DType::kFloat32) {
    return std::ranges::all_of(constant->values<float>(), [&](float v) { return test(double{v}); });
  }
  if (constant->dtype() == DType::kFloat64) {
    return std::ranges::all_of(constant->values<double>(), test);
  }
  return false;
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_ELEMENTWISE_H_
