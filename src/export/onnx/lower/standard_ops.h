// Which opset a canonical node can be written at.
#ifndef TUNDISH_EXPORT_ONNX_LOWER_STANDARD_OPS_H_
#define TUNDISH_EXPORT_ONNX_LOWER_STANDARD_OPS_H_

#include "ir/graph.h"
#include "tundish/result.h"

namespace tundish {

/// The lowest opset of the node's domain at which a node of canonical form (opset 27, ai.onnx.ml 5)
/// with these attributes and element types has the same meaning. kUnsupported naming the operator
/// when none is known.
Result<int> lowest_opset(const Graph& graph, const Node& node);

}  // namespace tundish

#endif  // TUNDISH_EXPORT_ONNX_LOWER_STANDARD_OPS_H_
