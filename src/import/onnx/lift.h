// Nodes of ONNX files, of any opset, as nodes of the canonical graph.
#ifndef TUNDISH_IMPORT_ONNX_LIFT_H_
#define TUNDISH_IMPORT_ONNX_LIFT_H_

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/builder.h"
#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish {

/// One node to be lifted, with its inputs found and its attributes converted, and the builder that
/// takes what it becomes.
struct Lift {
  Builder& builder;
  const OpTable& ops;
  const Limits& limits;
  std::string op, domain;
  int version = 0;  ///< opset of its domain in the file
  std::string name;
  std::vector<ValueId> inputs;
  std::vector<std::string> output_names;  ///< "" for an output left out
  AttributeList attributes;
  /// Per attribute that is a graph, in the order of their names: how many of the last inputs are
  /// values it takes from outside (see import/onnx/scope.h). Empty when none does.
  std::vector<int64_t> captures;

  bool has_input(size_t i) const { return i < inputs.size() && inputs[i] != kNoValue; }
  const ValueType& type(size_t i) const { return builder.type(inputs[i]); }
  /// kInvalidModel unless there are between `least` and `most` inputs, the first `least` present.
  Status expect_inputs(size_t least, size_t most) const;

  /// The list of this name; kInvalidModel when it is absent or of another kind. Taking leaves
  /// none behind: lists of large models are not held twice.
  Result<std::vector<int64_t>> require_ints(std::string_view attribute) const;
  Result<std::vector<int64_t>> take_ints(std::string_view attribute);

  /// Adds an inner node of the default domain.
  Result<ValueId> inner(std::string_view op_name, std::initializer_list<ValueId> operands,
                        AttributeList attributes_of_it = {});
  Result<ValueId> cast(ValueId value, DType to);
  /// Adds the node that makes the outputs, under this node's name and its outputs' names.
  Result<std::vector<ValueId>> last(std::string_view op_name, std::vector<ValueId> operands,
                                    AttributeList attributes_of_it);
};

/// Outputs of the node in the builder's graph, one per output name.
using LiftFunction = Result<std::vector<ValueId>> (*)(Lift& lift);

/// Which function lifts an operator. Each upgrade/<name>.cc lists its own as lift_rules_<name>(),
/// found by the file's name.
struct LiftRule {
  std::string_view domain, op;
  LiftFunction lift;
};

/// Lifts one node, all of whose attributes exist at its version: by its own function where its form
/// changed or becomes other nodes, as it is where the table of operators knows its version.
/// kUnsupported naming operator and version.
Result<std::vector<ValueId>> lift_node(Lift& lift);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_LIFT_H_
