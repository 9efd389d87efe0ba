// Reshape, Flatten, Squeeze and Unsqueeze one after the other become one Reshape.
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/reshape_target.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "merge_reshapes";

bool only_reshapes(const Node& node) {
  if (node.domain != kDomainOnnx || node.version != kCanonicalOpset) return false;
  return node.op == "Reshape" || node.op == "Flatten" || node.op == "Squeeze" ||
         node.op == "Unsqueeze";
}

/// The sizes that the last node gives, as a constant for a Reshape of `source`.
std::optional<std::vector<int64_t>> target_of(const Rewriter& rewriter, const Node& node,
                                              const ValueType& source) {
  if (node.op == "Reshape" && node.inputs.size() == 2) {
    // A constant without copied sizes says the same whatever comes in.
    const auto wanted = integers(rewriter.constant(node.inputs[1]));
    const bool copies = wanted && std::find(wanted->begin(), wanted->end(), 0) != wanted->end();
    if (wanted && !copies) return wanted;
  }
  const ValueType& result = rewriter.type(node.outputs[0]);
  if (!result.shape) return std::nullopt;
  return reshape_target(source.shape, *result.shape);
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!only_reshapes(node)) return ok();
  const Node* inner = rewriter.maker(node.inputs[0]);
  if (inner == nullptr || !only_reshapes(*inner)) return ok();
  const ValueId source = inner->inputs[0];
  if (rewriter.type(source).kind != ValueKind::kTensor) return ok();
  const auto target = target_of(rewriter, node, rewriter.type(source));
  if (!target) return ok();
  const ValueId sizes = rewriter.add_constant(Tensor::of(std::span<const int64_t>(*target)));
  TRY_ASSIGN(const ValueId result, rewriter.add(node, "Reshape", {source, sizes}));
  rewriter.rewrite(node, result, {}, cat(inner->op, " and ", node.op, " in one Reshape"));
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_merge_reshapes() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "makes one Reshape of several nodes that only change the shape",
      .looks_for = {"Reshape", "Flatten", "Squeeze", "Unsqueeze"},
      .run = run};
  return kPass;
}

}  // namespace tundish
