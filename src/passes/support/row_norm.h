// What the written-out forms of LayerNormalization and RMSNormalization share.
#ifndef TUNDISH_PASSES_SUPPORT_ROW_NORM_H_
#define TUNDISH_PASSES_SUPPORT_ROW_NORM_H_

#include <optional>
#include <vector>

#include "passes/support/rewriter.h"

namespace tundish {

/// The first of the axes that a node takes the mean over, counted from the end (-1), where they
/// are the last ones and the node is ReduceMean(x, axes) with keepdims = 1 of this value.
std::optional<int64_t> mean_axis(const Rewriter& rewriter, const Node& node);

/// centred / sqrt(mean(centred^2) + epsilon), in its usual forms.
struct Normalised {
  ValueId centred = kNoValue;
  double epsilon = 0;
  int64_t axis = -1;
  std::vector<const Node*> nodes;  ///< inner ones
};
std::optional<Normalised> normalised(const Rewriter& rewriter, const Node& root);

/// Ones in the shape of the last axes of a value (float32 or float64); nothing when their sizes
/// are not known or there are more than 2^20.
std::optional<Tensor> ones_of(const ValueType& type, int64_t axis);

/// A constant factor (or summand) of the shape of the last axes: which input of the node it is.
std::optional<size_t> row_constant(const Rewriter& rewriter, const Node& node, int64_t axis);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_ROW_NORM_H_
