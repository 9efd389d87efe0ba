// sklearn.tree._tree.Tree as pickled, validated: what every tree estimator reads its trees through.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_TREE_RECORD_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_TREE_RECORD_H_

#include <cstdint>
#include <vector>

#include "ir/tree_ensemble.h"
#include "tundish/limits.h"
#include "tundish/value.h"
#include "wire/pickle/object_view.h"

namespace tundish::sklearn {

/// One fitted tree. Node 0 is the root; arrays have one entry per node. Guaranteed by the reader:
/// every node is reached exactly once, inner nodes test a feature in [0, feature_count) against a
/// threshold that is a number.
struct TreeRecord {
  int64_t feature_count = 0;
  /// Inner nodes: x <= threshold goes to true_child (the left one), missing_true where the file has
  /// missing_go_to_left (1.3 and later). Leaves: leaf_row is the node's own position, so weights
  /// given with the tree have one row per node.
  std::vector<TreeNode> nodes;
  std::vector<int64_t> sample_counts;  ///< n_node_samples
  std::vector<int64_t> depths;         ///< nodes on the path from the root, the node included
  Tensor values;  ///< float64 [nodes, outputs, classes], all finite; undefined if not wanted

  size_t node_count() const { return nodes.size(); }
};

/// Whether the estimator uses what the tree stores per node (isolation forests do not).
enum class TreeValues : uint8_t { kWanted, kUnused };

/// Reads `tree_` of a fitted tree estimator. Layouts of all versions since 0.18 (fields are found
/// by name). kInvalidModel naming the node for every fault; kLimit beyond max_tree_nodes.
Result<TreeRecord> read_tree(const pickle::ObjectView& tree, const Limits& limits,
                             TreeValues values);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_TREE_RECORD_H_
