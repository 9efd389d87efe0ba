// Removes nodes that give back their first input: Identity, Cast to the same type, Concat of one
// value, Transpose that moves nothing.
#include <set>

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

/// All identities of a graph in one patch.
class Remover {
 public:
  Remover(const Graph& graph, const OpTable& ops)
      : graph_(graph), patch_(graph, ops), stands_for_(graph.value_capacity(), kNoValue) {}

  Patch run() {
    for (const NodeId id : graph_.order()) {
      const Node& node = graph_.node(id);
      if (gives_back_its_input(graph_, node)) remove(node);
    }
    patch_.set_reason(cat("removed what gives back its input: ", names_));
    return std::move(patch_);
  }

 private:
  void remove(const Node& node) {
    const ValueId earlier = stands_for_[static_cast<size_t>(node.inputs[0])];
    const ValueId source = earlier == kNoValue ? node.inputs[0] : earlier;
    const ValueId output = node.outputs[0];
    // A graph output cannot be an input, a constant or two outputs at once: then the node stays.
    if (graph_.is_output(output)) {
      if (graph_.is_input(source) || graph_.is_output(source) ||
          graph_.constant(source) != nullptr || !new_outputs_.insert(source).second) {
        return;
      }
    }
    stands_for_[static_cast<size_t>(output)] = source;
    patch_.replace(output, source);
    names_ += cat(names_.empty() ? "" : ", ", quoted(node.name));
  }

  const Graph& graph_;
  Patch patch_;
  std::vector<ValueId> stands_for_;  ///< by value: what takes its place, kNoValue: itself
  std::set<ValueId> new_outputs_;    ///< values that become graph outputs by this patch
  std::string names_;
};

Result<int64_t> run(Graph& graph, PassContext& context) {
  Patch patch = Remover(graph, context.ops).run();
  if (patch.empty()) return 0;
  TRY_ASSIGN(const bool is_applied, apply_patch(graph, std::move(patch), kName, context));
  return is_applied ? 1 : 0;
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
