#include "ir/verifier.h"

#include <unordered_set>

#include "base/strings.h"
#include "ir/tree_ensemble.h"
#include "ir/type_match.h"

namespace tundish {

namespace {

/// One walk over a graph in its order; knows which values exist so far.
class Walk {
 public:
  Walk(const Graph& graph, const OpTable& ops)
      : graph_(graph), ops_(ops), ready_(graph.value_capacity(), false) {}

  Status run() {
    for (const ValueId id : graph_.inputs()) TRY(take_input(id));
    for (const NodeId id : graph_.order()) {
      if (static_cast<size_t>(id) >= graph_.node_capacity()) {
        return InvalidModel("the order names a node that does not exist");
      }
      const Node& node = graph_.node(id);
      if (Status good = take_node(id, node); !good) {
        const std::vector<std::string>& places = good.error().places();
        // Inference names the node itself.
        if (!places.empty() && places.back() == node_place(node)) return good;
        return std::move(good).error().in(node_place(node));
      }
    }
    return check_outputs();
  }

 private:
  bool exists(ValueId id) const { return static_cast<size_t>(id) < graph_.value_capacity(); }
  bool is_ready(ValueId id) const { return ready_[static_cast<size_t>(id)]; }

  Status claim_name(const std::string& name) {
    if (name.empty()) return InvalidModel("a value has no name");
    if (!value_names_.insert(name).second) {
      return InvalidModel(cat("two values are called ", quoted(name)));
    }
    return ok();
  }

  Status produce(ValueId id, NodeId producer) {
    if (!exists(id)) return InvalidModel("an output does not exist");
    const ValueInfo& info = graph_.value(id);
    if (is_ready(id)) return InvalidModel(cat("value ", quoted(info.name), " is produced twice"));
    if (info.producer != producer || info.constant) {
      return InvalidModel(cat("value ", quoted(info.name), " names another producer"));
    }
    ready_[static_cast<size_t>(id)] = true;
    return claim_name(info.name);
  }

  Status take_input(ValueId id) { return in("graph input", produce(id, kNoNode)); }

  /// Constants come into being where they are first read.
  Status read(ValueId id) {
    if (!exists(id)) return InvalidModel("an input does not exist");
    if (is_ready(id)) return ok();
    const ValueInfo& info = graph_.value(id);
    if (!info.constant) {
      return InvalidModel(cat("value ", quoted(info.name), " is read before it is produced"));
    }
    if (info.producer != kNoNode) {
      return InvalidModel(cat("constant ", quoted(info.name), " has a producer"));
    }
    const ValueType type =
        ValueType::tensor(info.constant->dtype(), symbolic(info.constant->shape()));
    if (!(type == info.type)) {
      return InvalidModel(cat("constant ", quoted(info.name), " is ", type.to_string(),
                              ", its type says ", info.type.to_string()));
    }
    ready_[static_cast<size_t>(id)] = true;
    return claim_name(info.name);
  }

  Status take_node(NodeId id, const Node& node) {
    if (node.name.empty()) return InvalidModel("a node has no name");
    if (!node_names_.insert(node.name).second) {
      return InvalidModel("two nodes have this name");
    }
    for (const ValueId input : node.inputs) {
      if (input != kNoValue) TRY(read(input));
    }
    TRY_ASSIGN(const std::vector<ValueType> types, infer_node(ops_, graph_, node));
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      TRY(produce(node.outputs[i], id));
      const ValueType& stored = graph_.value(node.outputs[i]).type;
      if (contradicts(stored, types[i])) {
        return InvalidModel(cat("output ", i, " is declared ", stored.to_string(),
                                ", but inference gives ", types[i].to_string()));
      }
    }
    if (node.is(kDomainTundish, "TreeEnsemble")) {
      TRY_ASSIGN(const TreeEnsemble trees, tree_ensemble_of(graph_, node));
      TRY(validate(trees));
    }
    return check_subgraphs(node);
  }

  Status check_subgraphs(const Node& node) {
    for (const auto& [name, attribute] : node.attributes.items()) {
      if (const GraphPointer* graph = std::get_if<GraphPointer>(&attribute)) {
        TRY(check_subgraph(name, *graph));
      } else if (const auto* graphs = std::get_if<std::vector<GraphPointer>>(&attribute)) {
        for (const GraphPointer& one : *graphs) TRY(check_subgraph(name, one));
      }
    }
    return ok();
  }

  Status check_subgraph(const std::string& name, const GraphPointer& graph) {
    if (graph == nullptr) return InvalidModel(cat("attribute ", quoted(name), " holds no graph"));
    return in(cat("attribute ", quoted(name)), verify(*graph, ops_));
  }

  Status check_outputs() {
    if (graph_.outputs().empty()) return InvalidModel("the graph has no output");
    std::unordered_set<uint32_t> seen;
    for (const ValueId id : graph_.outputs()) {
      if (!exists(id) || !is_ready(id)) return InvalidModel("a graph output is not produced");
      const std::string& name = graph_.value(id).name;
      if (graph_.constant(id) != nullptr || graph_.is_input(id)) {
        return InvalidModel(cat("graph output ", quoted(name), " is not made by a node"));
      }
      if (!seen.insert(static_cast<uint32_t>(id)).second) {
        return InvalidModel(cat("graph output ", quoted(name), " is listed twice"));
      }
    }
    return ok();
  }

  const Graph& graph_;
  const OpTable& ops_;
  std::vector<bool> ready_;
  std::unordered_set<std::string> value_names_;
  std::unordered_set<std::string> node_names_;
};

}  // namespace

Status verify(const Graph& graph, const OpTable& ops) {
  return in(cat("graph ", quoted(graph.name())), Walk(graph, ops).run());
}

}  // namespace tundish
