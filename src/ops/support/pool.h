// What pools share: shapes, and the loop over windows.
#ifndef TUNDISH_OPS_SUPPORT_POOL_H_
#define TUNDISH_OPS_SUPPORT_POOL_H_

#include <memory>

#include "ir/exec_context.h"
#include "ops/support/types.h"
#include "ops/support/window.h"

namespace tundish::ops {

/// Columns of output that are pooled together.
inline constexpr int64_t kPoolColumns = 256;

/// Type of the answer, whose element type is one of `held`.
Result<SymbolicShape> infer_pool(InferContext& context, DTypeSet held);
/// The windows, read once.
Result<std::unique_ptr<KernelState>> prepare_pool(const PrepareContext& context);

struct Pool {
  WindowPlan plan;
  int64_t planes = 0;  ///< batch times channels
  Shape out;
};
Result<Pool> open_pool(const ExecContext& context);

/// Rows of output that a thread should get at least: about 50 us.
int64_t pool_grain(const WindowPlan& plan);

/// Pools columns [begin, end) of a row, at most kPoolColumns of them. A pooling has `Sum start()`,
/// `Sum step(Sum, Sum)` and `finish(Sum, number of taps that lie in the image)`.
template <class Pooling, class T>
void pool_columns(const WindowPlan& plan, const Pooling& pooling, const T* image, int64_t row,
                  int64_t begin, int64_t end, T* out) {
  using Sum = typename Pooling::Sum;
  const AxisWindow& axis = plan.last();
  const int64_t columns = plan.in_columns();
  // Taps that any of these windows has in the image.
  const AxisWindow& a = axis;
  const int64_t last_origin = (end - 1) * a.stride - a.pad_begin;
  const int64_t first_tap = last_origin < 0 ? -last_origin / a.dilation : 0;
  const int64_t end_tap = taps_inside(axis, columns, begin).end;
  std::array<Sum, kPoolColumns> sums;
  std::fill_n(sums.begin(), end - begin, pooling.start());
  int64_t tap_rows = 0;
  for_each_tap_row(plan, row, [&](int64_t input_row, int64_t) {
    ++tap_rows;
    const T* x = image + input_row * columns;
    for (int64_t tap = first_tap; tap < end_tap; ++tap) {
      const Range inside = windows_inside(axis, columns, end, tap);
      const T* from = x + tap * axis.dilation - axis.pad_begin;
      Sum* to = sums.data() - begin;
      for (int64_t i = std::max(begin, inside.begin); i < inside.end; ++i) {
        to[i] = pooling.step(to[i], static_cast<Sum>(from[i * axis.stride]));
      }
    }
  });
  for (int64_t i = begin; i < end; ++i) {
    const int64_t taps = tap_rows * taps_inside(axis, columns, i).count();
    out[i] = static_cast<T>(pooling.finish(sums[static_cast<size_t>(i - begin)], taps));
  }
}

template <class Pooling, class T>
void pool_planes(ExecContext& context, const Pool& pool, const Pooling& pooling, const T* x, T* y) {
  const WindowPlan& plan = pool.plan;
  const int64_t rows = plan.out_rows();
  const int64_t columns = plan.out_columns();
  const int64_t in_plane = plan.in_rows() * plan.in_columns();
  // Windows further apart than the axis is long share no taps.
  const int64_t piece = plan.last().stride >= plan.in_columns() ? 1 : kPoolColumns;
  auto work = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* image = x + i / rows * in_plane;
      T* out = y + i * columns;
      for (int64_t column = 0; column < columns; column += piece) {
        pool_columns(plan, pooling, image, i % rows, column, std::min(columns, column + piece),
                     out);
      }
    }
  };
  context.parallel_for(pool.planes * rows, pool_grain(plan), work);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_POOL_H_
