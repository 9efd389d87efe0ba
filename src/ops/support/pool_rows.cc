#include "ops/support/pool_rows.h"

#include <algorithm>
#include <limits>

#include "kernels/conv_block.h"
#include "kernels/table.h"

namespace tundish::ops {
namespace {

// Rows that fit the stack; float32 sums of more taps would lose digits.
constexpr int64_t kMostColumns = 2048;
constexpr int64_t kMostTaps = 1024;

struct Rows {
  const WindowPlan& plan;
  PoolKind kind;
  void (*combine)(const float* x, size_t count, float* y);
  const kernels::ConvKernels& kernels;
  int64_t padded = 0;  // columns that windows see
  int64_t length = 0;  // of each remainder of the stride
  float neutral = 0;
  float divisors[kMostColumns];  // taps of each window that lie in the image, at least 1

  Rows(const WindowPlan& windows, PoolKind pool_kind, const kernels::ConvKernels& table)
      : plan(windows), kind(pool_kind), kernels(table) {
    const bool largest = kind == PoolKind::kMax;
    combine = largest ? kernels.max_into : kernels.add_into;
    neutral = largest ? -std::numeric_limits<float>::infinity() : 0.0F;
    const AxisWindow& axis = plan.last();
    length = (((plan.out_columns() - 1) * axis.stride + axis.extent()) - 1) / axis.stride + 1;
    padded = length * axis.stride;
  }

  void count_taps() {
    for (int64_t i = 0; i < plan.out_columns(); ++i) {
      const int64_t taps = taps_inside(plan.last(), plan.in_columns(), i).count();
      divisors[i] = static_cast<float>(std::max<int64_t>(1, taps));
    }
  }

  // All taps of one row of windows, columns combined from the rows in `seen`.
  void pool_columns(float* seen, float* out) const {
    const AxisWindow& axis = plan.last();
    const auto columns = static_cast<size_t>(plan.out_columns());
    float phases[kMostColumns];
    const float* from = seen;
    const bool splits = axis.stride == 2 || axis.stride == 4;
    if (splits) {
      kernels.split(seen, static_cast<size_t>(length), static_cast<size_t>(axis.stride), phases,
                    static_cast<size_t>(length));
      from = phases;
    }
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      const int64_t at = tap * axis.dilation;
      if (!splits && axis.stride != 1) {
        add_tap(seen + at, tap == 0, out);
        continue;
      }
      const float* x = from + at % axis.stride * length + at / axis.stride;
      if (tap == 0) {
        std::copy_n(x, columns, out);
      } else {
        combine(x, columns, out);
      }
    }
  }

  // Columns that are not neighbours, one by one.
  void add_tap(const float* x, bool first, float* out) const {
    const int64_t stride = plan.last().stride;
    for (int64_t i = 0; i < plan.out_columns(); ++i) {
      const float value = x[i * stride];
      if (first) {
        out[i] = value;
      } else if (kind != PoolKind::kMax) {
        out[i] += value;
      } else if (value > out[i] || value != value) {
        out[i] = value;
      }
    }
  }

  void pool_row(const float* image, int64_t row, float* out) const {
    float seen[kMostColumns + kernels::kSplitSlack];
    const AxisWindow& axis = plan.last();
    const int64_t columns = std::min(plan.in_columns(), padded - axis.pad_begin);
    const auto count = static_cast<size_t>(columns);
    float* inside = seen + axis.pad_begin;
    std::fill_n(seen, axis.pad_begin, neutral);
    std::fill(inside + columns, seen + padded, neutral);
    int64_t tap_rows = 0;
    for_each_tap_row(plan, row, [&](int64_t input_row, int64_t) {
      const float* x = image + input_row * plan.in_columns();
      if (tap_rows++ == 0) {
        std::copy_n(x, count, inside);
      } else {
        combine(x, count, inside);
      }
    });
    if (tap_rows == 0) std::fill_n(inside, columns, neutral);
    pool_columns(seen, out);
    if (kind != PoolKind::kAverage) return;
    kernels.divide(divisors, static_cast<float>(std::max<int64_t>(1, tap_rows)),
                   static_cast<size_t>(plan.out_columns()), out);
  }
};

bool serves(const WindowPlan& plan, const Rows& rows) {
  int64_t taps = 1;
  for (size_t i = 0; i < plan.rank; ++i) {
    if (plan.axes[i].kernel > kMostTaps) return false;
    taps *= plan.axes[i].kernel;
    if (taps > kMostTaps) return false;
  }
  // Beyond the padding there is a column at least.
  return plan.in_columns() <= kMostColumns && rows.padded <= kMostColumns &&
         plan.last().pad_begin < rows.padded && plan.last().stride <= kMostColumns;
}

}  // namespace

bool pool_rows(ExecContext& context, const Pool& pool, PoolKind kind, const float* x, float* y) {
  const WindowPlan& plan = pool.plan;
  if (plan.last().kernel > kMostTaps || plan.last().extent() > kMostColumns ||
      plan.last().stride > kMostColumns || plan.out_columns() > kMostColumns) {
    return false;
  }
  Rows rows(plan, kind, *context.kernels().conv);
  if (!serves(plan, rows)) return false;
  rows.count_taps();
  const int64_t in_plane = plan.in_rows() * plan.in_columns();
  const int64_t out_rows = plan.out_rows();
  auto work = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      rows.pool_row(x + i / out_rows * in_plane, i % out_rows, y + i * plan.out_columns());
    }
  };
  context.parallel_for(pool.planes * out_rows, 8 * pool_grain(plan), work);
  return true;
}

}  // namespace tundish::ops
