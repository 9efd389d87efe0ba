// The one way to make a graph: a checked builder that refuses mistakes at the call that makes them.
#ifndef TUNDISH_IR_BUILDER_H_
#define TUNDISH_IR_BUILDER_H_

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "ir/graph.h"
#include "ir/op_def.h"

namespace tundish {

/// An operation to be added. `version` 0 means the canonical version of the domain.
struct NodeSpec {
  std::string op;
  std::string domain;
  std::vector<ValueId> inputs;
  AttributeList attributes;
  std::string name;  ///< made from the operator when empty
  int version = 0;
  size_t output_count = 1;
  std::vector<std::string> output_names;  ///< made when empty or shorter
};

/// Names in use, and new ones that are not. The same requests in the same order give the same
/// names.
class NameSet {
 public:
  /// `wanted` if it is free, else `wanted_1`, `wanted_2`, ...; taken from now on.
  std::string claim(std::string_view wanted);
  bool has(const std::string& name) const { return names_.count(name) != 0; }
  void release(const std::string& name) { names_.erase(name); }

 private:
  std::unordered_set<std::string> names_;
  size_t next_suffix_ = 1;
};

/// Builds a graph from its inputs to its outputs; types are inferred at each step. Errors name the
/// place set by `at()`. After an error the builder must not be used on.
class Builder {
 public:
  /// `ops` must outlive the builder.
  Builder(const OpTable& ops, std::string graph_name);

  /// The source place that following nodes come from (`pipeline.steps[0]`); shown in errors.
  void at(std::string place) { place_ = std::move(place); }
  const std::string& place() const { return place_; }

  /// A graph input. kInvalidModel when the name is taken.
  Result<ValueId> input(std::string name, ValueType type);
  /// An initializer. Names are made unique with a suffix; an empty name is made up.
  ValueId constant(Tensor tensor, std::string_view name = {});
  template <class T> ValueId scalar(T value, std::string_view name = {}) {
    return constant(Tensor::scalar(value), name);
  }

  /// Adds a node and returns its outputs.
  Result<std::vector<ValueId>> add(NodeSpec spec);
  /// One output of an operator of the default domain.
  Result<ValueId> op(std::string_view name, std::initializer_list<ValueId> inputs,
                     AttributeList attributes = {});

  /// Makes a value an output of the graph under this name. The value is renamed; if it already is
  /// an output or an input under another name, an Identity is put between.
  Status output(ValueId value, std::string name);
  void metadata(std::string key, std::string value);
  /// Adds what the source says of a value's type beyond inference (sizes, names of sizes).
  /// kInvalidModel when it contradicts inference.
  Status declare_type(ValueId value, const ValueType& type);

  const ValueType& type(ValueId value) const;
  const Tensor* constant_of(ValueId value) const;
  const Graph& graph() const { return graph_; }

  /// Verifies and hands over the graph. kInvalidModel without outputs.
  Result<Graph> finish() &&;

 private:
  friend class Patch;
  Builder(const OpTable& ops, const Graph& graph);  ///< goes on from a copy of a graph
  Error located(Error error) const;
  ValueId add_value(std::string name, ValueType type);
  void rename(ValueId value, std::string_view wanted);

  const OpTable& ops_;
  Graph graph_;
  std::string place_;
  NameSet value_names_;
  NameSet node_names_;
};

}  // namespace tundish

#endif  // TUNDISH_IR_BUILDER_H_
