// The plain walk of tundish.TreeEnsemble: one row, one tree, one node after the other. It defines
// the answer, shares nothing with the packed kernels, and is what the reference evaluator runs.
#ifndef TUNDISH_OPS_SUPPORT_TREE_WALK_H_
#define TUNDISH_OPS_SUPPORT_TREE_WALK_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "ir/tree_ensemble.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Tables of one ensemble as they stand in the inputs of a node (ir/tree_ensemble.h), borrowed.
struct TreeTables {
  TensorView roots, feature, threshold, mode, if_true, if_false, weight;
  const int32_t* target = nullptr;  ///< [leaves], or null: leaves hold `target_count` weights
  const void* base = nullptr;       ///< [target_count] of the accumulation type, or null
  int64_t target_count = 1;
  Aggregate aggregate = Aggregate::kSum;
  BaseOrder base_order = BaseOrder::kFirst;
  DType accumulate = DType::kFloat64;
};

/// Attributes of a node, without tables. kInvalidModel naming the attribute.
Result<TreeTables> read_tree_attributes(const Node& node);
/// Tables of the running node. kInvalidArgument when their lengths contradict each other.
Result<TreeTables> read_trees(const ExecContext& context);

/// out[row, target_count] in the accumulation type for rows of x [rows, features], float32 or
/// float64, compared as double. kSum: (base or 0) + weights in tree order (+ base when last), each
/// step rounded to the accumulation type. kAverage: the sum without base / trees, then + base.
/// kMin, kMax: of the weights (0 where no leaf names the target), then + base. Tables are not
/// trusted: an index outside its table, or a path longer than there are nodes, is kInvalidArgument
/// naming tree and node.
Status walk_trees(const TreeTables& trees, const TensorView& x, void* out);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_TREE_WALK_H_
