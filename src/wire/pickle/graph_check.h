// What a graph of a model may look like, checked once so that importers can walk it plainly.
#ifndef TUNDISH_WIRE_PICKLE_GRAPH_CHECK_H_
#define TUNDISH_WIRE_PICKLE_GRAPH_CHECK_H_

#include "tundish/limits.h"
#include "tundish/result.h"
#include "wire/pickle/object_graph.h"

namespace tundish::pickle {

/// Walks everything below the root with a stack of its own. kInvalidModel for an object that
/// contains itself (no fitted model does); kLimit when containers nest deeper than
/// Limits::max_nesting. After it recursion over the graph ends and is bounded; sharing may still
/// make the walk of every path exponential, so visit shared objects once. Requires a root.
Status check_structure(const ObjectGraph& graph, const Limits& limits);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_GRAPH_CHECK_H_
