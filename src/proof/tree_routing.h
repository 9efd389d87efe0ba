// Two ensembles over a monotone chain: same shape, same leaves, equivalent comparisons.
#ifndef TUNDISH_PROOF_TREE_ROUTING_H_
#define TUNDISH_PROOF_TREE_ROUTING_H_

#include <optional>
#include <string>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "ir/tree_ensemble.h"
#include "passes/support/monotone_chain.h"

namespace tundish {

/// Number of comparisons shown equivalent; or why not.
struct RoutingResult {
  bool equivalent = false;
  std::string why;
  int64_t comparisons = 0;
  int64_t trees = 0;
  int64_t leaves = 0;
};

/// Whether `shipped` over a value x of type `input` (float32 or float64) reaches the same leaf
/// weights in the same order as `theirs` over chain(x), for every x. `chain` runs from x to the
/// input of `theirs` in `source_graph`; null when both read x itself.
Result<RoutingResult> prove_routing(const Graph& source_graph, const TreeEnsemble& theirs,
                                    const MonotoneChain* chain, const TreeEnsemble& shipped,
                                    DType input, Evaluator& evaluator);

}  // namespace tundish

#endif  // TUNDISH_PROOF_TREE_ROUTING_H_
