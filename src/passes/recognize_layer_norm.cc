// LayerNormalization as exporters write it out:
//   d = x - mean(x);  y = d / sqrt(mean(d^2) + epsilon) [* scale [+ bias]]
// First the norm itself with a scale of ones, then scale and bias are taken in one by one.
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/row_norm.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "recognize_layer_norm";

/// x in x - mean(x) over these axes.
std::optional<ValueId> centred_value(const Rewriter& rewriter, const Normalised& norm) {
  const Node* sub = rewriter.maker(norm.centred, "Sub");
  if (sub == nullptr || rewriter.read_count(norm.centred) > 3) return std::nullopt;
  const Node* mean = rewriter.only_maker(sub->inputs[1], "ReduceMean");
  if (mean == nullptr || mean->inputs[0] != sub->inputs[0]) return std::nullopt;
  if (mean_axis(rewriter, *mean) != norm.axis) return std::nullopt;
  return sub->inputs[0];
}

Status whole_norm(Rewriter& rewriter, const Node& node) {
  const auto norm = normalised(rewriter, node);
  if (!norm) return ok();
  const auto x = centred_value(rewriter, *norm);
  if (!x) return ok();
  const auto ones = ones_of(rewriter.type(*x), norm->axis);
  if (!ones) return rewriter.note(node, "a norm over sizes that are not known"), ok();
  AttributeList attributes;
  attributes.set("axis", norm->axis);
  attributes.set("epsilon", static_cast<float>(norm->epsilon));
  const ValueId scale = rewriter.add_constant(*ones, "scale");
  TRY_ASSIGN(const ValueId result,
             rewriter.add(node, "LayerNormalization", {*x, scale}, std::move(attributes)));
  if (rewriter.rewrite(node, result, {}, "LayerNormalization, written out")) {
    for (const Node* inner : norm->nodes) rewriter.take(*inner);
  }
  return ok();
}

/// Mul by a constant row behind a norm whose scale is ones; Add of one behind a norm without bias.
Status affine_part(Rewriter& rewriter, const Node& node) {
  const bool is_scale = node.is(kDomainOnnx, "Mul");
  if (!is_scale && !node.is(kDomainOnnx, "Add")) return ok();
  for (const size_t i : {0, 1}) {
    const Node* norm = rewriter.only_maker(node.inputs[i], "LayerNormalization");
    if (norm == nullptr || norm->inputs.size() != 2 || norm->outputs.size() != 1) continue;
    TRY_ASSIGN(const int64_t given, norm->attributes.get_int("axis", -1));
    const int64_t axis = given < 0 ? given : given - rank_of(rewriter.type(norm->inputs[0]));
    const auto constant = row_constant(rewriter, node, axis);
    if (constant != 1 - i ||
        !same_shape(rewriter.type(node.inputs[i]), rewriter.type(node.outputs[0]))) {
      continue;
    }
    if (is_scale && !all_are(rewriter.constant(norm->inputs[1]), 1)) continue;
    std::vector<ValueId> inputs = norm->inputs;
    if (is_scale) {
      inputs[1] = node.inputs[1 - i];
    } else {
      inputs.push_back(node.inputs[1 - i]);
    }
    TRY_ASSIGN(const ValueId result, rewriter.add(node, "LayerNormalization", std::move(inputs),
                                                  AttributeList(norm->attributes)));
    rewriter.rewrite(
        node, result, {norm},
        is_scale ? "scale of the LayerNormalization" : "bias of the LayerNormalization");
    return ok();
  }
  return ok();
}

Status rule(Rewriter& rewriter, const Node& node) {
  TRY(whole_norm(rewriter, node));
  return rewriter.is_taken(node) ? ok() : affine_part(rewriter, node);
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  int64_t total = 0;
  // Norm, scale, bias: three walks at most.
  for (int walk = 0; walk < 3; ++walk) {
    TRY_ASSIGN(const int64_t count, rewrite_nodes(graph, context, kName, rule));
    total += count;
    if (count == 0) break;
  }
  return total;
}

}  // namespace

const PassDef& pass_recognize_layer_norm() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "finds LayerNormalization where it is written out, with scale and bias",
      .exact = false,
      .looks_for = {"ReduceMean", "LayerNormalization"},
      .run = run};
  return kPass;
}

}  // namespace tundish
