// Activations that fused operators apply to what they compute.
#ifndef TUNDISH_PASSES_SUPPORT_ACTIVATION_H_
#define TUNDISH_PASSES_SUPPORT_ACTIVATION_H_

#include <optional>
#include <string>

#include "passes/support/rewriter.h"

namespace tundish {

/// Names as tundish.FusedMatMul has them: Relu, Clip, LeakyRelu, Sigmoid, Tanh, Silu, Gelu,
/// GeluTanh.
struct Activation {
  std::string name;
  double low = 0;   ///< Clip; slope of LeakyRelu
  double high = 0;  ///< Clip
};

/// The activation that a node is, of its first input; nothing for other nodes and for a Clip whose
/// bounds are not constant.
std::optional<Activation> activation_of(const Rewriter& rewriter, const Node& node);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_ACTIVATION_H_
