// Whether values fit the inputs of a graph.
#ifndef TUNDISH_RUNTIME_INPUTS_H_
#define TUNDISH_RUNTIME_INPUTS_H_

#include <span>

#include "ir/graph.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// kInvalidArgument naming the input when the count, a dtype, a rank or a fixed size differs from
/// what the graph says, when equal symbols have different sizes, or when data is null.
Status check_inputs(const Graph& graph, std::span<const TensorView> inputs);
/// The same for values of any kind; only the kind is compared for those that are no dense tensors.
Status check_inputs(const Graph& graph, std::span<const Value> inputs);

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_INPUTS_H_
