// Pow: base of type T to an exponent of any numeric type, result of type T.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/float_power.h"
#include "ops/support/vector_span.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::VectorKernels;

using Bases = Types<float, double, int64_t, int32_t, Float16, Bfloat16>;

// base^exponent with wrapping products; exponent >= 0.
template <class T> T integer_power(T base, uint64_t exponent) {
  using U = Wrapping<T>;
  U result = 1;
  for (U factor = static_cast<U>(base); exponent != 0; exponent >>= 1, factor *= factor) {
    if ((exponent & 1) != 0) result *= factor;
  }
  return static_cast<T>(result);
}

// Negative exponents of integers: 1 / base^n rounded towards zero; a base of 0 was refused before.
template <class T> T inverse_integer_power(T base, bool odd_exponent) {
  if (base == 1) return 1;
  if (base == -1) return odd_exponent ? T{-1} : T{1};
  return 0;
}

struct PowOf {
  static constexpr int64_t kGrain = kCostlyGrain;
  template <class T, class E> static T apply(T base, E exponent) {
    if constexpr (std::is_integral_v<T> && std::is_integral_v<E>) {
      if constexpr (std::is_signed_v<E>) {
        if (exponent < 0) return inverse_integer_power(base, (exponent & 1) != 0);
      }
      return integer_power(base, static_cast<uint64_t>(exponent));
    } else if constexpr (std::is_same_v<T, float> && std::is_same_v<E, float>) {
      return float_power(base, exponent);
    } else {
      // The same function by a shorter way: anomaly scores are powers of two.
      if constexpr (std::is_same_v<T, double> && std::is_floating_point_v<E>) {
        if (base == 2) return std::exp2(static_cast<double>(exponent));
      }
      // libm's pow in double, as C does for mixed types; then to T.
      return convert<T>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
    }
  }
};

// 0 to a negative integer has no integer value.
template <class T, class E> Status check_integers(ExecContext& context, const TensorView& power) {
  if constexpr (std::is_integral_v<T> && std::is_integral_v<E> && std::is_signed_v<E>) {
    const TensorView& base = context.input(0);
    const auto is_zero = [](T v) { return v == 0; };
    const auto is_negative = [](E v) { return v < 0; };
    if (std::ranges::none_of(base.values<T>(), is_zero)) return ok();
    if (std::ranges::none_of(power.values<E>(), is_negative)) return ok();
    // Rare: only now look where they meet.
    TRY_ASSIGN(const Shape shape, broadcast_shapes(base.shape, power.shape));
    const auto loop = BroadcastLoop<2>::make(shape, {&base.shape, &power.shape});
    int64_t meeting = -1;
    constexpr int64_t kInline = std::numeric_limits<int64_t>::max();
    run_loop(context, loop, kInline,
             [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
               const T* bases = static_cast<const T*>(base.data) + offsets[0];
               const E* powers = static_cast<const E*>(power.data) + offsets[1];
               for (int64_t i = 0; i < count && meeting < 0; ++i) {
                 if (is_zero(bases[i * strides[0]]) && is_negative(powers[i * strides[1]]))
                   meeting = at + i;
               }
             });
    if (meeting >= 0) {
      return InvalidArgument(cat("integer 0 to a negative power (element ", meeting, ")"));
    }
  }
  return ok();
}

Status infer_pow(InferContext& context) {
  TRY(expect_tensor(context, 0, Bases::kSet));
  TRY(expect_tensor(context, 1, AllNumbers::kSet));
  TRY_ASSIGN(SymbolicShape shape, broadcast_inputs(context));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(shape)));
  return ok();
}

// Exponents of few types: integers of up to 32 bits are made int64 first.
using Exponents = Types<float, double, int64_t, uint64_t>;

Result<TensorView> exponents(ExecContext& context) {
  using Narrow = Types<int32_t, int16_t, int8_t, uint8_t, uint16_t, uint32_t>;
  const TensorView& power = context.input(1);
  if (!Narrow::kSet.contains(power.dtype)) return power;
  const auto count = static_cast<size_t>(power.shape.element_count());
  TRY_ASSIGN(void* wide, context.scratch(count * sizeof(int64_t)));
  TRY(dispatch(Narrow(), power.dtype, [&]<class E>() {
    std::ranges::copy(power.values<E>(), static_cast<int64_t*>(wide));
    return ok();
  }));
  return TensorView{DType::kInt64, power.shape, wide};
}

// x^2, the same bits as float_power().
Status run_squares(ExecContext& context) {
  const VectorKernels* const vector = context.kernels().vector;
  UnarySpan span;
  span.apply = [](const void* kernels, const char* x, char* out, int64_t count) {
    const float* from = reinterpret_cast<const float*>(x);
    static_cast<const VectorKernels*>(kernels)->mul(from, 1, from, 1, static_cast<size_t>(count),
                                                    reinterpret_cast<float*>(out));
  };
  span.x_bytes = span.out_bytes = sizeof(float);
  span.grain = kCheapGrain;
  span.functor = vector;
  return run_unary_span(context, DType::kFloat32, span);
}

bool is_square(const TensorView& base, const TensorView& power) {
  return base.dtype == DType::kFloat32 && power.dtype == DType::kFloat32 &&
         power.shape.element_count() == 1 && power.shape.rank() <= base.shape.rank() &&
         *static_cast<const float*>(power.data) == 2;
}

Status run_pow(ExecContext& context) {
  const TensorView& base = context.input(0);
  if (is_square(base, context.input(1))) return run_squares(context);
  TRY_ASSIGN(const TensorView power, exponents(context));
  return dispatch_computed(Bases(), base.dtype, [&]<class T>() -> Status {
    return dispatch_computed(Exponents(), power.dtype, [&]<class E>() -> Status {
      TRY((check_integers<T, E>(context, power)));
      return run_binary_span(context, base, power, base.dtype, kBinarySpan<PowOf, T, E, T>);
    });
  });
}

// pow(1, NaN) is 1 and pow(NaN, 0) is 1, so NaN is not always passed on. Version 7: broadcasting;
// 12 added mixed types.
constexpr OpDef kOps[] = {
    {.name = "Pow",
     .since = 7,
     .inputs = {2, 2},
     .traits = {.elementwise = true, .in_place = true},
     .infer = infer_pow,
     .run = run_pow},
};

}  // namespace

std::span<const OpDef> ops_pow() { return kOps; }

}  // namespace tundish
