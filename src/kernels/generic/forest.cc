#include "kernels/generic/forest.h"

#include <cstring>

#include "kernels/forest.h"

namespace tundish::kernels {
namespace {

bool holds(uint8_t mode, double value, double threshold) {
  switch (mode) {
    case kModeLeq: return value <= threshold;
    case kModeLt: return value < threshold;
    case kModeGte: return value >= threshold;
    case kModeGt: return value > threshold;
    case kModeEq: return value == threshold;
    default: return value != threshold;
  }
}

// Rows and answers may lie at any address.
template <class T> T load(const void* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class X> double feature_of(const unsigned char* row, const ForestNode& node) {
  return load<X>(row + (node.feature & kFeatureMask) * sizeof(X));
}

// One step down from inner node `node`: 0 left, 1 right.
template <class X> uint32_t step(const ForestNode& node, const unsigned char* row) {
  const double value = feature_of<X>(row, node);
  const bool left = value <= node.threshold;
  const bool nan_left = (node.feature & kNanLeft) != 0 && value != value;
  return (left || nan_left) ? 0 : 1;
}

template <class X>
uint32_t leaf_of(const ForestTables& forest, uint32_t at, const unsigned char* row) {
  const ForestNode* nodes = forest.nodes;
  if (forest.modes == nullptr) {
    while (nodes[at].feature != kLeafFeature) at = nodes[at].left + step<X>(nodes[at], row);
    return nodes[at].left;
  }
  while (nodes[at].feature != kLeafFeature) {
    const double value = feature_of<X>(row, nodes[at]);
    const uint8_t mode = forest.modes[at];
    const bool nan_true = (mode & kNanTrue) != 0 && value != value;
    const bool left = nan_true || holds(mode & kModeMask, value, nodes[at].threshold);
    at = nodes[at].left + (left ? 0 : 1);
  }
  return nodes[at].left;
}

// Takes one leaf weight into an accumulator.
template <class S> void take(uint8_t aggregate, S weight, bool seen, S* accumulator) {
  if (aggregate == kForestSum || aggregate == kForestAverage) {
    *accumulator += weight;
  } else if (!seen || (aggregate == kForestMin ? weight < *accumulator : weight > *accumulator)) {
    *accumulator = weight;
  }
}

template <class X, class S>
void run_target_range(const ForestTables& forest, const unsigned char* row, S* sums, bool* seen,
                      size_t begin, size_t end) {
  const S* weights = static_cast<const S*>(forest.weights);
  const S* first = static_cast<const S*>(forest.first);
  for (size_t k = begin; k < end; ++k) sums[k - begin] = first[k], seen[k - begin] = false;
  for (size_t t = 0; t < forest.tree_count; ++t) {
    const size_t leaf = leaf_of<X>(forest, forest.roots[t], row);
    if (forest.leaf_targets != nullptr) {
      const size_t target = forest.leaf_targets[leaf];
      if (target < begin || target >= end) continue;
      take(forest.aggregate, weights[leaf], seen[target - begin], &sums[target - begin]);
      seen[target - begin] = true;
      continue;
    }
    for (size_t k = begin; k < end; ++k) {
      take(forest.aggregate, weights[leaf * forest.target_count + k], seen[k - begin],
           &sums[k - begin]);
      seen[k - begin] = true;
    }
  }
  if (forest.aggregate == kForestAverage && forest.tree_count != 0) {
    for (size_t k = begin; k < end; ++k) sums[k - begin] /= static_cast<S>(forest.tree_count);
  }
  const S* last = static_cast<const S*>(forest.last);
  if (last == nullptr) return;
  for (size_t k = begin; k < end; ++k) sums[k - begin] += last[k];
}

template <class X, class S, class Y>
void run_rows(const ForestTables& forest, const void* x, size_t row_count, size_t stride,
              void* out) {
  constexpr size_t kTargetsAtOnce = 64;  // so that sums live on the stack; walks again beyond
  S sums[kTargetsAtOnce];
  bool seen[kTargetsAtOnce];
  unsigned char* to = static_cast<unsigned char*>(out);
  for (size_t r = 0; r < row_count; ++r) {
    const unsigned char* row = static_cast<const unsigned char*>(x) + r * stride * sizeof(X);
    for (size_t begin = 0; begin < forest.target_count; begin += kTargetsAtOnce) {
      const size_t left = forest.target_count - begin;
      const size_t count = left < kTargetsAtOnce ? left : kTargetsAtOnce;
      run_target_range<X>(forest, row, sums, seen, begin, begin + count);
      for (size_t k = 0; k < count; ++k, to += sizeof(Y)) {
        const Y value = static_cast<Y>(sums[k]);
        std::memcpy(to, &value, sizeof value);
      }
    }
  }
}

template <class X, class S>
void run_output(const ForestTables& forest, const void* x, size_t row_count, size_t stride,
                void* out) {
  if (forest.output_is_double != 0) {
    run_rows<X, S, double>(forest, x, row_count, stride, out);
  } else {
    run_rows<X, S, float>(forest, x, row_count, stride, out);
  }
}

template <class X>
void run_sum(const ForestTables& forest, const void* x, size_t row_count, size_t stride,
             void* out) {
  if (forest.sum_is_double != 0) {
    run_output<X, double>(forest, x, row_count, stride, out);
  } else {
    run_output<X, float>(forest, x, row_count, stride, out);
  }
}

}  // namespace

void forest_generic(const ForestTables& forest, const void* x, size_t row_count,
                    size_t row_stride_elements, void* out, void* scratch) {
  (void)scratch;
  if (forest.input_is_double != 0) {
    run_sum<double>(forest, x, row_count, row_stride_elements, out);
  } else {
    run_sum<float>(forest, x, row_count, row_stride_elements, out);
  }
}

}  // namespace tundish::kernels
