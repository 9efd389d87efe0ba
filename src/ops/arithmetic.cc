// Add, Sub, Mul, Div: numpy broadcasting, IEEE arithmetic, integers wrap.
#include <cmath>
#include <limits>

#include "ops/support/elementwise.h"
#include "ops/support/vector_span.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::VectorKernels;

struct AddOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
    } else {
      return a + b;
    }
  }
};

struct SubOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
    } else {
      return a - b;
    }
  }
};

struct MulOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
    } else {
      return a * b;
    }
  }
};

// Integers: rounded towards zero; the least number / -1 wraps to itself. b is never 0 here.
struct DivOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      if (b == T{-1}) return SubOf::apply(T{0}, a);
    }
    return static_cast<T>(a / b);
  }
};

Status run_div(ExecContext& context) {
  TRY(check_divisor(context.input(1)));
  return run_arithmetic<DivOf, AllNumbers>(context);
}

// With an infinite constant, or one that is not known, some x give NaN: no direction.
Monotone monotone_add(const InferContext& context, size_t index) {
  const bool finite = all_constant(context, 1 - index, [](double c) { return std::isfinite(c); });
  return finite ? Monotone::kIncreasing : Monotone::kNo;
}

Monotone monotone_sub(const InferContext& context, size_t index) {
  if (monotone_add(context, index) == Monotone::kNo) return Monotone::kNo;
  return index == 0 ? Monotone::kIncreasing : Monotone::kDecreasing;
}

// Not 0 (infinity times 0 is NaN) and of one sign.
Monotone direction_of_factor(const InferContext& context, size_t constant) {
  if (all_constant(context, constant, [](double c) { return c > 0 && std::isfinite(c); })) {
    return Monotone::kIncreasing;
  }
  if (all_constant(context, constant, [](double c) { return c < 0 && std::isfinite(c); })) {
    return Monotone::kDecreasing;
  }
  return Monotone::kNo;
}

Monotone monotone_mul(const InferContext& context, size_t index) {
  return direction_of_factor(context, 1 - index);
}

Monotone monotone_div(const InferContext& context, size_t index) {
  return index == 0 ? direction_of_factor(context, 1) : Monotone::kNo;
}

constexpr OpTraits traits(Monotone (*monotone)(const InferContext&, size_t)) {
  return {.elementwise = true, .in_place = true, .propagates_nan = true, .monotone = monotone};
}

// Meaning of version 7 (numpy broadcasting); 13 and 14 only added element types.
constexpr OpDef kOps[] = {
    {.name = "Add",
     .since = 7,
     .inputs = {2, 2},
     .traits = traits(monotone_add),
     .infer = infer_arithmetic<AllNumbers>,
     .run = run_paired<&VectorKernels::add, run_arithmetic<AddOf, AllNumbers>>},
    {.name = "Sub",
     .since = 7,
     .inputs = {2, 2},
     .traits = traits(monotone_sub),
     .infer = infer_arithmetic<AllNumbers>,
     .run = run_paired<&VectorKernels::sub, run_arithmetic<SubOf, AllNumbers>>},
    {.name = "Mul",
     .since = 7,
     .inputs = {2, 2},
     .traits = traits(monotone_mul),
     .infer = infer_arithmetic<AllNumbers>,
     .run = run_paired<&VectorKernels::mul, run_arithmetic<MulOf, AllNumbers>>},
    {.name = "Div",
     .since = 7,
     .inputs = {2, 2},
     .traits = traits(monotone_div),
     .infer = infer_arithmetic<AllNumbers>,
     .run = run_paired<&VectorKernels::div, run_div>},
};

}  // namespace

std::span<const OpDef> ops_arithmetic() { return kOps; }

}  // namespace tundish
