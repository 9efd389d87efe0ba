#include "ops/support/softmax_lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/elementwise.h"

namespace tundish::ops {
namespace {

constexpr int64_t kLanes = 64;  // neighbouring lanes that are worked on together

template <class T> T largest(const T* x, int64_t size) {
  T most = -std::numeric_limits<T>::infinity();
  for (int64_t i = 0; i < size; ++i) most = x[i] > most ? x[i] : most;
  return most;
}

template <class T> void plain_softmax_row(const T* x, T* y, int64_t size) {
  const T most = largest(x, size);
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) {
    y[i] = std::exp(x[i] - most);
    sum += static_cast<double>(y[i]);
  }
  const double share = 1 / sum;
  for (int64_t i = 0; i < size; ++i) y[i] = static_cast<T>(static_cast<double>(y[i]) * share);
}

template <class T> void log_softmax_row(const T* x, T* y, int64_t size) {
  const T most = largest(x, size);
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += static_cast<double>(std::exp(x[i] - most));
  const T log_sum = static_cast<T>(std::log(sum));
  for (int64_t i = 0; i < size; ++i) y[i] = x[i] - most - log_sum;
}

// values[k] = e^values[k].
template <class T> void exponentials(const KernelTable& table, T* values, int64_t count) {
  if constexpr (std::is_same_v<T, float>) {
    table.vector->exp(values, static_cast<size_t>(count), values);
  } else {
    for (int64_t k = 0; k < count; ++k) values[k] = std::exp(values[k]);
  }
}

// `count` neighbouring lanes whose elements are `step` apart.
template <class T>
void strided_lanes(const KernelTable& table, SoftmaxKind kind, const T* x, T* y, int64_t size,
                   int64_t step, int64_t count) {
  const bool is_log = kind == SoftmaxKind::kLogSoftmax;
  if constexpr (std::is_same_v<T, float>) {
    if (!is_log) {
      return table.vector->softmax_columns(x, static_cast<size_t>(step), static_cast<size_t>(size),
                                           static_cast<size_t>(count), y);
    }
  }
  T most[kLanes];
  T power[kLanes];
  double sum[kLanes] = {};
  std::fill_n(most, count, -std::numeric_limits<T>::infinity());
  for (int64_t i = 0; i < size; ++i) {
    const T* from = x + i * step;
    for (int64_t k = 0; k < count; ++k) most[k] = from[k] > most[k] ? from[k] : most[k];
  }
  for (int64_t i = 0; i < size; ++i) {
    const T* from = x + i * step;
    T* to = y + i * step;
    for (int64_t k = 0; k < count; ++k) power[k] = from[k] - most[k];
    if (is_log) std::copy_n(power, count, to);
    exponentials(table, power, count);
    for (int64_t k = 0; k < count; ++k) sum[k] += static_cast<double>(power[k]);
    if (!is_log) std::copy_n(power, count, to);
  }
  for (int64_t k = 0; k < count; ++k) sum[k] = is_log ? std::log(sum[k]) : 1 / sum[k];
  for (int64_t i = 0; i < size; ++i) {
    T* to = y + i * step;
    for (int64_t k = 0; k < count; ++k) {
      to[k] = static_cast<T>(is_log ? static_cast<double>(to[k]) - sum[k]
                                    : static_cast<double>(to[k]) * sum[k]);
    }
  }
}

}  // namespace

template <class T> void softmax_row(const KernelTable& table, const T* x, T* y, int64_t size) {
  if constexpr (std::is_same_v<T, float>) {
    table.vector->softmax(x, 1, static_cast<size_t>(size), y);
  } else {
    plain_softmax_row(x, y, size);
  }
}

namespace {

// Dense rows of float32 on the vector kernels.
void softmax_rows(ExecContext& context, SoftmaxKind kind, int64_t rows, int64_t size,
                  const float* x, float* y) {
  // Per element a third of a nanosecond.
  constexpr int64_t kRowGrain = 4 * kCostlyGrain;
  const kernels::VectorKernels& vector = *context.kernels().vector;
  auto part = [&](int64_t begin, int64_t end) {
    const auto columns = static_cast<size_t>(size);
    if (kind == SoftmaxKind::kSoftmax) {
      const auto count = static_cast<size_t>(end - begin);
      vector.softmax(x + begin * size, count, columns, y + begin * size);
      return;
    }
    for (int64_t row = begin; row < end; ++row) {
      vector.log_softmax(x + row * size, columns, y + row * size);
    }
  };
  const int64_t grain = kRowGrain / size + 1;
  if (rows <= grain || context.thread_count() == 1) return part(0, rows);
  context.parallel_for(rows, grain, part);
}

}  // namespace

template <class T>
void softmax_lanes(ExecContext& context, SoftmaxKind kind, const LaneShape& shape, const T* x,
                   T* y) {
  if (shape.outer == 0 || shape.size == 0 || shape.inner == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    if (shape.inner == 1) return softmax_rows(context, kind, shape.outer, shape.size, x, y);
  }
  const int64_t across = (shape.inner + kLanes - 1) / kLanes;
  const int64_t block = shape.size * shape.inner;
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t lane = at % across * kLanes;
      const int64_t first = at / across * block + lane;
      if (shape.inner > 1) {
        const int64_t count = std::min(kLanes, shape.inner - lane);
        strided_lanes(context.kernels(), kind, x + first, y + first, shape.size, shape.inner,
                      count);
      } else if (kind == SoftmaxKind::kSoftmax) {
        plain_softmax_row(x + first, y + first, shape.size);
      } else {
        log_softmax_row(x + first, y + first, shape.size);
      }
    }
  };
  const int64_t each = shape.size * std::min(kLanes, shape.inner);
  const int64_t grain = kCostlyGrain / each + 1;
  const int64_t count = shape.outer * across;
  if (count <= grain || context.thread_count() == 1) return part(0, count);
  context.parallel_for(count, grain, part);
}

template void softmax_row(const KernelTable& table, const float* x, float* y, int64_t size);
template void softmax_row(const KernelTable& table, const double* x, double* y, int64_t size);
template void softmax_lanes(ExecContext& context, SoftmaxKind kind, const LaneShape& shape,
                            const float* x, float* y);
template void softmax_lanes(ExecContext& context, SoftmaxKind kind, const LaneShape& shape,
                            const double* x, double* y);

}  // namespace tundish::ops
