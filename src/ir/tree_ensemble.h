// Trees in the graph: the operator tundish.TreeEnsemble, its tables, and the builder that all
// importers write trees through.
//
// tundish.TreeEnsemble, version 1. Y[n, k] = aggregate over trees of the weight of the leaf that
// row n reaches, in tree order, in the accumulation type.
//   inputs  0 X             float32|float64 [N, F]
//           1 tree_roots    int32 [T]   >= 0: index of an inner node; < 0: ~index of a leaf
//           2 node_feature  int32 [M]
//           3 node_threshold float32|float64 [M]; a float32 X is widened to a float64 threshold
//           4 node_mode     uint8 [M]   TreeMode in the low bits | kMissingTrue
//           5 node_true     int32 [M]   child when the comparison holds, coded as roots
//           6 node_false    int32 [M]
//           7 leaf_weight   float32|float64 [L, K], or [L] together with input 8
//           8 leaf_target   int32 [L], optional: the one target each leaf adds to
//           9 base          same type as leaf_weight, [K], optional
//   attributes  n_targets (int, K), aggregate ("SUM"|"AVERAGE"|"MIN"|"MAX", default SUM),
//               base_order ("first"|"last", default "first"), accumulate ("float32"|"float64",
//               default float64; also the type of Y)
// A comparison with NaN on either side is false; bit kMissingTrue sends a NaN in X to the true
// child.
#ifndef TUNDISH_IR_TREE_ENSEMBLE_H_
#define TUNDISH_IR_TREE_ENSEMBLE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/builder.h"
#include "ir/graph.h"

namespace tundish {

class Patch;

/// How a node compares, x on the left. Numbers are those of ONNX's TreeEnsemble-5 nodes_modes.
enum class TreeMode : uint8_t { kLeq = 0, kLt = 1, kGte = 2, kGt = 3, kEq = 4, kNeq = 5 };
inline constexpr uint8_t kTreeModeMask = 0x07;
inline constexpr uint8_t kMissingTrue = 0x80;

enum class Aggregate : uint8_t { kSum, kAverage, kMin, kMax };
enum class BaseOrder : uint8_t { kFirst, kLast };

/// The constant tables of one ensemble, as tensors that may be mapped from a file.
struct TreeEnsemble {
  int64_t feature_count = 0;  ///< features that X must have at least
  int64_t target_count = 1;
  Aggregate aggregate = Aggregate::kSum;
  BaseOrder base_order = BaseOrder::kFirst;
  DType accumulate = DType::kFloat64;
  Tensor tree_roots, node_feature, node_threshold, node_mode, node_true, node_false;
  Tensor leaf_weight;
  Tensor leaf_target;  ///< undefined when leaves hold a vector
  Tensor base;         ///< undefined when there is none

  int64_t tree_count() const { return tree_roots.element_count(); }
  int64_t node_count() const { return node_feature.element_count(); }
  int64_t leaf_count() const { return leaf_weight.shape()[0]; }
};

/// Checks all tables: types and lengths agree, children and roots in range, every node and leaf
/// reached exactly once (no cycle, no sharing), features inside [0, feature_count), modes known.
/// Iterative: depth is bounded by memory only. kInvalidModel naming tree and node.
Status validate(const TreeEnsemble& trees);

/// Reads the tables of a tundish.TreeEnsemble node. kInvalidModel when inputs are not constants.
Result<TreeEnsemble> tree_ensemble_of(const Graph& graph, const Node& node);

/// The node for these tables, with its constants added to a builder or patch; Y is [N,
/// target_count].
Result<ValueId> add_tree_ensemble(Builder& builder, ValueId x, const TreeEnsemble& trees);
Result<ValueId> add_tree_ensemble(Patch& patch, ValueId x, const TreeEnsemble& trees);

/// One node as sources describe it; children are positions in the same tree.
struct TreeNode {
  int64_t feature = -1;  ///< < 0 for a leaf
  double threshold = 0;
  TreeMode mode = TreeMode::kLeq;
  bool missing_true = false;
  int64_t true_child = -1;
  int64_t false_child = -1;
  int64_t leaf_row = -1;  ///< leaf: row of the weights given with the tree
};

/// Collects trees into a TreeEnsemble. Refuses at once, naming tree and node, what validate()
/// would.
class TreeBuilder {
 public:
  struct Options {
    int64_t feature_count = 0;
    int64_t target_count = 1;
    DType accumulate = DType::kFloat64;
  };
  explicit TreeBuilder(Options options) : options_(options) {}

  /// A tree with node 0 as root whose leaves hold a vector of target_count weights:
  /// `weights` is [leaf rows, target_count].
  Status add_tree(std::span<const TreeNode> nodes, std::span<const double> weights);
  /// A tree whose leaves add one weight to one target.
  Status add_tree(std::span<const TreeNode> nodes, std::span<const double> weights, int32_t target);

  void set_base(std::span<const double> base, BaseOrder order);
  void set_aggregate(Aggregate aggregate) { aggregate_ = aggregate; }

  /// Thresholds as float64, weights and base in the accumulation type (float32 rounds to nearest:
  /// give values that are float32 already). Trees of both kinds of leaves cannot be mixed.
  Result<TreeEnsemble> finish() &&;

 private:
  Status check_tree(std::span<const TreeNode> nodes, int64_t leaf_rows) const;
  Status append(std::span<const TreeNode> nodes, std::span<const double> weights, int64_t width);

  Options options_;
  Aggregate aggregate_ = Aggregate::kSum;
  BaseOrder base_order_ = BaseOrder::kFirst;
  std::vector<double> base_;
  std::vector<int32_t> roots_, features_, true_children_, false_children_, leaf_targets_;
  std::vector<double> thresholds_, weights_;
  std::vector<uint8_t> modes_;
  int64_t leaf_count_ = 0;
  bool has_vector_leaves_ = false;
};

}  // namespace tundish

#endif  // TUNDISH_IR_TREE_ENSEMBLE_H_
