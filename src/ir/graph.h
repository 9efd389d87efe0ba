// The portable graph: nodes in topological order over values; ONNX-shaped, typed, verified.
//
// A Graph is a value: copying copies nodes and shares tensor storage. It is made by a Builder and
// changed only by applying a Patch; both keep the invariants that the verifier checks:
//   - every value has one producer: a graph input, a constant (initializer) or one output of a
//   node;
//   - nodes come after the producers of their inputs (so the graph has no cycle);
//   - types are those that the operators' inference gives; names of values are unique.
// Ids stay valid across patches for whatever the patch kept; dead nodes and values are skipped.
#ifndef TUNDISH_IR_GRAPH_H_
#define TUNDISH_IR_GRAPH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/attribute.h"
#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

enum class ValueId : uint32_t {};
enum class NodeId : uint32_t {};
/// Stands for an optional input or output that is left out.
inline constexpr ValueId kNoValue{0xffffffff};
inline constexpr NodeId kNoNode{0xffffffff};

/// Domain names. The default ONNX domain is written as the empty string.
inline constexpr std::string_view kDomainOnnx = "";
inline constexpr std::string_view kDomainMl = "ai.onnx.ml";
inline constexpr std::string_view kDomainPreview = "ai.onnx.preview";
inline constexpr std::string_view kDomainTraining = "ai.onnx.preview.training";
inline constexpr std::string_view kDomainMicrosoft = "com.microsoft";
inline constexpr std::string_view kDomainTundish = "tundish";
/// The opset versions in which graphs are canonical.
inline constexpr int kCanonicalOpset = 27;
inline constexpr int kCanonicalMlOpset = 5;
inline constexpr int kTundishOpset = 1;
/// The canonical opset version of a domain; 1 for all but ONNX's own two.
int canonical_version(std::string_view domain);
/// Whether operators of the domain are looked for among ours.
bool is_known_domain(std::string_view domain);

/// One operation. `version` is the operator-set version whose meaning the node has (the canonical
/// one unless the old meaning could not be lifted).
struct Node {
  std::string op;
  std::string domain;
  int version = 0;
  std::string name;    ///< unique within the graph; shown in errors and profiles
  std::string origin;  ///< where it came from in the source, e.g. `pipeline.steps[0]`; may be empty
  std::vector<ValueId> inputs;   ///< kNoValue for an optional one left out
  std::vector<ValueId> outputs;  ///< kNoValue for an unused optional one
  AttributeList attributes;

  bool is(std::string_view wanted_domain, std::string_view wanted_op) const {
    return op == wanted_op && domain == wanted_domain;
  }
};

/// A value that flows between nodes.
struct ValueInfo {
  std::string name;
  ValueType type;
  NodeId producer = kNoNode;       ///< kNoNode for graph inputs and constants
  std::optional<Tensor> constant;  ///< set for initializers
};

/// What one input or output of the whole graph is called; the value carries the type.
using MetadataList = std::vector<std::pair<std::string, std::string>>;

class Graph {
 public:
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  std::span<const ValueId> inputs() const { return inputs_; }
  std::span<const ValueId> outputs() const { return outputs_; }
  /// Live nodes in topological order.
  std::span<const NodeId> order() const { return order_; }
  const Node& node(NodeId id) const { return nodes_[static_cast<size_t>(id)]; }
  const ValueInfo& value(ValueId id) const { return values_[static_cast<size_t>(id)]; }
  /// Upper bound of value ids, for tables indexed by them.
  size_t value_capacity() const { return values_.size(); }
  size_t node_capacity() const { return nodes_.size(); }

  /// The constant behind a value: null when it is not an initializer (or is kNoValue).
  const Tensor* constant(ValueId id) const;
  /// The node that makes the value: null for inputs and constants.
  const Node* producer(ValueId id) const;
  /// Nodes that read the value, in order, and whether it is an output of the graph.
  std::vector<NodeId> readers(ValueId id) const;
  bool is_output(ValueId id) const;
  bool is_input(ValueId id) const;
  /// Value of that name, kNoValue if there is none.
  ValueId find_value(std::string_view name) const;

  /// metadata_props in order of insertion.
  const MetadataList& metadata() const { return metadata_; }
  /// Null when the key is absent.
  const std::string* find_metadata(std::string_view key) const;
  void set_metadata(std::string key, std::string value);

 private:
  friend class Builder;
  friend class Patch;
  friend void remove_dead(Graph& graph);
  friend Result<Graph> select_outputs(const Graph& graph, std::span<const std::string> names);
  std::string name_;
  std::vector<Node> nodes_;
  std::vector<ValueInfo> values_;
  std::vector<NodeId> order_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  MetadataList metadata_;
};

}  // namespace tundish

#endif  // TUNDISH_IR_GRAPH_H_
