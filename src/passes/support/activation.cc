#include "passes/support/activation.h"

#include <limits>

#include "passes/support/constants.h"

namespace tundish {

namespace {

std::optional<Activation> clip(const Rewriter& rewriter, const Node& node) {
  constexpr double kMost = std::numeric_limits<float>::max();
  Activation found{"Clip", -kMost, kMost};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kNoValue) continue;
    const auto bound = single_number(rewriter.constant(node.inputs[i]));
    if (!bound) return std::nullopt;
    (i == 1 ? found.low : found.high) = *bound;
  }
  return found;
}

}  // namespace

std::optional<Activation> activation_of(const Rewriter& rewriter, const Node& node) {
  if (node.domain != kDomainOnnx || node.version != kCanonicalOpset) return std::nullopt;
  if (node.op == "Relu" || node.op == "Sigmoid" || node.op == "Tanh") return Activation{node.op};
  if (node.op == "Clip") return clip(rewriter, node);
  if (node.op == "LeakyRelu") {
    const auto slope = node.attributes.get_float("alpha", 0.01F);
    return slope ? std::optional(Activation{"LeakyRelu", *slope}) : std::nullopt;
  }
  if (node.op == "Swish") {
    const auto alpha = node.attributes.get_float("alpha", 1);
    return alpha && *alpha == 1 ? std::optional(Activation{"Silu"}) : std::nullopt;
  }
  if (node.op == "Gelu") {
    const auto form = node.attributes.get_string("approximate", "none");
    if (!form) return std::nullopt;
    return Activation{*form == "tanh" ? "GeluTanh" : "Gelu"};
  }
  return std::nullopt;
}

}  // namespace tundish
