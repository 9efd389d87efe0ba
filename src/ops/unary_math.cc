// One number in, one number out: signs, rounding, roots, logarithms, trigonometric and hyperbolic
// functions.
#include <cmath>

#include "ops/support/elementwise.h"
#include "ops/support/vector_span.h"

namespace tundish {
namespace {
using namespace ops;

struct Cheap {
  static constexpr int64_t kGrain = kCheapGrain;
};
struct Costly {
  static constexpr int64_t kGrain = kCostlyGrain;
};

struct NegOf : Cheap {
  template <class T> static T apply(T x) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(x));
    } else {
      return -x;
    }
  }
};
struct AbsOf : Cheap {
  template <class T> static T apply(T x) {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < 0 ? NegOf::apply(x) : x;  // the least number stays itself, as in numpy
    } else {
      return std::fabs(x);
    }
  }
};
struct SignOf : Cheap {
  // NaN gives NaN.
  template <class T> static T apply(T x) {
    if constexpr (std::is_floating_point_v<T>) {
      return x > 0 ? T{1} : x < 0 ? T{-1} : x == 0 ? T{0} : x;
    } else if constexpr (std::is_signed_v<T>) {
      return static_cast<T>((x > 0) - (x < 0));
    } else {
      return static_cast<T>(x > 0);
    }
  }
};
struct FloorOf : Cheap {
  template <class T> static T apply(T x) { return std::floor(x); }
};
struct CeilOf : Cheap {
  template <class T> static T apply(T x) { return std::ceil(x); }
};
struct RoundOf : Cheap {
  // To nearest, halves to even: the rounding mode that a program starts with and we never change.
  template <class T> static T apply(T x) { return std::nearbyint(x); }
};
struct SqrtOf : Cheap {
  template <class T> static T apply(T x) { return std::sqrt(x); }
};
struct ReciprocalOf : Cheap {
  template <class T> static T apply(T x) { return T{1} / x; }
};
struct SigmoidOf : Costly {
  // exp(-x) overflows to infinity for large negative x, which gives the right 0.
  template <class T> static T apply(T x) { return T{1} / (T{1} + std::exp(-x)); }
};

// Functions of libm under their own names.
#define TUNDISH_FUNCTION(Functor, function)                             \
  struct Functor : Costly {                                             \
    template <class T> static T apply(T x) { return std::function(x); } \
  };
TUNDISH_FUNCTION(ExpOf, exp)
TUNDISH_FUNCTION(LogOf, log)
TUNDISH_FUNCTION(ErfOf, erf)
TUNDISH_FUNCTION(SinOf, sin)
TUNDISH_FUNCTION(CosOf, cos)
TUNDISH_FUNCTION(TanOf, tan)
TUNDISH_FUNCTION(AsinOf, asin)
TUNDISH_FUNCTION(AcosOf, acos)
TUNDISH_FUNCTION(AtanOf, atan)
TUNDISH_FUNCTION(SinhOf, sinh)
TUNDISH_FUNCTION(CoshOf, cosh)
TUNDISH_FUNCTION(TanhOf, tanh)
TUNDISH_FUNCTION(AsinhOf, asinh)
TUNDISH_FUNCTION(AcoshOf, acosh)
TUNDISH_FUNCTION(AtanhOf, atanh)
#undef TUNDISH_FUNCTION

using AllSigned = Types<float, double, int64_t, int32_t, int16_t, int8_t, Float16, Bfloat16>;

Monotone increasing(const InferContext&, size_t) { return Monotone::kIncreasing; }
// Integers wrap at the least number.
Monotone decreasing_floats(const InferContext& context, size_t) {
  return is_floating(context.input(0).dtype) ? Monotone::kDecreasing : Monotone::kNo;
}

using kernels::VectorFunction;
using kernels::VectorKernels;

// As unary(), float32 on a vector kernel.
template <class Functor, VectorFunction VectorKernels::*kFunction>
constexpr OpDef vectorised(std::string_view name, int since) {
  return {.name = name,
          .since = since,
          .inputs = {1, 1},
          .traits = {.elementwise = true, .in_place = true, .propagates_nan = true},
          .infer = infer_unary<AllFloats>,
          .run = run_vectorised<kFunction, run_unary<Functor, AllFloats>>};
}

template <class Functor, class List>
constexpr OpDef unary(std::string_view name, int since,
                      Monotone (*monotone)(const InferContext&, size_t) = nullptr) {
  return {.name = name,
          .since = since,
          .inputs = {1, 1},
          .traits = {.elementwise = true,
                     .in_place = true,
                     .propagates_nan = true,
                     .monotone = monotone},
          .infer = infer_unary<List>,
          .run = run_unary<Functor, List>};
}

// Functions of libm, and 1 / (1 + exp(-x)), are within an ulp or two but nobody promises that they
// never step back; sqrt and log are NaN below 0: no direction is claimed for any of them. Versions
// later than those here only added types.
constexpr OpDef kOps[] = {
    unary<NegOf, AllSigned>("Neg", 6, decreasing_floats),
    unary<AbsOf, AllNumbers>("Abs", 6),
    unary<SignOf, AllNumbers>("Sign", 9, increasing),
    unary<FloorOf, AllFloats>("Floor", 6, increasing),
    unary<CeilOf, AllFloats>("Ceil", 6, increasing),
    unary<RoundOf, AllFloats>("Round", 11, increasing),
    vectorised<SqrtOf, &VectorKernels::sqrt>("Sqrt", 6),
    vectorised<ReciprocalOf, &VectorKernels::reciprocal>("Reciprocal", 6),
    vectorised<ExpOf, &VectorKernels::exp>("Exp", 6),
    unary<LogOf, AllFloats>("Log", 6),
    vectorised<ErfOf, &VectorKernels::erf>("Erf", 9),
    vectorised<SigmoidOf, &VectorKernels::sigmoid>("Sigmoid", 6),
    unary<SinOf, AllFloats>("Sin", 7),
    unary<CosOf, AllFloats>("Cos", 7),
    unary<TanOf, AllFloats>("Tan", 7),
    unary<AsinOf, AllFloats>("Asin", 7),
    unary<AcosOf, AllFloats>("Acos", 7),
    unary<AtanOf, AllFloats>("Atan", 7),
    unary<SinhOf, AllFloats>("Sinh", 9),
    unary<CoshOf, AllFloats>("Cosh", 9),
    vectorised<TanhOf, &VectorKernels::tanh>("Tanh", 6),
    unary<AsinhOf, AllFloats>("Asinh", 9),
    unary<AcoshOf, AllFloats>("Acosh", 9),
    unary<AtanhOf, AllFloats>("Atanh", 9),
};

}  // namespace

std::span<const OpDef> ops_unary_math() { return kOps; }

}  // namespace tundish
