// Cast between numbers and bool.
#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

// bool first: reading it as a byte needs its own type.
using Castable = Types<float, double, int64_t, int32_t, bool, int16_t, int8_t, uint8_t, uint16_t,
                       uint32_t, uint64_t>;

template <class From, class To> struct CastOf {
  static constexpr int64_t kGrain = kCheapGrain;
  static To apply(Stored<From> value) {
    if constexpr (std::is_same_v<From, bool>) {
      return static_cast<To>(value != 0);
    } else {
      return convert<To>(value);
    }
  }
};

Result<DType> target_of(const Node& node) {
  TRY_ASSIGN(const int64_t to, node.attributes.require_int("to"));
  if (to < 1 || to > static_cast<int64_t>(DType::kInt2)) {
    return InvalidModel(cat("attribute \"to\": no element type has number ", to));
  }
  return static_cast<DType>(to);
}

Status infer_cast(InferContext& context) {
  constexpr DTypeSet kOthers{DType::kFloat16,        DType::kBfloat16,       DType::kString,
                             DType::kFloat8E4M3FN,   DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
                             DType::kFloat8E5M2FNUZ, DType::kFloat8E8M0,     DType::kFloat4E2M1,
                             DType::kInt4,           DType::kUint4,          DType::kInt2,
                             DType::kUint2};
  TRY(expect_tensor(context, 0, Castable::kSet, kOthers));
  TRY_ASSIGN(const DType to, target_of(context.node()));
  if (!Castable::kSet.contains(to)) {
    return Unsupported(cat("conversion to ", dtype_name(to)));
  }
  context.set_output(0, ValueType::tensor(to, context.input(0).shape));
  return ok();
}

template <class From, class To>
void cast_all(ExecContext& context, const TensorView& x, const MutableTensorView& y) {
  const auto* from = static_cast<const Stored<From>*>(x.data);
  auto* to = static_cast<To*>(y.data);
  run_loop(context, BroadcastLoop<1>::flat(x.shape.element_count()), kCheapGrain,
           [&](int64_t at, const auto&, const auto&, int64_t count) {
             unary_span<CastOf<From, To>>(from + at, to + at, count);
           });
}

Status run_cast(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const DType target, target_of(context.node()));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, target, x.shape));
  return dispatch(Castable(), x.dtype, [&]<class From>() {
    return dispatch(Castable(), target, [&]<class To>() {
      cast_all<From, To>(context, x, y);
      return ok();
    });
  });
}

template <class From, class To> constexpr bool never_turns() {
  if (std::is_same_v<From, To> || std::is_same_v<From, bool>) return true;
  if (std::is_same_v<To, bool>) return false;
  if (std::is_floating_point_v<To>) return true;     // rounding to nearest keeps order
  if (std::is_floating_point_v<From>) return false;  // NaN-like answers out of range
  if (std::is_signed_v<From> && !std::is_signed_v<To>) return false;
  return std::is_signed_v<From> == std::is_signed_v<To> ? sizeof(To) >= sizeof(From)
                                                        : sizeof(To) > sizeof(From);
}

Monotone monotone_cast(const InferContext& context, size_t) {
  const Result<DType> target = target_of(context.node());
  if (!target) return Monotone::kNo;
  Monotone direction = Monotone::kNo;
  const Status found = dispatch(Castable(), context.input(0).dtype, [&]<class From>() {
    return dispatch(Castable(), target.value(), [&]<class To>() {
      if (never_turns<From, To>()) direction = Monotone::kIncreasing;
      return ok();
    });
  });
  return found ? direction : Monotone::kNo;
}

// Version 6: `to` is a number. Later versions added types (strings in 9; `saturate` and
// `round_mode` concern 8-bit floats only).
constexpr OpDef kOps[] = {
    {.name = "Cast",
     .since = 6,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .monotone = monotone_cast},
     .infer = infer_cast,
     .run = run_cast},
};

}  // namespace

std::span<const OpDef> ops_cast() { return kOps; }

}  // namespace tundish
