// A Conv with the sum and the activation behind it becomes com.microsoft.FusedConv:
// y = f(conv + B + Z).
#include "base/strings.h"
#include "passes/support/activation.h"
#include "passes/support/constants.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fuse_conv";

/// The activation's attributes, as ONNX Runtime names them; false for those it does not know.
bool set_activation(const Activation& activation, AttributeList& attributes) {
  std::vector<float> parameters;
  if (activation.name == "Clip") {
    parameters = {static_cast<float>(activation.low), static_cast<float>(activation.high)};
  } else if (activation.name == "LeakyRelu") {
    parameters = {static_cast<float>(activation.low)};
  } else if (activation.name != "Relu" && activation.name != "Sigmoid" &&
             activation.name != "Tanh") {
    return false;
  }
  attributes.set("activation", activation.name);
  if (!parameters.empty()) attributes.set("activation_params", std::move(parameters));
  return true;
}

Status rule(Rewriter& rewriter, const Node& node) {
  const auto activation = activation_of(rewriter, node);
  if (!activation) return ok();
  AttributeList extra;
  if (!set_activation(*activation, extra)) return ok();
  const Node* add = rewriter.only_maker(node.inputs[0], "Add");
  const Node* conv = rewriter.only_maker(node.inputs[0], "Conv");
  ValueId residual = kNoValue;
  for (size_t i = 0; add != nullptr && conv == nullptr && i < 2; ++i) {
    conv = rewriter.only_maker(add->inputs[i], "Conv");
    residual = add->inputs[1 - i];
  }
  if (conv == nullptr || rewriter.type(conv->outputs[0]).dtype != DType::kFloat32) return ok();
  if (residual != kNoValue &&
      (!same_shape(rewriter.type(residual), rewriter.type(conv->outputs[0])) ||
       rewriter.constant(residual) != nullptr)) {
    return ok();
  }
  NodeSpec spec{.op = "FusedConv", .domain = std::string(kDomainMicrosoft)};
  spec.inputs = conv->inputs;
  spec.inputs.resize(3, kNoValue);
  spec.inputs.push_back(residual);
  spec.attributes = conv->attributes;
  for (const auto& [name, value] : extra.items()) spec.attributes.set(name, value);
  TRY_ASSIGN(const std::vector<ValueId> outputs, rewriter.add(node, std::move(spec)));
  rewriter.rewrite(node, outputs[0], {conv, residual == kNoValue ? nullptr : add},
                   cat("Conv, ", residual == kNoValue ? "" : "sum, ", node.op, " in one"));
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_fuse_conv() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "puts sum and activation into the Conv before them",
      .stage = PassStage::kEngine,
      .exact = false,
      .needs = {kDomainMicrosoft, "FusedConv"},
      .looks_for = {"Conv"},
      .run = run};
  return kPass;
}

}  // namespace tundish
