// A change to a graph as a value: new nodes, and values that take the place of others.
//
// Applying a patch is the only way to change a graph. apply() checks that the type of each
// replacement does not contradict what it replaces (same kind and dtype, no size that differs; what
// only the old type knew is carried over), adds the nodes in order,
// rewires all readers and graph outputs, removes what nobody reads any more, and keeps names of
// graph outputs. On an error the graph is as it was.
#ifndef TUNDISH_IR_PATCH_H_
#define TUNDISH_IR_PATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "ir/builder.h"
#include "ir/graph.h"
#include "ir/op_def.h"

namespace tundish {

/// Why a rule did or did not fire; shown with -v.
struct PatchNote {
  std::string pass;    ///< file name of the pass, "fold_monotone"
  std::string reason;  ///< one line: what was done, or why not
  bool applied = false;
};

class Patch {
 public:
  /// A patch against this state of the graph. The graph must not change before apply().
  explicit Patch(const Graph& graph, const OpTable& ops);

  /// Adds a constant or a node; ids may be used at once as inputs of later ones.
  ValueId constant(Tensor tensor, std::string_view name = {});
  Result<std::vector<ValueId>> add(NodeSpec spec);
  Result<ValueId> op(std::string_view name, std::initializer_list<ValueId> inputs,
                     AttributeList attributes = {});
  /// Type of an old or new value.
  const ValueType& type(ValueId value) const;
  /// The constant behind an old or new value, or null.
  const Tensor* constant_of(ValueId value) const { return draft_.constant_of(value); }

  /// The source place that following nodes come from (Node::origin).
  void at(std::string place) { draft_.at(std::move(place)); }

  /// All readers of `old_value` read `new_value` instead, but for nodes of this patch: those read
  /// what they were given (so a node may be put behind a value).
  void replace(ValueId old_value, ValueId new_value);
  void set_reason(std::string reason) { reason_ = std::move(reason); }
  const std::string& reason() const { return reason_; }
  bool empty() const { return replacements_.empty(); }

  /// kInternal naming the replacement whose type differs, or a node that would come before its
  /// inputs.
  Status apply(Graph& graph) &&;

 private:
  Status check_replacements();
  Result<ValueId> as_output(ValueId wanted, ValueId old_output);
  Status rewire();
  Status sort_nodes();
  Status infer_again();

  Builder draft_;  ///< a copy of the graph that the new nodes are added to
  const OpTable& ops_;
  size_t old_value_count_;
  size_t old_node_count_;
  std::vector<std::pair<ValueId, ValueId>> replacements_;
  std::string reason_;
};

/// Removes nodes and constants that no output needs. Inputs stay.
void remove_dead(Graph& graph);

/// A copy of the graph that computes only the named outputs (in this order), without what they do
/// not need. kNotFound for an unknown name (the message lists the outputs there are).
Result<Graph> select_outputs(const Graph& graph, std::span<const std::string> names);

}  // namespace tundish

#endif  // TUNDISH_IR_PATCH_H_
