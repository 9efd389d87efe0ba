// Reading the nodes of one graph, subgraph or function of an .onnx file.
//
// The graph of the IR has no scopes. A subgraph's values from outside become inputs of its own,
// behind those it has in the file, and inputs of the node that holds it, behind the node's own: for
// each attribute that is a graph, in the order of the attributes' names. The node's attribute
// "captures" says how many each has taken. Functions are put in the place of the nodes that call
// them.
#ifndef TUNDISH_IMPORT_ONNX_SCOPE_H_
#define TUNDISH_IMPORT_ONNX_SCOPE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "import/importer.h"
#include "import/onnx/external_data.h"
#include "import/onnx/function_size.h"
#include "import/onnx/lift.h"
#include "ir/builder.h"
#include "tundish/result.h"
#include "wire/onnx/records.h"

namespace tundish {

using Opsets = std::map<std::string_view, int64_t>;  ///< version by domain

/// The versions that a model or function imports, "ai.onnx" written as "". kInvalidModel for
/// contradictions, kUnsupported for opsets newer than are known.
Result<Opsets> read_opsets(const std::vector<OnnxOpset>& imports);

/// What all scopes of one file share.
struct OnnxSource {
  OnnxSource(OnnxModel& model, const std::shared_ptr<const void>& owner, const OpTable& ops,
             const ImportOptions& options, const std::string& path);

  /// One more function or subgraph inside the others. kLimit.
  Status enter();
  void leave() { --depth; }
  /// Accounts for nodes about to be read. kLimit.
  Status add_nodes(size_t count);
  Result<Tensor> tensor(const OnnxTensor& record);

  OnnxModel& model;
  const std::shared_ptr<const void>& owner;
  const OpTable& ops;
  const Limits& limits;
  ExternalData external;
  OnnxFunctions functions;
  uint32_t depth = 0;
  uint64_t node_count = 0;
};

class Scope {
 public:
  /// Adds to `builder`. Names that are not found here are looked for in `outer`, if there is one.
  Scope(OnnxSource& source, Builder& builder, const Opsets& opsets, Scope* outer)
      : source_(source), builder_(builder), opsets_(opsets), outer_(outer) {}

  /// Everything of a graph: initializers, inputs, nodes, outputs. `given` are the types that a
  /// subgraph's node hands over, where that is known: then they count, and not what is declared.
  Status read_graph(OnnxGraph& graph, std::span<const ValueType> given = {});
  /// The values of outside that were asked for, in the order of the inputs made for them.
  const std::vector<ValueId>& captured() const { return captured_; }

 private:
  struct Body;
  Status read_initializers(OnnxGraph& graph);
  Status read_inputs(OnnxGraph& graph, std::span<const ValueType> given);
  Status check_default(const OnnxValueInfo& input, ValueId value) const;
  Status read_node(OnnxNode& node, size_t position);
  Result<std::vector<ValueId>> make(OnnxNode& node);
  Result<std::vector<ValueId>> lift(OnnxNode& node, std::string_view domain);
  Result<std::vector<ValueId>> call(OnnxNode& node, OnnxFunction& function);
  Result<std::vector<ValueId>> arguments(const OnnxNode& node);
  Status read_attributes(OnnxNode& node, Lift& lift);
  Status read_attribute(OnnxAttribute& attribute, Lift& lift);
  Status read_bodies(OnnxNode& node, Lift& lift);
  Status read_outputs(OnnxGraph& graph);
  Status check_declared(const OnnxValueInfo& output, ValueId value) const;
  Status bind(std::string_view name, ValueId value);
  /// The value of that name, captured when it lies outside; nothing when there is none.
  std::optional<ValueId> find(std::string_view name);

  OnnxSource& source_;
  Builder& builder_;
  const Opsets& opsets_;
  Scope* outer_;
  std::map<std::string_view, ValueId> values_;  ///< by name in the file
  std::vector<ValueId> captured_;               ///< in `outer_`
  const AttributeList* bindings_ = nullptr;     ///< of the function's attributes
  bool is_function_ = false;                    ///< its records serve other calls too
};

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_SCOPE_H_
