// BitwiseAnd, BitwiseOr, BitwiseXor, BitwiseNot and BitShift on integers.
#include "base/strings.h"
#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

using Integers = Types<int64_t, int32_t, int16_t, int8_t, uint8_t, uint16_t, uint32_t, uint64_t>;
using Unsigned = Types<uint8_t, uint16_t, uint32_t, uint64_t>;

struct Cheap {
  static constexpr int64_t kGrain = kCheapGrain;
};
struct AndOf : Cheap {
  template <class T> static T apply(T a, T b) { return a & b; }
};
struct OrOf : Cheap {
  template <class T> static T apply(T a, T b) { return a | b; }
};
struct XorOf : Cheap {
  template <class T> static T apply(T a, T b) { return a ^ b; }
};
struct NotOf : Cheap {
  template <class T> static T apply(T a) { return static_cast<T>(~a); }
};
// A shift by as many bits as there are, or more, leaves none (as in numpy).
struct LeftOf : Cheap {
  template <class T> static T apply(T x, T bits) {
    return bits < 8 * sizeof(T) ? static_cast<T>(uint64_t{x} << bits) : T{0};
  }
};
struct RightOf : Cheap {
  template <class T> static T apply(T x, T bits) {
    return bits < 8 * sizeof(T) ? static_cast<T>(x >> bits) : T{0};
  }
};

// Bits are bits: the unsigned type of the width stands for both.
DType unsigned_of(DType dtype) {
  switch (dtype_bytes(dtype)) {
    case 1: return DType::kUint8;
    case 2: return DType::kUint16;
    case 4: return DType::kUint32;
    default: return DType::kUint64;
  }
}

template <class Functor> Status run_bits(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  return dispatch(Unsigned(), unsigned_of(dtype),
                  [&]<class T>() { return run_binary_typed<Functor, T, T, T>(context, dtype); });
}

Status run_not(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  return dispatch(Unsigned(), unsigned_of(dtype), [&]<class T>() {
    return run_unary_span(context, dtype, unary_span_of<NotOf, T, T>());
  });
}

Result<bool> shifts_left(const Node& node) {
  const Attribute* direction = node.attributes.find("direction");
  const auto* text = direction == nullptr ? nullptr : std::get_if<std::string>(direction);
  if (text == nullptr) return InvalidModel("attribute \"direction\" is missing or no string");
  if (*text != "LEFT" && *text != "RIGHT") {
    return InvalidModel(
        cat("attribute \"direction\" is ", quoted(*text), ", expected \"LEFT\" or \"RIGHT\""));
  }
  return *text == "LEFT";
}

Status infer_shift(InferContext& context) {
  TRY(shifts_left(context.node()));
  return infer_broadcast(context, Unsigned::kSet, DType::kUndefined);
}

Status run_shift(ExecContext& context) {
  TRY_ASSIGN(const bool left, shifts_left(context.node()));
  return left ? run_bits<LeftOf>(context) : run_bits<RightOf>(context);
}

// Not of a number is -1 - x, or the greatest number less x.
Monotone decreasing(const InferContext&, size_t) { return Monotone::kDecreasing; }

template <class Functor> constexpr OpDef bitwise(std::string_view name) {
  return {.name = name,
          .since = 18,
          .inputs = {2, 2},
          .traits = {.elementwise = true, .in_place = true},
          .infer = infer_arithmetic<Integers>,
          .run = run_bits<Functor>};
}

constexpr OpDef kOps[] = {
    bitwise<AndOf>("BitwiseAnd"),
    bitwise<OrOf>("BitwiseOr"),
    bitwise<XorOf>("BitwiseXor"),
    {.name = "BitwiseNot",
     .since = 18,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .monotone = decreasing},
     .infer = infer_unary<Integers>,
     .run = run_not},
    {.name = "BitShift",
     .since = 11,
     .inputs = {2, 2},
     .traits = {.elementwise = true, .in_place = true},
     .infer = infer_shift,
     .run = run_shift},
};

}  // namespace

std::span<const OpDef> ops_bitwise() { return kOps; }

}  // namespace tundish
