// What the nodes that hold subgraphs hand over to them.
#ifndef TUNDISH_IMPORT_ONNX_BODY_TYPES_H_
#define TUNDISH_IMPORT_ONNX_BODY_TYPES_H_

#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor_type.h"
#include "tundish/result.h"

namespace tundish {

/// Types of a body's own inputs from those of the node's inputs, for Loop, Scan and SequenceMap:
/// element types only, as sizes may change from turn to turn. Empty for other operators: what the
/// file declares counts. kInvalidModel when the body's `input_count` does not fit the node.
Result<std::vector<ValueType>> body_input_types(std::string_view op, int version,
                                                std::span<const ValueType> node_inputs,
                                                size_t input_count);

/// Inputs that an operator has at least, optional ones counted, before captured values follow.
size_t own_input_count(std::string_view op);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_BODY_TYPES_H_
