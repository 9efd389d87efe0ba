// tundish.TreeEnsemble as ai.onnx.ml's TreeEnsemble (version 5).
#ifndef TUNDISH_EXPORT_ONNX_LOWER_TREE_ENSEMBLE_H_
#define TUNDISH_EXPORT_ONNX_LOWER_TREE_ENSEMBLE_H_

#include <string>
#include <string_view>

#include "export/onnx/record_builder.h"
#include "ir/tree_ensemble.h"

namespace tundish {

/// Why the standard operator would not give the same bits, in words; empty when it does.
/// `x_type` is the element type of X.
std::string why_not_standard(const TreeEnsemble& trees, DType x_type);

struct TreeNames {
  std::string_view node, x, y;
};

/// Adds nodes that compute `y` from `x` exactly as the tables say; only where why_not_standard() is
/// empty. One type for X, thresholds, weights and Y: float64 when the accumulation is (X is then
/// cast, which is exact), else float32. A base that is added first becomes one tree per target that
/// is a single leaf, before all others; a base added last becomes an Add. A tree that is a single
/// leaf becomes a node with that leaf on both sides, as the operator has no other form for it. A
/// tree with vector leaves becomes one tree per target.
void lower_tree_ensemble(RecordBuilder& out, const TreeEnsemble& trees, DType x_type,
                         const TreeNames& names);

}  // namespace tundish

#endif  // TUNDISH_EXPORT_ONNX_LOWER_TREE_ENSEMBLE_H_
