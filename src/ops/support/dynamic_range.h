// Scale and zero point of numbers that are to become uint8, from the numbers themselves.
#ifndef TUNDISH_OPS_SUPPORT_DYNAMIC_RANGE_H_
#define TUNDISH_OPS_SUPPORT_DYNAMIC_RANGE_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "tundish/result.h"

namespace tundish::ops {

struct DynamicRange {
  float scale = 1;
  float zero_point = 0;  ///< an integer in [0, 255]
};

/// As ONNX's DynamicQuantizeLinear: the range of the numbers and 0 over 255. NaN is passed over.
Result<DynamicRange> dynamic_range(ExecContext& context, const float* x, int64_t count);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_DYNAMIC_RANGE_H_
