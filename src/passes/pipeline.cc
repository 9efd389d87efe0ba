#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "base/strings.h"
#include "ir/verifier.h"
#include "passes/index.h"
#include "passes/pass.h"

namespace tundish {

namespace {

// The order in which passes run; the one list that a person edits when a pass is added.
constexpr std::array<std::string_view, 21> kOrder = {
    // Less to compute.
    "remove_identity",
    "inline_if",
    "fold_shapes",
    "fold_constants",
    "merge_casts",
    "merge_reshapes",
    "merge_transposes",
    "merge_quantization",
    "eliminate_common",
    // Trees, before thresholds are made narrower.
    "fold_monotone",
    "narrow_thresholds",
    // Written-out operators, before their parts go elsewhere.
    "recognize_gelu",
    "recognize_layer_norm",
    "fold_into_conv",
    // Fused operators: the largest first, single elementwise nodes last.
    "recognize_swish",
    "recognize_rms_norm",
    "fuse_skip_layer_norm",
    "fuse_matmul",
    "fuse_dense_layers",
    "fuse_conv",
    "fuse_elementwise",
};

// Each round must make the graph smaller or simpler, so real graphs need two or three. A pipeline
// that is still at work after so many has two passes that undo each other.
constexpr int kMaxRounds = 50;

std::vector<PassDef> in_order() {
  std::vector<PassDef> passes;
  for (const std::string_view name : kOrder) {
    for (const PassDef* pass : indexed_passes()) {
      if (pass->name == name) passes.push_back(*pass);
    }
  }
  return passes;
}

}  // namespace

std::span<const PassDef> all_passes() {
  static const std::vector<PassDef> kPasses = in_order();
  return kPasses;
}

namespace {

Status apply_in_place(Graph& graph, Patch patch, std::string_view pass,
                      [[maybe_unused]] const PassContext& context) {
  const std::string place = cat("pass ", pass);
  TRY(in(place, std::move(patch).apply(graph)));
#if !defined(NDEBUG) || defined(TUNDISH_SANITIZED)
  TRY(in(place, verify(graph, context.ops)));
#endif
  return ok();
}

}  // namespace

Result<bool> apply_patch(Graph& graph, Patch patch, std::string_view pass, PassContext& context) {
  if (context.patches_left <= 0) return false;
  PatchNote note{std::string(pass), patch.reason(), true};
  TRY(apply_in_place(graph, std::move(patch), pass, context));
  --context.patches_left;
  context.note(note);
  return true;
}

Status apply_rewrites(Graph& graph, Patch patch, std::string_view pass,
                      std::span<const std::string> reasons, PassContext& context) {
  TRY(apply_in_place(graph, std::move(patch), pass, context));
  context.patches_left -= static_cast<int64_t>(reasons.size());
  for (const std::string& reason : reasons) context.note({std::string(pass), reason, true});
  return ok();
}

namespace {

bool holds_one(const Graph& graph, const std::array<std::string_view, 4>& names) {
  return std::ranges::any_of(graph.order(), [&](NodeId id) {
    const std::string& op = graph.node(id).op;
    return std::ranges::any_of(names, [&](std::string_view name) { return name == op; });
  });
}

bool may_run(const PassDef& pass, const Graph& graph, const PassContext& context) {
  if (pass.stage < context.first_stage || pass.stage > context.last_stage) return false;
  if (!pass.exact && context.rounding == Rounding::kKeep) return false;
  if (!pass.looks_for[0].empty() && !holds_one(graph, pass.looks_for)) return false;
  if (pass.needs.name.empty()) return true;
  return context.ops.find(pass.needs.domain, pass.needs.name,
                          canonical_version(pass.needs.domain)) != nullptr;
}

/// One call of each pass that may run: of the engine's, or of all others.
Result<int64_t> run_passes(Graph& graph, PassContext& context, PassStage stage) {
  int64_t changes = 0;
  for (const PassDef& pass : all_passes()) {
    const bool is_asked_for = (pass.stage == PassStage::kEngine) == (stage == PassStage::kEngine);
    if (!is_asked_for || !may_run(pass, graph, context)) continue;
    TRY_ASSIGN(const int64_t applied, pass.run(graph, context));
    changes += applied;
    if (context.patches_left <= 0) break;
  }
  return changes;
}

/// Rounds of both stages: what is portable first, until nothing changes, so that fused operators
/// are made of what is left.
Result<int64_t> run_rounds(Graph& graph, PassContext& context) {
  int64_t total = 0;
  for (int round = 0; round < kMaxRounds; ++round) {
    TRY_ASSIGN(int64_t changes, run_passes(graph, context, PassStage::kPortable));
    if (changes == 0 && context.patches_left > 0) {
      TRY_ASSIGN(changes, run_passes(graph, context, PassStage::kEngine));
    }
    total += changes;
    if (changes == 0 || context.patches_left <= 0) return total;
  }
  return Internal(cat("passes still change the graph after ", kMaxRounds, " rounds"));
}

bool holds_graphs(const Node& node) {
  return std::ranges::any_of(node.attributes.items(), [](const auto& item) {
    return std::holds_alternative<GraphPointer>(item.second);
  });
}

/// The graphs that a node holds, rewritten; they are shared, so the node is made anew.
Result<int64_t> rewrite_bodies(Graph& graph, const Node& node, PassContext& context) {
  NodeSpec spec{.op = node.op, .domain = node.domain, .inputs = node.inputs};
  spec.attributes = node.attributes;
  spec.name = node.name;
  spec.version = node.version;
  spec.output_count = node.outputs.size();
  int64_t changes = 0;
  for (const auto& [name, attribute] : node.attributes.items()) {
    const auto* body = std::get_if<GraphPointer>(&attribute);
    if (body == nullptr) continue;
    auto copy = std::make_shared<Graph>(**body);
    Result<int64_t> applied = run_pipeline(*copy, context);
    if (!applied) return std::move(applied).error().in(name).in(node_place(node));
    if (*applied == 0) continue;
    changes += *applied;
    spec.attributes.set(name, GraphPointer(std::move(copy)));
  }
  if (changes == 0) return 0;
  Patch patch(graph, context.ops);
  patch.at(node.origin);
  TRY_ASSIGN(const std::vector<ValueId> outputs, patch.add(std::move(spec)));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (node.outputs[i] != kNoValue) patch.replace(node.outputs[i], outputs[i]);
  }
  TRY(apply_in_place(graph, std::move(patch), "bodies", context));
  return changes;
}

Result<int64_t> rewrite_all_bodies(Graph& graph, PassContext& context) {
  const auto has_bodies = [&](NodeId id) { return holds_graphs(graph.node(id)); };
  if (std::ranges::none_of(graph.order(), has_bodies)) return 0;
  const bool was_body = std::exchange(context.is_body, true);
  int64_t total = 0;
  const std::vector<NodeId> order(graph.order().begin(), graph.order().end());
  for (const NodeId id : order) {
    if (!holds_graphs(graph.node(id))) continue;
    TRY_ASSIGN(const int64_t changes, rewrite_bodies(graph, graph.node(id), context));
    total += changes;
  }
  context.is_body = was_body;
  return total;
}

}  // namespace

Result<int64_t> run_pipeline(Graph& graph, PassContext& context) {
  // A rule that does not fire says so in every round; the reader wants to hear it once.
  std::set<std::pair<std::string, std::string>> heard;
  PassContext once = context;
  once.note = [&](const PatchNote& note) {
    if (heard.emplace(note.pass, note.reason).second) context.note(note);
  };
  Result<int64_t> total = rewrite_all_bodies(graph, once);
  if (total) {
    Result<int64_t> more = run_rounds(graph, once);
    total = more ? Result<int64_t>(*total + *more) : std::move(more);
  }
  context.patches_left = once.patches_left;
  return total;
}

}  // namespace tundish
