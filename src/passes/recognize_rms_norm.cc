// RMSNormalization as exporters write it out: y = x / sqrt(mean(x^2) + epsilon) [* scale].
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/row_norm.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "recognize_rms_norm";

Status whole_norm(Rewriter& rewriter, const Node& node) {
  const auto norm = normalised(rewriter, node);
  if (!norm) return ok();
  // x - mean(x) makes it a LayerNormalization, which another pass finds.
  const auto ones = ones_of(rewriter.type(norm->centred), norm->axis);
  if (!ones) return ok();
  AttributeList attributes;
  attributes.set("axis", norm->axis);
  attributes.set("epsilon", static_cast<float>(norm->epsilon));
  const ValueId scale = rewriter.add_constant(*ones, "scale");
  TRY_ASSIGN(const ValueId result,
             rewriter.add(node, "RMSNormalization", {norm->centred, scale}, std::move(attributes)));
  if (rewriter.rewrite(node, result, {}, "RMSNormalization, written out")) {
    for (const Node* inner : norm->nodes) rewriter.take(*inner);
  }
  return ok();
}

Status scale_part(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "Mul")) return ok();
  for (const size_t i : {0, 1}) {
    const Node* norm = rewriter.only_maker(node.inputs[i], "RMSNormalization");
    if (norm == nullptr || !all_are(rewriter.constant(norm->inputs[1]), 1)) continue;
    TRY_ASSIGN(const int64_t given, norm->attributes.get_int("axis", -1));
    const int64_t axis = given < 0 ? given : given - rank_of(rewriter.type(norm->inputs[0]));
    if (row_constant(rewriter, node, axis) != 1 - i) continue;
    TRY_ASSIGN(const ValueId result,
               rewriter.add(node, "RMSNormalization", {norm->inputs[0], node.inputs[1 - i]},
                            AttributeList(norm->attributes)));
    rewriter.rewrite(node, result, {norm}, "scale of the RMSNormalization");
    return ok();
  }
  return ok();
}

Status rule(Rewriter& rewriter, const Node& node) {
  TRY(whole_norm(rewriter, node));
  return rewriter.is_taken(node) ? ok() : scale_part(rewriter, node);
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  TRY_ASSIGN(const int64_t norms, rewrite_nodes(graph, context, kName, rule));
  TRY_ASSIGN(const int64_t scales, rewrite_nodes(graph, context, kName, rule));
  return norms + scales;
}

}  // namespace

const PassDef& pass_recognize_rms_norm() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "finds RMSNormalization where it is written out, with its scale",
      // It came with opset 23: a file would be refused by readers of today.
      .stage = PassStage::kEngine,
      .exact = false,
      .looks_for = {"ReduceMean", "RMSNormalization"},
      .run = run};
  return kPass;
}

}  // namespace tundish
