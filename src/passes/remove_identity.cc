// Removes nodes that give back their first input: Identity, Cast to the same type, Concat of one
// value, Transpose that moves nothing.
#include "base/strings.h"
#include "passes/pass.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "remove_identity";

bool moves_nothing(const Node& node) {
  const auto perm = node.attributes.get_ints("perm");
  if (!perm || perm->empty()) return false;  // absent: reverses
  for (size_t i = 0; i < perm->size(); ++i) {
    if ((*perm)[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

bool gives_back_its_input(const Graph& graph, const Node& node) {
  if (node.domain != kDomainOnnx || node.inputs.empty() || node.inputs[0] == kNoValue ||
      node.outputs.size() != 1) {
    return false;
  }
  if (node.op == "Identity") return true;
  if (node.op == "Transpose") return moves_nothing(node);
  if (node.op == "Concat") return node.inputs.size() == 1;
  if (node.op == "Cast") {
    return graph.value(node.inputs[0]).type.dtype == graph.value(node.outputs[0]).type.dtype;
  }
  return false;
}

/// A graph output cannot be an input, a constant or two outputs at once: then the node stays.
bool must_stay(const Graph& graph, const Node& node) {
  const ValueId input = node.inputs[0];
  return graph.is_output(node.outputs[0]) &&
         (graph.is_input(input) || graph.is_output(input) || graph.constant(input) != nullptr);
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  int64_t applied = 0;
  const std::vector<NodeId> order(graph.order().begin(), graph.order().end());
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    if (!gives_back_its_input(graph, node) || must_stay(graph, node)) continue;
    Patch patch(graph, context.ops);
    patch.replace(node.outputs[0], node.inputs[0]);
    patch.set_reason(cat(node_place(node), ": gives back its input"));
    TRY_ASSIGN(const bool is_applied, apply_patch(graph, std::move(patch), kName, context));
    if (!is_applied) break;
    ++applied;
  }
  return applied;
}

}  // namespace

const PassDef& pass_remove_identity() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "removes nodes that give back their input (Identity, Cast to the same type)",
      .run = run};
  return kPass;
}

}  // namespace tundish
