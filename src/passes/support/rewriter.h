// Many small rewrites of one pass, gathered in one patch.
//
// A pass walks the nodes in order and looks for a pattern that ends at the node at hand (its root).
// What the pattern's inner nodes made must be read by nobody else, or stays computed. A rewrite
// adds nodes and lets one value stand for an output of the root. Nodes that a rewrite has used are
// taken: later patterns of the same walk do not see them (the next round of the pipeline does).
#ifndef TUNDISH_PASSES_SUPPORT_REWRITER_H_
#define TUNDISH_PASSES_SUPPORT_REWRITER_H_

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "passes/pass.h"

namespace tundish {

class Rewriter {
 public:
  Rewriter(Graph& graph, PassContext& context, std::string_view pass);

  const Graph& graph() const { return graph_; }
  const OpTable& ops() const { return context_.ops; }
  PassContext& context() { return context_; }

  // ---- Matching. Nodes and values are those of the graph before this pass.

  /// The node that makes the value: null for inputs, constants, and nodes already taken.
  const Node* maker(ValueId value) const;
  /// The same if it is this operator of the default domain in its canonical form.
  const Node* maker(ValueId value, std::string_view op) const;
  /// The same if nothing else reads the value: it may vanish.
  const Node* only_maker(ValueId value, std::string_view op) const;
  /// The one node that reads the value, once, and is not taken; null when there are others or the
  /// value is an output of the graph.
  const Node* only_reader(ValueId value) const;
  /// Read exactly once, and no output of the graph.
  bool is_read_once(ValueId value) const;
  size_t read_count(ValueId value) const { return uses_[static_cast<size_t>(value)]; }
  bool is_taken(const Node& node) const;
  /// The constant behind a value, new ones included; null when there is none.
  const Tensor* constant(ValueId value) const;
  const ValueType& type(ValueId value) const;

  // ---- Rewriting

  /// What stands for the value now.
  ValueId now(ValueId value) const;
  ValueId add_constant(Tensor tensor, std::string_view name = {});
  /// A node that does (part of) the work of `root`: under its name and place. Old inputs are
  /// replaced by what stands for them.
  Result<std::vector<ValueId>> add(const Node& root, NodeSpec spec);
  Result<ValueId> add(const Node& root, std::string_view op, std::vector<ValueId> inputs,
                      AttributeList attributes = {}, std::string_view domain = kDomainOnnx);
  /// Lets `with` stand for `old_value`. False, and nothing changes, when the types contradict each
  /// other, when an output of the graph would become an input, a constant or two outputs at once,
  /// or when the budget of patches is used up.
  bool replace(ValueId old_value, ValueId with);
  /// The same for output 0 of `root`; takes root and the inner nodes, and counts one rewrite.
  bool rewrite(const Node& root, ValueId with, std::initializer_list<const Node*> inner,
               std::string reason);
  /// Ends a rewrite whose outputs were replaced one by one.
  void count(std::string reason) { reasons_.push_back(std::move(reason)); }
  void take(const Node& node);
  /// A rule that looked promising did not fire.
  void note(const Node& node, std::string_view reason);

  /// Applies all; the number of rewrites.
  Result<int64_t> finish();

 private:
  Patch& patch();
  NodeId id_of(const Node& node) const;
  bool may_become_output(ValueId value);

  Graph& graph_;
  PassContext& context_;
  std::string_view pass_;
  std::optional<Patch> patch_;       ///< made when first needed: it is a copy of the graph
  std::vector<uint32_t> uses_;       ///< by value: inputs of nodes and outputs of the graph
  std::vector<NodeId> last_reader_;  ///< by value
  std::vector<bool> taken_;          ///< by node
  std::unordered_map<uint32_t, ValueId> stands_for_;
  std::set<ValueId> new_outputs_;
  std::vector<std::string> reasons_;
};

/// Runs `rule(rewriter, node)` at each node in order and applies what it did.
template <class Rule>
Result<int64_t> rewrite_nodes(Graph& graph, PassContext& context, std::string_view pass,
                              Rule&& rule) {
  Rewriter rewriter(graph, context, pass);
  for (const NodeId id : graph.order()) {
    if (rewriter.is_taken(graph.node(id))) continue;
    TRY(rule(rewriter, graph.node(id)));
  }
  return rewriter.finish();
}

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_REWRITER_H_
