// Derivatives of single operators, as nodes: what Gradient is made of.
#ifndef TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_DERIVATIVE_H_
#define TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_DERIVATIVE_H_

#include <span>
#include <vector>

#include "import/onnx/lift.h"

namespace tundish {

/// A node whose derivative is wanted, with the values that it is taken at.
struct Step {
  const Node& node;
  std::span<const ValueId> inputs;
  ValueId output = kNoValue;
  ValueId gradient = kNoValue;  ///< of the differentiated value with respect to `output`
};

/// A tensor with the shape and element type of `like`, all of whose elements are 0 or 1.
enum class Fill : uint8_t { kZeros, kOnes };
Result<ValueId> filled_like(Lift& lift, ValueId like, Fill fill);

/// Gradient with respect to input `index` of the step, in that input's shape. kUnsupported for an
/// operator without a rule, and where sizes that a sum over broadcast axes depends on are not
/// known.
Result<ValueId> derivative(Lift& lift, const Step& step, size_t index);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_DERIVATIVE_H_
