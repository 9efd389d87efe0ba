// The node lists of TreeEnsembleRegressor and TreeEnsembleClassifier, versions 1 and 3.
#ifndef TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TREE_LISTS_H_
#define TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TREE_LISTS_H_

#include <string_view>
#include <vector>

#include "import/onnx/lift.h"
#include "import/onnx/upgrade/support/tree_source.h"

namespace tundish {

/// Names of the attributes that describe leaves: "target_" of a regressor, "class_" of a
/// classifier, followed by "treeids", "nodeids", "ids", "weights".
struct LeafPrefix {
  std::string_view text;
};

/// Reads nodes and leaves. Nodes may be listed in any order, with any ids; the root of a tree is
/// the first of its nodes listed, trees are in the order in which they first appear. Weights of
/// nodes that are not leaves count for nothing (ONNX Runtime's rules, trees.md 2.2).
/// `accumulate` decides between the float and the double form of numbers.
Status read_tree_lists(const Lift& lift, LeafPrefix prefix, SourceTrees& trees);

/// A list of numbers that version 3 may hold as a tensor: NAME or NAME_as_tensor.
Result<std::vector<double>> number_list(const Lift& lift, std::string_view name, DType accumulate);

/// X in the type that ONNX Runtime computes in: float64 stays, float32 stays, integers become
/// float32. kUnsupported otherwise.
Result<ValueId> tree_rows(Lift& lift);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TREE_LISTS_H_
