// Trees as ai.onnx.ml's operators describe them, made into tables.
#ifndef TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TREE_SOURCE_H_
#define TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TREE_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "import/onnx/lift.h"
#include "ir/tree_ensemble.h"

namespace tundish {

/// One entry of a node list. A child >= 0 is a node, < 0 the leaf ~child.
struct SourceTreeNode {
  int64_t feature = 0;
  double threshold = 0;
  TreeMode mode = TreeMode::kLeq;
  bool missing_true = false;
  int32_t member_set = -1;  ///< >= 0: that set decides, not `mode` and `threshold`
  int64_t true_child = 0;
  int64_t false_child = 0;
};

/// What one leaf adds to one target.
struct LeafEntry {
  int64_t target = 0;
  double weight = 0;
};

/// Nodes in any order; trees may share subtrees. Leaf i has entries
/// [leaf_begin[i], leaf_begin[i + 1]).
struct SourceTrees {
  std::vector<int64_t> roots;  ///< coded as children
  std::vector<SourceTreeNode> nodes;
  /// x goes to the true child of a node with a set when it equals one of its members.
  std::vector<std::vector<double>> member_sets;
  std::vector<int64_t> leaf_begin;
  std::vector<LeafEntry> entries;
  int64_t target_count = 1;
  Aggregate aggregate = Aggregate::kSum;
  DType accumulate = DType::kFloat32;
};

/// Tables of the same meaning. Subtrees that several parents share are copied, sets become chains
/// of equalities, a node with one leaf on both sides becomes that leaf. kInvalidModel naming tree
/// and node for cycles and numbers out of range; kLimit when copies grow beyond
/// max_shared_tree_nodes.
Result<TreeEnsemble> tables_of(const SourceTrees& source, int64_t feature_count,
                               const Limits& limits);

/// Which targets get a score from some tree whatever the row (each of that tree's leaves has an
/// entry for it), and which from no leaf at all.
enum class Scored : uint8_t { kNever, kSometimes, kAlways };
Result<std::vector<Scored>> scored_targets(const SourceTrees& source);

/// Number of columns of X. kUnsupported when it is not known; kInvalidModel unless X is [N, F] (or
/// [F], which is one row).
Result<int64_t> feature_count_of(const Lift& lift);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TREE_SOURCE_H_
