#include <algorithm>

#include "base/strings.h"
#include "import/onnx/lift.h"
#include "ir/graph.h"

namespace tundish {

namespace {

// FusedGemm of com.microsoft is Gemm and, on its answer, the activation of that name, whose
// attributes have the prefix "activation_".
Result<std::vector<ValueId>> lift_fused_gemm(Lift& lift) {
  TRY(lift.expect_inputs(2, 3));
  TRY_ASSIGN(const std::string activation, lift.attributes.get_string("activation", ""));
  constexpr std::string_view kKnown[] = {"Elu",  "HardSigmoid",    "LeakyRelu", "Relu",
                                         "Selu", "Sigmoid",        "Softplus",  "Softsign",
                                         "Tanh", "ThresholdedRelu"};
  if (!activation.empty() && std::ranges::find(kKnown, activation) == std::end(kKnown)) {
    return Unsupported(cat("FusedGemm with the activation ", quoted(activation)));
  }
  lift.attributes.erase("activation");
  AttributeList parameters;
  for (const std::string_view name : {"alpha", "beta", "gamma"}) {
    const std::string prefixed = cat("activation_", name);
    const Attribute* found = lift.attributes.find(prefixed);
    if (found == nullptr) continue;
    parameters.set(std::string(name), *found);
    lift.attributes.erase(prefixed);
  }
  if (activation.empty()) return lift.last("Gemm", lift.inputs, lift.attributes);
  NodeSpec product{.op = "Gemm",
                   .inputs = lift.inputs,
                   .attributes = lift.attributes,
                   .name = lift.name.empty() ? std::string() : cat(lift.name, "_Gemm")};
  TRY_ASSIGN(const std::vector<ValueId> made, lift.builder.add(std::move(product)));
  return lift.last(activation, {made[0]}, std::move(parameters));
}

}  // namespace

std::span<const LiftRule> lift_rules_fused_gemm() {
  static constexpr LiftRule kRules[] = {
      {kDomainMicrosoft, "FusedGemm", lift_fused_gemm},
  };
  return kRules;
}

}  // namespace tundish
