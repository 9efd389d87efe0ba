// Less, LessOrEqual, Greater, GreaterOrEqual, Equal. A comparison with NaN is false.
#include <string>

#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

struct Cheap {
  static constexpr int64_t kGrain = kCheapGrain;
};
struct LessThan : Cheap {
  template <class T> static bool apply(T a, T b) { return a < b; }
};
struct AtMost : Cheap {
  template <class T> static bool apply(T a, T b) { return a <= b; }
};
struct GreaterThan : Cheap {
  template <class T> static bool apply(T a, T b) { return a > b; }
};
struct AtLeast : Cheap {
  template <class T> static bool apply(T a, T b) { return a >= b; }
};
struct Same : Cheap {
  template <class T> static bool apply(const T& a, const T& b) { return a == b; }
};
struct SameTruth : Cheap {
  static bool apply(uint8_t a, uint8_t b) { return (a != 0) == (b != 0); }
};

constexpr DTypeSet kEqualTypes = AllNumbers::kSet | kBools | kStrings;

Status infer_comparison(InferContext& context) {
  return infer_broadcast(context, AllNumbers::kSet, DType::kBool);
}
Status infer_equal(InferContext& context) {
  return infer_broadcast(context, kEqualTypes, DType::kBool);
}

Status run_equal(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  if (dtype == DType::kBool) {
    return run_binary_typed<SameTruth, uint8_t, uint8_t, bool>(context, DType::kBool);
  }
  if (dtype == DType::kString) {
    return run_binary_typed<Same, std::string, std::string, bool>(context, DType::kBool);
  }
  return run_comparison<Same, AllNumbers>(context);
}

// false before true. Holds for any other operand: compared with NaN the answer is always false.
Monotone falls_then_rises(const InferContext&, size_t index) {
  return index == 0 ? Monotone::kDecreasing : Monotone::kIncreasing;
}
Monotone rises_then_falls(const InferContext&, size_t index) {
  return index == 0 ? Monotone::kIncreasing : Monotone::kDecreasing;
}

template <class Functor>
constexpr OpDef comparison(std::string_view name, int since,
                           Monotone (*monotone)(const InferContext&, size_t)) {
  return {.name = name,
          .since = since,
          .inputs = {2, 2},
          .traits = {.elementwise = true, .monotone = monotone},
          .infer = infer_comparison,
          .run = run_comparison<Functor, AllNumbers>};
}

// Version 7: broadcasting; later ones added element types.
constexpr OpDef kOps[] = {
    comparison<LessThan>("Less", 7, falls_then_rises),
    comparison<AtMost>("LessOrEqual", 12, falls_then_rises),
    comparison<GreaterThan>("Greater", 7, rises_then_falls),
    comparison<AtLeast>("GreaterOrEqual", 12, rises_then_falls),
    {.name = "Equal",
     .since = 7,
     .inputs = {2, 2},
     .traits = {.elementwise = true},
     .infer = infer_equal,
     .run = run_equal},
};

}  // namespace

std::span<const OpDef> ops_compare() { return kOps; }

}  // namespace tundish
