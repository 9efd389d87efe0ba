// Softmax and its logarithm along one axis of dense storage.
#ifndef TUNDISH_OPS_SUPPORT_SOFTMAX_LANES_H_
#define TUNDISH_OPS_SUPPORT_SOFTMAX_LANES_H_

#include <cstdint>

#include "ir/exec_context.h"

namespace tundish::ops {

enum class SoftmaxKind : uint8_t { kSoftmax, kLogSoftmax };

/// x and y are [outer, size, inner]; each of the outer * inner lanes is normalised along `size`.
struct LaneShape {
  int64_t outer = 1;
  int64_t size = 1;
  int64_t inner = 1;
};

/// y = exp(x - max) / sum(exp(x - max)), or its logarithm. Lanes of float32 go to the vector
/// kernels, but for logarithms of lanes that are not dense; the sums of all others are in double. x
/// and y may be the same storage. T is float or double. A lane with NaN, with +infinity, or with
/// nothing above -infinity becomes NaN, as in the function bodies of ONNX.
template <class T>
void softmax_lanes(ExecContext& context, SoftmaxKind kind, const LaneShape& shape, const T* x,
                   T* y);

/// One dense lane of softmax on the calling thread.
template <class T> void softmax_row(const KernelTable& table, const T* x, T* y, int64_t size);

/// Rows of queries of one tile of attention over `keys` keys: each tile brings the keys into the
/// kernels' form anew, so many, but its scores should stay in the second cache (1 MB).
inline int64_t attention_tile_rows(int64_t queries, int64_t keys) {
  constexpr int64_t kScores = 65536;
  const int64_t fitting = kScores / (keys > 0 ? keys : 1);
  const int64_t rows = fitting < 16 ? 16 : fitting > 128 ? 128 : fitting;
  return rows < queries ? rows : queries > 0 ? queries : 1;
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_SOFTMAX_LANES_H_
