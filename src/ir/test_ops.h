// Operators for tests of ir and passes: small, scalar, with the traits of the real ones. Header
// only, included by *_test.cc files alone.
#ifndef TUNDISH_IR_TEST_OPS_H_
#define TUNDISH_IR_TEST_OPS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "ir/tree_ensemble.h"

namespace tundish::test_ops {

inline Status infer_same(InferContext& context) {
  context.set_output(0, context.input(0));
  return ok();
}

inline Result<Dim> broadcast_dim(const Dim& a, const Dim& b) {
  if (a == b || b == Dim(1)) return a;
  if (a == Dim(1)) return b;
  if (a.is_known() && b.is_known()) {
    return InvalidModel(cat("sizes ", a.size(), " and ", b.size(), " do not broadcast"));
  }
  return a.is_known() ? a : b;
}

inline Status infer_broadcast(InferContext& context) {
  const ValueType& a = context.input(0);
  const ValueType& b = context.input(1);
  if (a.dtype != b.dtype) return InvalidModel("element types differ");
  if (!a.shape || !b.shape) return context.set_output(0, ValueType::tensor(a.dtype, {})), ok();
  const size_t rank = std::max(a.shape->size(), b.shape->size());
  std::vector<Dim> dims(rank);
  for (size_t i = 0; i < rank; ++i) {
    const Dim from_a = i < a.shape->size() ? (*a.shape)[a.shape->size() - 1 - i] : Dim(1);
    const Dim from_b = i < b.shape->size() ? (*b.shape)[b.shape->size() - 1 - i] : Dim(1);
    TRY_ASSIGN(dims[rank - 1 - i], broadcast_dim(from_a, from_b));
  }
  context.set_output(0, ValueType::tensor(a.dtype, std::move(dims)));
  return ok();
}

inline Status infer_cast(InferContext& context) {
  TRY_ASSIGN(const int64_t to, context.node().attributes.require_int("to"));
  context.set_output(0, ValueType::tensor(static_cast<DType>(to), context.input(0).shape));
  return ok();
}

inline Status infer_unknown_rows(InferContext& context) {
  const ValueType& x = context.input(0);
  context.set_output(0, ValueType::tensor(x.dtype, std::vector<Dim>{Dim()}));
  return ok();
}

inline Status infer_concat(InferContext& context) {
  TRY(context.node().attributes.require_int("axis"));
  ValueType type = context.input(0);
  if (context.input_count() > 1) type.shape.reset();
  context.set_output(0, std::move(type));
  return ok();
}

inline Status infer_transpose(InferContext& context) {
  TRY_ASSIGN(const std::vector<int64_t> perm, context.node().attributes.get_ints("perm", {1, 0}));
  ValueType type = context.input(0);
  for (size_t i = 0; i < perm.size(); ++i) {
    (*type.shape)[i] = (*context.input(0).shape)[static_cast<size_t>(perm[i])];
  }
  context.set_output(0, std::move(type));
  return ok();
}

inline Status infer_split(InferContext& context) {
  for (size_t i = 0; i < 3; ++i) context.set_output(i, context.input(0));
  return ok();
}

inline Status infer_constant(InferContext& context) {
  TRY_ASSIGN(const Tensor value, context.node().attributes.require_tensor("value"));
  context.set_output(0, ValueType::tensor(value.dtype(), symbolic(value.shape())));
  return ok();
}

inline Status infer_fill(InferContext& context) {
  TRY_ASSIGN(const int64_t count, context.node().attributes.require_int("count"));
  context.set_output(0, ValueType::tensor(DType::kFloat32, std::vector<Dim>{Dim(count)}));
  return ok();
}

inline Status infer_trees(InferContext& context) {
  TRY_ASSIGN(const int64_t targets, context.node().attributes.get_int("n_targets", 1));
  const ValueType& x = context.input(0);
  const Dim rows = x.shape && !x.shape->empty() ? (*x.shape)[0] : Dim();
  context.set_output(
      0, ValueType::tensor(context.input(7).dtype, std::vector<Dim>{rows, Dim(targets)}));
  return ok();
}

/// All elements of a constant are finite and have one sign: 1 or -1; 0 otherwise.
inline int one_sign(const Tensor* constant) {
  if (constant == nullptr || constant->element_count() == 0) return 0;
  int sign = 0;
  for (int64_t i = 0; i < constant->element_count(); ++i) {
    const double v = constant->dtype() == DType::kFloat32 ? constant->values<float>()[i]
                                                          : constant->values<double>()[i];
    if (!std::isfinite(v) || v == 0) return 0;
    const int here = v < 0 ? -1 : 1;
    if (sign != 0 && here != sign) return 0;
    sign = here;
  }
  return sign;
}

inline bool all_finite(const Tensor* constant) {
  if (constant == nullptr) return false;
  for (int64_t i = 0; i < constant->element_count(); ++i) {
    const double v = constant->dtype() == DType::kFloat32 ? constant->values<float>()[i]
                                                          : constant->values<double>()[i];
    if (!std::isfinite(v)) return false;
  }
  return true;
}

inline Monotone by_sign(int sign) {
  return sign > 0 ? Monotone::kIncreasing : sign < 0 ? Monotone::kDecreasing : Monotone::kNo;
}
inline Monotone monotone_add(const InferContext& context, size_t index) {
  return all_finite(context.constant(1 - index)) ? Monotone::kIncreasing : Monotone::kNo;
}
inline Monotone monotone_sub(const InferContext& context, size_t index) {
  if (!all_finite(context.constant(1 - index))) return Monotone::kNo;
  return index == 0 ? Monotone::kIncreasing : Monotone::kDecreasing;
}
inline Monotone monotone_mul(const InferContext& context, size_t index) {
  return by_sign(one_sign(context.constant(1 - index)));
}
inline Monotone monotone_div(const InferContext& context, size_t index) {
  return index == 0 ? by_sign(one_sign(context.constant(1))) : Monotone::kNo;
}
inline Monotone monotone_always(const InferContext&, size_t) { return Monotone::kIncreasing; }

/// Index of output element `i` in an operand that broadcasts to `out`.
inline int64_t operand_index(const Shape& out, const Shape& operand, int64_t i) {
  int64_t index = 0;
  int64_t stride = 1;
  for (size_t back = 1; back <= out.rank(); ++back) {
    const int64_t position = i % out[out.rank() - back];
    i /= out[out.rank() - back];
    if (back > operand.rank()) continue;
    const int64_t size = operand[operand.rank() - back];
    if (size != 1) index += position * stride;
    stride *= size;
  }
  return index;
}

inline Shape broadcast_shape(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.rank(), b.rank());
  Shape out;
  for (size_t i = 0; i < rank; ++i) {
    const size_t back = rank - i;
    const int64_t from_a = back <= a.rank() ? a[a.rank() - back] : 1;
    const int64_t from_b = back <= b.rank() ? b[b.rank() - back] : 1;
    out.append(from_a == 1 ? from_b : from_a);
  }
  return out;
}

template <class T, class F> Status run_typed(ExecContext& context, F f) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  TRY_ASSIGN(const MutableTensorView out,
             context.output(0, a.dtype, broadcast_shape(a.shape, b.shape)));
  const auto to = out.values<T>();
  for (int64_t i = 0; i < static_cast<int64_t>(to.size()); ++i) {
    to[i] = f(a.values<T>()[operand_index(out.shape, a.shape, i)],
              b.values<T>()[operand_index(out.shape, b.shape, i)]);
  }
  return ok();
}

template <class F> Status run_binary(ExecContext& context, F f) {
  return context.input(0).dtype == DType::kFloat32 ? run_typed<float>(context, f)
                                                   : run_typed<double>(context, f);
}

inline Status run_add(ExecContext& c) {
  return run_binary(c, [](auto a, auto b) { return a + b; });
}
inline Status run_sub(ExecContext& c) {
  return run_binary(c, [](auto a, auto b) { return a - b; });
}
inline Status run_mul(ExecContext& c) {
  return run_binary(c, [](auto a, auto b) { return a * b; });
}
inline Status run_div(ExecContext& c) {
  return run_binary(c, [](auto a, auto b) -> decltype(a) { return a / b; });
}

inline Status run_cast(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const int64_t to, context.node().attributes.require_int("to"));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, static_cast<DType>(to), x.shape));
  for (int64_t i = 0; i < x.shape.element_count(); ++i) {
    const double v = x.dtype == DType::kFloat32 ? x.values<float>()[i] : x.values<double>()[i];
    if (out.dtype == DType::kFloat32) {
      out.values<float>()[i] = static_cast<float>(v);
    } else {
      out.values<double>()[i] = v;
    }
  }
  return ok();
}

template <class F> Status run_unary(ExecContext& context, F f) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView out, context.output(0, x.dtype, x.shape));
  for (int64_t i = 0; i < x.shape.element_count(); ++i) {
    if (x.dtype == DType::kFloat32) {
      out.values<float>()[i] = f(x.values<float>()[i], i);
    } else {
      out.values<double>()[i] = f(x.values<double>()[i], i);
    }
  }
  return ok();
}

inline Status run_abs(ExecContext& c) {
  return run_unary(c, [](auto x, int64_t) { return std::fabs(x); });
}
/// Into [-1, 1]; NaN stays.
inline Status run_clamp(ExecContext& c) {
  return run_unary(c, [](auto x, int64_t) -> decltype(x) { return x < -1 ? -1 : x > 1 ? 1 : x; });
}
/// Subtracts the attribute "offset", one number per column.
inline Status run_shift_columns(ExecContext& c) {
  TRY_ASSIGN(const std::vector<float> offset, c.node().attributes.get_floats("offset"));
  return run_unary(c, [&](auto x, int64_t i) -> decltype(x) {
    return x - static_cast<decltype(x)>(offset[static_cast<size_t>(i) % offset.size()]);
  });
}

inline Status run_constant(ExecContext& context) {
  TRY_ASSIGN(const Tensor value, context.node().attributes.require_tensor("value"));
  return context.set_output(0, value);
}

inline Status run_fill(ExecContext& context) {
  TRY_ASSIGN(const int64_t count, context.node().attributes.require_int("count"));
  TRY(context.output(0, DType::kFloat32, Shape{count}));
  return ok();
}

inline Status run_fail(ExecContext&) { return InvalidArgument("fails on every value"); }

inline constexpr OpTraits kScale = {.elementwise = true, .propagates_nan = true};
inline constexpr OpTraits with_monotone(Monotone (*f)(const InferContext&, size_t)) {
  OpTraits traits = kScale;
  traits.monotone = f;
  return traits;
}

inline constexpr OpDef unary(std::string_view name,
                             Monotone (*monotone)(const InferContext&, size_t),
                             Status (*run)(ExecContext&)) {
  return {.name = name,
          .inputs = {1, 1},
          .traits = with_monotone(monotone),
          .infer = infer_same,
          .run = run};
}
inline constexpr OpDef binary(std::string_view name,
                              Monotone (*monotone)(const InferContext&, size_t),
                              Status (*run)(ExecContext&)) {
  return {.name = name,
          .since = 7,
          .inputs = {2, 2},
          .traits = with_monotone(monotone),
          .infer = infer_broadcast,
          .run = run};
}
inline constexpr OpDef other(std::string_view name, Arity inputs, Status (*infer)(InferContext&),
                             Status (*run)(ExecContext&) = nullptr) {
  return {.name = name, .inputs = inputs, .infer = infer, .run = run};
}

inline constexpr std::array kOps = {
    unary("Abs", nullptr, nullptr),
    binary("Add", monotone_add, run_add),
    OpDef{.name = "Cast",
          .since = 13,
          .inputs = {1, 1},
          .traits = {.elementwise = true, .monotone = monotone_always},
          .infer = infer_cast,
          .run = run_cast},
    unary("Clamp", monotone_always, run_clamp),
    other("Clip", {1, 3}, infer_same),
    other("Concat", {1, kAnyCount}, infer_concat),
    other("Constant", {0, 0}, infer_constant, run_constant),
    binary("Div", monotone_div, run_div),
    other("Fail", {1, 1}, infer_same, run_fail),
    other("Fill", {0, 0}, infer_fill, run_fill),
    other("Gelu", {1, 1}, infer_same),
    other("Identity", {1, 1}, infer_same),
    other("LeakyRelu", {1, 1}, infer_same),
    // Claims a direction that it does not have: for tests of proofs.
    unary("LyingAbs", monotone_always, run_abs),
    binary("Mul", monotone_mul, run_mul),
    other("NonZero", {1, 1}, infer_unknown_rows),
    OpDef{.name = "Random", .inputs = {1, 1}, .traits = {.pure = false}, .infer = infer_same},
    other("ReduceMean", {1, 2}, infer_same),
    other("Relu", {1, 1}, infer_same),
    // Maps NaN to a number, as comparisons do.
    OpDef{.name = "Settle",
          .inputs = {1, 1},
          .traits = {.elementwise = true, .monotone = monotone_always},
          .infer = infer_same},
    unary("ShiftColumns", monotone_always, run_shift_columns),
    OpDef{.name = "Split", .inputs = {1, 1}, .outputs = {1, 3}, .infer = infer_split},
    binary("Sub", monotone_sub, run_sub),
    other("Sum3", {1, 3}, infer_same),
    other("Transpose", {1, 1}, infer_transpose),
    OpDef{
        .name = "TreeEnsemble", .domain = kDomainTundish, .inputs = {8, 10}, .infer = infer_trees},
};

/// The table of these operators.
inline const OpTable& table() {
  static const std::array<std::span<const OpDef>, 1> kGroups = {std::span<const OpDef>(kOps)};
  static const ListedOps kTable(kGroups);
  return kTable;
}

inline ValueType float64_type(std::initializer_list<Dim> dims) {
  return ValueType::tensor(DType::kFloat64, std::vector<Dim>(dims));
}
inline ValueType float32_type(std::initializer_list<Dim> dims) {
  return ValueType::tensor(DType::kFloat32, std::vector<Dim>(dims));
}

}  // namespace tundish::test_ops

#endif  // TUNDISH_IR_TEST_OPS_H_
