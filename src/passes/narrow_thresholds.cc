// Thresholds of trees over float32 data become float32: the one pass that rounds thresholds.
//
// A float32 x is compared with a float64 t. x <= t and x > t keep their answers for every x when t
// becomes the largest float32 that is not above it; x < t and x >= t when it becomes the smallest
// that is not below it (infinities count as values: a t beyond the largest finite float32 becomes
// that, or infinity, by the same rule). x == t and x != t keep theirs only when t is a float32.
#include <cmath>
#include <limits>
#include <optional>

#include "base/strings.h"
#include "ir/tree_ensemble.h"
#include "passes/pass.h"
#include "passes/support/round_float.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "narrow_thresholds";
constexpr size_t kThreshold = 3;  // input of tundish.TreeEnsemble (ir/tree_ensemble.h)

/// Nothing when no float32 can stand for the threshold in this mode.
std::optional<float> narrowed(double threshold, TreeMode mode) {
  if (std::isnan(threshold)) return std::numeric_limits<float>::quiet_NaN();
  switch (mode) {
    case TreeMode::kLeq:
    case TreeMode::kGt: return round_down(threshold);
    case TreeMode::kLt:
    case TreeMode::kGte: return round_up(threshold);
    case TreeMode::kEq:
    case TreeMode::kNeq: break;
  }
  const float below = round_down(threshold);
  return below == threshold ? std::optional<float>(below) : std::nullopt;
}

bool fits(const Graph& graph, const Node& node) {
  if (!node.is(kDomainTundish, "TreeEnsemble")) return false;
  return graph.value(node.inputs[0]).type.dtype == DType::kFloat32 &&
         graph.value(node.inputs[kThreshold]).type.dtype == DType::kFloat64;
}

/// The patch, or nothing (noted) when an equality has no float32 to compare with.
Result<std::optional<Patch>> narrow(const Graph& graph, const Node& node, PassContext& context) {
  TRY_ASSIGN(const TreeEnsemble trees, tree_ensemble_of(graph, node));
  const auto wide = trees.node_threshold.values<double>();
  const auto modes = trees.node_mode.values<uint8_t>();
  std::vector<float> narrow(wide.size());
  int64_t rounded_count = 0;
  for (size_t i = 0; i < wide.size(); ++i) {
    const std::optional<float> value =
        narrowed(wide[i], static_cast<TreeMode>(modes[i] & kTreeModeMask));
    if (!value) {
      context.note({std::string(kName),
                    cat(node_place(node), ": not narrowed: node ", i,
                        " compares for equality with ", wide[i], ", which is no float32")});
      return std::optional<Patch>();
    }
    narrow[i] = *value;
    if (double{*value} != wide[i] && !std::isnan(wide[i])) ++rounded_count;
  }
  Patch patch(graph, context.ops);
  patch.at(node.origin);
  NodeSpec spec{.op = node.op, .domain = node.domain, .inputs = node.inputs};
  spec.attributes = node.attributes;
  spec.name = node.name;
  spec.version = node.version;
  spec.inputs[kThreshold] = patch.constant(Tensor::of(std::span<const float>(narrow)),
                                           graph.value(node.inputs[kThreshold]).name);
  TRY_ASSIGN(const std::vector<ValueId> outputs, patch.add(std::move(spec)));
  patch.replace(node.outputs[0], outputs[0]);
  patch.set_reason(cat(node_place(node), ": ", wide.size(), " thresholds are float32 now, ",
                       rounded_count,
                       " rounded: every float32 takes the same branch at every node as before"));
  return std::optional<Patch>(std::move(patch));
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  int64_t applied = 0;
  const std::vector<NodeId> order(graph.order().begin(), graph.order().end());
  for (const NodeId id : order) {
    if (!fits(graph, graph.node(id))) continue;
    TRY_ASSIGN(std::optional<Patch> patch, narrow(graph, graph.node(id), context));
    if (!patch) continue;
    TRY_ASSIGN(const bool is_applied, apply_patch(graph, std::move(*patch), kName, context));
    if (!is_applied) break;
    ++applied;
  }
  return applied;
}

}  // namespace

const PassDef& pass_narrow_thresholds() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "rounds thresholds over float32 data to float32, keeping every comparison",
      .stage = PassStage::kFile,
      .looks_for = {"TreeEnsemble"},
      .run = run};
  return kPass;
}

}  // namespace tundish
