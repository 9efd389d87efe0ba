// Range: numbers from a start up to a limit in equal steps.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

using RangeTypes = Types<float, double, int16_t, int32_t, int64_t, Float16, Bfloat16>;

template <class T> struct Progression { T start, limit, delta; };

// max(ceil((limit - start) / delta), 0). The difference is taken in the type itself (float32 for
// halves), the quotient in double, as ONNX Runtime does.
template <class T> Result<int64_t> count_of(const Progression<T>& range, ErrorCode code) {
  if (range.delta == T{0}) return Error(code, "input 2: a step of 0");
  if constexpr (std::is_floating_point_v<T>) {
    const T distance = range.limit - range.start;
    const double count =
        std::ceil(static_cast<double>(distance) / static_cast<double>(range.delta));
    if (std::isnan(count)) {
      return Error(code, cat("no range from ", range.start, " to ", range.limit, " in steps of ",
                             range.delta));
    }
    if (count > 0x1p53) return Limit(cat("a range of ", count, " numbers"));
    return count > 0 ? static_cast<int64_t>(count) : 0;
  } else {
    const bool up = range.delta > 0;
    if (up ? range.start >= range.limit : range.start <= range.limit) return 0;
    const auto low = static_cast<uint64_t>(int64_t{up ? range.start : range.limit});
    const auto high = static_cast<uint64_t>(int64_t{up ? range.limit : range.start});
    const auto delta = static_cast<uint64_t>(int64_t{range.delta});
    const uint64_t step = up ? delta : uint64_t{0} - delta;
    const uint64_t count = (high - low - 1) / step + 1;
    if (count > static_cast<uint64_t>(INT64_MAX))
      return Limit(cat("a range of ", count, " numbers"));
    return static_cast<int64_t>(count);
  }
}

template <class T, class View>
Result<Progression<Computed<T>>> read_range(View view, ErrorCode code) {
  std::array<Computed<T>, 3> values;
  for (size_t i = 0; i < 3; ++i) {
    const TensorView& input = view(i);
    if (input.shape.element_count() != 1) {
      return Error(code,
                   cat("input ", i, ": expected a scalar, got shape ", input.shape.to_string()));
    }
    values[i] = static_cast<Computed<T>>(input.template values<T>()[0]);
  }
  return Progression<Computed<T>>{values[0], values[1], values[2]};
}

Result<DType> stash_type(const Node& node) {
  TRY_ASSIGN(const int64_t type, node.attributes.get_int("stash_type", 1));
  const auto dtype = type >= 0 && type < 32 ? static_cast<DType>(type) : DType::kUndefined;
  if (!Floats::kSet.contains(dtype)) {
    return InvalidModel(cat("attribute \"stash_type\": ", type, " is neither float32 nor float64"));
  }
  return dtype;
}

Status infer_range(InferContext& context) {
  TRY(stash_type(context.node()));
  bool constant = true;
  for (size_t i = 0; i < 3; ++i) {
    TRY(expect_tensor(context, i, RangeTypes::kSet));
    TRY(expect_same_dtype(context, 0, i));
    constant &= context.constant(i) != nullptr;
    const std::vector<Dim>* dims = known_dims(context, i);
    if (dims != nullptr && dims->size() > 1) {
      return InvalidModel(cat("input ", i, ": expected a scalar, got ", dims->size(), " axes"));
    }
  }
  const DType dtype = context.input(0).dtype;
  Dim size;
  if (constant) {
    const auto view = [&](size_t i) { return context.constant(i)->view(); };
    TRY(dispatch(RangeTypes(), dtype, [&]<class T>() -> Status {
      TRY_ASSIGN(const auto range, read_range<T>(view, ErrorCode::kInvalidModel));
      TRY_ASSIGN(const int64_t count, count_of(range, ErrorCode::kInvalidModel));
      size = Dim(count);
      return ok();
    }));
  }
  context.set_output(0, ValueType::tensor(dtype, std::vector<Dim>{size}));
  return ok();
}

// start + i * delta. Floating-point numbers are computed in double and rounded once; halves by way
// of the stash type.
template <class T>
void write_range(const Progression<Computed<T>>& range, DType stash, T* out, int64_t count) {
  if constexpr (std::is_integral_v<T>) {
    auto value = static_cast<Wrapping<T>>(range.start);
    for (int64_t i = 0; i < count; ++i, value += static_cast<Wrapping<T>>(range.delta)) {
      out[i] = static_cast<T>(value);
    }
  } else {
    const auto start = static_cast<double>(range.start);
    const auto delta = static_cast<double>(range.delta);
    const bool by_float = is_half<T> && stash == DType::kFloat32;
    for (int64_t i = 0; i < count; ++i) {
      const double value = start + static_cast<double>(i) * delta;
      out[i] = by_float ? static_cast<T>(static_cast<float>(value)) : static_cast<T>(value);
    }
  }
}

Status run_range(ExecContext& context) {
  TRY_ASSIGN(const DType stash, stash_type(context.node()));
  const DType dtype = context.input(0).dtype;
  const auto view = [&](size_t i) -> const TensorView& { return context.input(i); };
  return dispatch(RangeTypes(), dtype, [&]<class T>() -> Status {
    TRY_ASSIGN(const auto range, read_range<T>(view, ErrorCode::kInvalidArgument));
    TRY_ASSIGN(const int64_t count, count_of(range, ErrorCode::kInvalidArgument));
    TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, Shape{count}));
    write_range<T>(range, stash, static_cast<T*>(y.data), count);
    return ok();
  });
}

// Version 27: halves, and stash_type for them.
constexpr OpDef kOps[] = {
    {.name = "Range", .since = 11, .inputs = {3, 3}, .infer = infer_range, .run = run_range},
};

}  // namespace

std::span<const OpDef> ops_range() { return kOps; }

}  // namespace tundish
