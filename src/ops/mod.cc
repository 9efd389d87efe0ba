// Mod: the remainder with the divisor's sign, as Python's %, or with fmod=1 the dividend's, as C's.
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

// b is never 0 where these see integers.
struct RemainderOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fmod(a, b);
    } else {
      if constexpr (std::is_signed_v<T>) {
        if (b == T{-1}) return 0;  // the least number / -1 overflows
      }
      return static_cast<T>(a % b);
    }
  }
};
struct ModuloOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> static T apply(T a, T b) {
    const T rest = RemainderOf::apply(a, b);
    if constexpr (std::is_signed_v<T>) {
      if (rest != 0 && (rest < 0) != (b < 0)) return static_cast<T>(rest + b);
    }
    return rest;
  }
};

using Integers = Types<int64_t, int32_t, int16_t, int8_t, uint8_t, uint16_t, uint32_t, uint64_t>;

Status infer_mod(InferContext& context) {
  TRY_ASSIGN(const int64_t fmod, context.node().attributes.get_int("fmod", 0));
  if (fmod == 0 && is_floating(context.input(0).dtype)) {
    return InvalidModel(
        cat("input 0: ", dtype_name(context.input(0).dtype), " needs the attribute fmod=1"));
  }
  return infer_arithmetic<AllNumbers>(context);
}

Status run_mod(ExecContext& context) {
  TRY_ASSIGN(const int64_t fmod, context.node().attributes.get_int("fmod", 0));
  TRY(check_divisor(context.input(1)));
  return fmod == 0 ? run_arithmetic<ModuloOf, Integers>(context)
                   : run_arithmetic<RemainderOf, AllNumbers>(context);
}

// Version 13 only added bfloat16.
constexpr OpDef kOps[] = {
    {.name = "Mod",
     .since = 10,
     .inputs = {2, 2},
     .traits = {.elementwise = true, .in_place = true, .propagates_nan = true},
     .infer = infer_mod,
     .run = run_mod},
};

}  // namespace

std::span<const OpDef> ops_mod() { return kOps; }

}  // namespace tundish
