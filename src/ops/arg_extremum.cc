// ArgMax and ArgMin: position of the greatest or least element along an axis. Of equal ones the
// first, or the last with select_last_index. As in numpy, a NaN counts as the extremum.
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

struct Greater {
  template <class T> static bool beats(T a, T b) { return a > b; }
};
struct Less {
  template <class T> static bool beats(T a, T b) { return a < b; }
};

Status infer_arg(InferContext& context) {
  TRY(expect_tensor(context, 0, AllNumbers::kSet));
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  TRY_ASSIGN(const int64_t keep, context.node().attributes.get_int("keepdims", 1));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(wanted_axis, dims->size(), ErrorCode::kInvalidModel));
    out = *dims;
    (*out)[axis] = Dim(1);
    if (keep == 0) out->erase(out->begin() + static_cast<ptrdiff_t>(axis));
  }
  context.set_output(0, ValueType::tensor(DType::kInt64, std::move(out)));
  return ok();
}

enum class Tie : uint8_t { kFirst, kLast };

// Position of the winner among x[0], x[stride], ...
template <class Order, Tie tie, class T> int64_t winner(const T* x, int64_t count, int64_t stride) {
  int64_t best = 0;
  T value = x[0];
  for (int64_t i = 1; i < count; ++i) {
    const T other = x[i * stride];
    const bool other_is_nan = other != other;
    const bool value_is_nan = value != value;
    bool wins = Order::beats(other, value) || (other_is_nan && !value_is_nan);
    if constexpr (tie == Tie::kLast) wins |= other == value || (other_is_nan && value_is_nan);
    if (wins) {
      best = i;
      value = other;
    }
  }
  return best;
}

template <class Order> Status run_arg(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  TRY_ASSIGN(const int64_t keep, context.node().attributes.get_int("keepdims", 1));
  TRY_ASSIGN(const int64_t last, context.node().attributes.get_int("select_last_index", 0));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, x.shape.rank(), ErrorCode::kInvalidArgument));
  Shape shape;
  int64_t outer = 1;
  int64_t inner = 1;
  for (size_t k = 0; k < x.shape.rank(); ++k) {
    if (k != axis) {
      shape.append(x.shape[k]);
      (k < axis ? outer : inner) *= x.shape[k];
    } else if (keep != 0) {
      shape.append(1);
    }
  }
  const int64_t count = x.shape[axis];
  if (count == 0 && outer * inner > 0) {
    return InvalidArgument(cat("axis ", axis, " of shape ", x.shape.to_string(), " is empty"));
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, shape));
  auto* out = static_cast<int64_t*>(y.data);
  return dispatch(Numbers(), x.dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(x.data);
    for (int64_t row = 0; row < outer; ++row) {
      for (int64_t column = 0; column < inner; ++column) {
        const T* line = from + row * count * inner + column;
        out[row * inner + column] = last != 0 ? winner<Order, Tie::kLast>(line, count, inner)
                                              : winner<Order, Tie::kFirst>(line, count, inner);
      }
    }
    return ok();
  });
}

// Version 1; negative axes since 11, select_last_index since 12 with the old meaning as default.
constexpr OpDef kOps[] = {
    {.name = "ArgMax",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_arg,
     .run = run_with_halves<run_arg<Greater>>},
    {.name = "ArgMin",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_arg,
     .run = run_with_halves<run_arg<Less>>},
};

}  // namespace

std::span<const OpDef> ops_arg_extremum() { return kOps; }

}  // namespace tundish
