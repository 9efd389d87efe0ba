// Pools of float32 by vectors: rows of an image are combined first, then the columns of what they
// give.
#ifndef TUNDISH_OPS_SUPPORT_POOL_ROWS_H_
#define TUNDISH_OPS_SUPPORT_POOL_ROWS_H_

#include "ir/exec_context.h"
#include "ops/support/pool.h"

namespace tundish::ops {

enum class PoolKind : uint8_t {
  kMax,      ///< NaN where one is in the window, -infinity for a window without elements
  kAverage,  ///< over the taps that lie in the image, 0 for none; sums in float32
  kSum,
};

/// False, with nothing done, where rows are too long or windows too large for this way.
bool pool_rows(ExecContext& context, const Pool& pool, PoolKind kind, const float* x, float* y);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_POOL_ROWS_H_
