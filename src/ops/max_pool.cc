// MaxPool: the largest element of each window, and where it lies.
#include <limits>

#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/pool.h"
#include "ops/support/pool_rows.h"

namespace tundish {
namespace {
using namespace ops;

using Comparable = Types<float, double, int8_t, uint8_t>;

template <class T> constexpr T least() {
  if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
  return std::numeric_limits<T>::lowest();
}

// A NaN in a window is its maximum (as in ReduceMax). A window without elements has none: its
// answer is the least value of the type.
template <class T> struct LargestOf {
  using Sum = T;
  T start() const { return least<T>(); }
  static T step(T most, T x) { return x > most || x != x ? x : most; }
  T finish(T most, int64_t) const { return most; }
};

// ---- With indices

// Where elements of one image lie in the flat tensor as `storage_order` counts.
struct IndexOrder {
  std::array<int64_t, kMaxSpatial> strides;  // of the spatial axes

  IndexOrder(const WindowPlan& plan, bool column_major) {
    int64_t step = 1;
    for (size_t i = 0; i < plan.rank; ++i) {
      const size_t axis = column_major ? i : plan.rank - 1 - i;
      strides[axis] = step;
      step *= plan.in[axis];
    }
  }
  // Of the first element of a row.
  int64_t row_start(const WindowPlan& plan, int64_t row) const {
    int64_t index = 0;
    for (size_t axis = plan.rank - 1; axis-- > 0;) {
      index += row % plan.in[axis] * strides[axis];
      row /= plan.in[axis];
    }
    return index;
  }
};

// One window of one row; the first of equal elements counts.
template <class T> struct Largest {
  T value = least<T>();
  int64_t index = -1;  // of a window without elements

  void see(T x, int64_t at) {
    // Nothing comes after a NaN.
    if (index >= 0 && !(x > value || (x != x && value == value))) return;
    value = x;
    index = at;
  }
};

template <class T>
void pool_row_indexed(const WindowPlan& plan, const IndexOrder& order, const T* image, int64_t row,
                      T* out, int64_t* indices, int64_t first_index) {
  const AxisWindow& axis = plan.last();
  const int64_t columns = plan.in_columns();
  const int64_t step = order.strides[plan.rank - 1];
  for (int64_t window = 0; window < plan.out_columns(); ++window) {
    const Range taps = taps_inside(axis, columns, window);
    const int64_t origin = window * axis.stride - axis.pad_begin;
    Largest<T> largest;
    for_each_tap_row(plan, row, [&](int64_t input_row, int64_t) {
      const T* x = image + input_row * columns;
      const int64_t start = order.row_start(plan, input_row);
      for (int64_t tap = taps.begin; tap < taps.end; ++tap) {
        const int64_t column = origin + tap * axis.dilation;
        largest.see(x[column], start + column * step);
      }
    });
    out[window] = largest.value;
    indices[window] = largest.index < 0 ? -1 : first_index + largest.index;
  }
}

template <class T>
void pool_indexed(ExecContext& context, const WindowPlan& plan, int64_t planes, const T* x, T* y,
                  int64_t* indices, const IndexOrder& order) {
  const int64_t rows = plan.out_rows();
  const int64_t columns = plan.out_columns();
  const int64_t in_plane = plan.in_rows() * plan.in_columns();
  auto work = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t plane = i / rows;
      pool_row_indexed(plan, order, x + plane * in_plane, i % rows, y + i * columns,
                       indices + i * columns, plane * in_plane);
    }
  };
  context.parallel_for(planes * rows, pool_grain(plan), work);
}

Status infer_max_pool(InferContext& context) {
  TRY_ASSIGN(SymbolicShape shape, infer_pool(context, AllFloats::kSet | Comparable::kSet));
  if (context.node().outputs.size() > 1) {
    context.set_output(1, ValueType::tensor(DType::kInt64, shape));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(shape)));
  return ok();
}

Status run_max_pool(ExecContext& context) {
  TRY_ASSIGN(const Pool pool, open_pool(context));
  const DType dtype = context.input(0).dtype;
  const bool indexed = context.output_count() > 1 && context.output_wanted(1);
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, pool.out));
  MutableTensorView indices;
  if (indexed) {
    TRY_ASSIGN(indices, sized_output(context, 1, DType::kInt64, pool.out));
  }
  if (pool.out.element_count() == 0) return ok();
  TRY_ASSIGN(const int64_t order, context.node().attributes.get_int("storage_order", 0));
  return dispatch(Comparable(), dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(context.input(0).data);
    T* out = static_cast<T*>(y.data);
    if (indexed) {
      pool_indexed(context, pool.plan, pool.planes, x, out, static_cast<int64_t*>(indices.data),
                   IndexOrder(pool.plan, order != 0));
      return ok();
    }
    if constexpr (std::is_same_v<T, float>) {
      if (pool_rows(context, pool, PoolKind::kMax, x, out)) return ok();
    }
    pool_planes(context, pool, LargestOf<T>(), x, out);
    return ok();
  });
}

// Version 8 adds the indices, 10 ceil_mode and dilations: nothing that was there before changed.
constexpr OpDef kOps[] = {
    {.name = "MaxPool",
     .since = 1,
     .inputs = {1, 1},
     .outputs = {1, 2},
     .infer = infer_max_pool,
     .run = run_with_halves<run_max_pool>,
     .prepare = prepare_pool},
};

}  // namespace

std::span<const OpDef> ops_max_pool() { return kOps; }

}  // namespace tundish
