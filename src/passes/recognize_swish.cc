// x sigmoid(c x), known as SiLU (c = 1) and as the quick form of Gelu (c = 1.702), becomes Swish.
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/product.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "recognize_swish";

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "Mul")) return ok();
  for (const size_t i : {0, 1}) {
    const ValueId x = node.inputs[i];
    const Node* sigmoid = rewriter.only_maker(node.inputs[1 - i], "Sigmoid");
    if (sigmoid == nullptr) continue;
    Product argument{1, {sigmoid->inputs[0]}, {}};
    if (sigmoid->inputs[0] != x) argument = product_of(rewriter, sigmoid->inputs[0]);
    if (argument.values.size() != 1 || argument.values[0] != x) continue;
    if (rank_of(rewriter.type(x)) != rank_of(rewriter.type(node.outputs[0]))) continue;
    AttributeList attributes;
    attributes.set("alpha", static_cast<float>(argument.factor));
    TRY_ASSIGN(const ValueId swish, rewriter.add(node, "Swish", {x}, std::move(attributes)));
    rewriter.rewrite(node, swish, {sigmoid}, "Swish, written out");
    return ok();
  }
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_recognize_swish() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "finds Swish, x sigmoid(c x), where it is written out",
      // Swish came with opset 24: a file would be refused by readers of today.
      .stage = PassStage::kEngine,
      .exact = false,
      .looks_for = {"Sigmoid"},
      .run = run};
  return kPass;
}

}  // namespace tundish
