// One number in, one number out: Neg, Abs, Exp, Log, Sqrt, Floor, Ceil, Sign, Sigmoid, Tanh,
// Reciprocal, Erf.
#include <cmath>

#include "ops/support/elementwise.h"

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
struct SqrtOf : Cheap {
  template <class T> static T apply(T x) { return std::sqrt(x); }
};
struct ReciprocalOf : Cheap {
  template <class T> static T apply(T x) { return T{1} / x; }
};
struct ExpOf : Costly {
  template <class T> static T apply(T x) { return std::exp(x); }
};
struct LogOf : Costly {
  template <class T> static T apply(T x) { return std::log(x); }
};
struct TanhOf : Costly {
  template <class T> static T apply(T x) { return std::tanh(x); }
};
struct ErfOf : Costly {
  template <class T> static T apply(T x) { return std::erf(x); }
};
struct SigmoidOf : Costly {
  // exp(-x) overflows to infinity for large negative x, which gives the right 0.
  template <class T> static T apply(T x) { return T{1} / (T{1} + std::exp(-x)); }
};

Monotone increasing(const InferContext&, size_t) { return Monotone::kIncreasing; }
// Integers wrap at the least number.
Monotone decreasing_floats(const InferContext& context, size_t) {
  return Floats::kSet.contains(context.input(0).dtype) ? Monotone::kDecreasing : Monotone::kNo;
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

// exp, log, tanh, erf and 1 / (1 + exp(-x)) of libm are within an ulp but nobody promises that they
// never step back; sqrt and log are NaN below 0: no direction is claimed for any of them. Version 6
// (9 for Sign and Erf); 13 only added bfloat16.
constexpr OpDef kOps[] = {
    unary<NegOf, SignedNumbers>("Neg", 6, decreasing_floats),
    unary<AbsOf, Numbers>("Abs", 6),
    unary<SignOf, Numbers>("Sign", 9, increasing),
    unary<FloorOf, Floats>("Floor", 6, increasing),
    unary<CeilOf, Floats>("Ceil", 6, increasing),
    unary<SqrtOf, Floats>("Sqrt", 6),
    unary<ReciprocalOf, Floats>("Reciprocal", 6),
    unary<ExpOf, Floats>("Exp", 6),
    unary<LogOf, Floats>("Log", 6),
    unary<TanhOf, Floats>("Tanh", 6),
    unary<ErfOf, Floats>("Erf", 9),
    unary<SigmoidOf, Floats>("Sigmoid", 6),
};

}  // namespace

std::span<const OpDef> ops_unary_math() { return kOps; }

}  // namespace tundish
