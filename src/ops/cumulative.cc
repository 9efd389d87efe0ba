// CumSum and CumProd: sums and products of all elements up to each along one axis, in their order.
// Integers wrap; halves are accumulated in float and rounded once.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

using Summable = Types<float, double, int64_t, int32_t, uint64_t, uint32_t, Float16, Bfloat16>;
// Sums and products that wrap have the same bits signed and unsigned.
using Computing = Types<float, double, uint64_t, uint32_t>;

DType wrapping_type(DType dtype) {
  if (dtype == DType::kInt64) return DType::kUint64;
  if (dtype == DType::kInt32) return DType::kUint32;
  return dtype;
}

struct Sum {
  static constexpr int kStart = 0;
  template <class T> static T step(T a, T b) { return a + b; }
};
struct Product {
  static constexpr int kStart = 1;
  template <class T> static T step(T a, T b) { return a * b; }
};

Status infer_cumulative(InferContext& context) {
  TRY(expect_tensor(context, 0, Summable::kSet));
  TRY(expect_tensor(context, 1, {DType::kInt32, DType::kInt64}, {}));
  for (const char* name : {"exclusive", "reverse"}) {
    TRY_ASSIGN([[maybe_unused]] const int64_t flag, context.node().attributes.get_int(name, 0));
  }
  const std::optional<Shape> shape = concrete(context.input(1).shape);
  if (shape && shape->element_count() != 1) {
    return InvalidModel(cat("input 1: expected one axis, got ", shape->to_string()));
  }
  TRY_ASSIGN(const auto axis, constant_integers(context, 1));
  const std::vector<Dim>* sizes = known_dims(context, 0);
  if (axis && sizes != nullptr) {
    TRY(checked_axis(axis->front(), sizes->size(), ErrorCode::kInvalidModel));
  }
  context.set_output(0, context.input(0));
  return ok();
}

// Lines of `count` elements that lie `inner` apart, `inner` lines side by side.
struct Lines {
  int64_t count, inner;
  bool exclusive, reverse;
};

template <class Operation, class T> void run_slab(const Lines& lines, const T* x, T* out) {
  const int64_t step = lines.reverse ? -lines.inner : lines.inner;
  const int64_t start = lines.reverse ? (lines.count - 1) * lines.inner : 0;
  const T* from = x + start;
  T* to = out + start;
  if (lines.exclusive) {
    std::fill_n(to, lines.inner, static_cast<T>(Operation::kStart));
  } else {
    std::copy_n(from, lines.inner, to);
  }
  for (int64_t i = 1; i < lines.count; ++i) {
    const T* before = to;
    const T* next = lines.exclusive ? from : from + step;
    to += step;
    from += step;
    for (int64_t k = 0; k < lines.inner; ++k) to[k] = Operation::step(before[k], next[k]);
  }
}

template <class Operation> Status run_cumulative(ExecContext& context) {
  const AttributeList& attributes = context.node().attributes;
  TRY_ASSIGN(const int64_t exclusive, attributes.get_int("exclusive", 0));
  TRY_ASSIGN(const int64_t reverse, attributes.get_int("reverse", 0));
  TRY_ASSIGN(const ShortList list, read_short_list(context.input(1), 1));
  if (list.count != 1) return InvalidArgument(cat("input 1: ", list.count, " axes, expected one"));
  const Shape shape = context.input(0).shape;
  TRY_ASSIGN(const size_t axis,
             checked_axis(list.values[0], shape.rank(), ErrorCode::kInvalidArgument));
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  if (shape.element_count() == 0) return ok();
  Lines lines{shape[axis], 1, exclusive != 0, reverse != 0};
  for (size_t k = axis + 1; k < shape.rank(); ++k) lines.inner *= shape[k];
  const int64_t slab = lines.count * lines.inner;
  const int64_t slabs = shape.element_count() / slab;
  return dispatch(Computing(), wrapping_type(dtype), [&]<class T>() {
    const T* from = static_cast<const T*>(context.input(0).data);
    T* to = static_cast<T*>(y.data);
    auto piece = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        run_slab<Operation>(lines, from + i * slab, to + i * slab);
      }
    };
    const int64_t grain = std::max<int64_t>(1, kCheapGrain / slab);
    if (slabs <= grain) {
      piece(0, slabs);
    } else {
      context.parallel_for(slabs, grain, piece);
    }
    return ok();
  });
}

// Version 14 only added types.
constexpr OpDef kOps[] = {
    {.name = "CumSum",
     .since = 11,
     .inputs = {2, 2},
     .infer = infer_cumulative,
     .run = run_with_halves<run_cumulative<Sum>>},
    {.name = "CumProd",
     .since = 26,
     .inputs = {2, 2},
     .infer = infer_cumulative,
     .run = run_with_halves<run_cumulative<Product>>},
};

}  // namespace

std::span<const OpDef> ops_cumulative() { return kOps; }

}  // namespace tundish
