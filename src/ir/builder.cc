#include "ir/builder.h"

#include "base/strings.h"
#include "ir/patch.h"
#include "ir/type_match.h"
#include "ir/verifier.h"

namespace tundish {

std::string NameSet::claim(std::string_view wanted) {
  std::string name(wanted);
  while (!names_.insert(name).second) name = cat(wanted, "_", next_suffix_++);
  return name;
}

Builder::Builder(const OpTable& ops, std::string graph_name) : ops_(ops) {
  graph_.name_ = std::move(graph_name);
}

Builder::Builder(const OpTable& ops, const Graph& graph) : ops_(ops), graph_(graph) {
  for (const ValueInfo& value : graph.values_) {
    if (!value.name.empty()) value_names_.claim(value.name);
  }
  for (const NodeId id : graph.order_) node_names_.claim(graph.node(id).name);
}

Error Builder::located(Error error) const {
  return place_.empty() ? std::move(error) : std::move(error).in(place_);
}

ValueId Builder::add_value(std::string name, ValueType type) {
  graph_.values_.push_back({std::move(name), std::move(type)});
  return ValueId{static_cast<uint32_t>(graph_.values_.size() - 1)};
}

void Builder::rename(ValueId value, std::string_view wanted) {
  std::string& name = graph_.values_[static_cast<size_t>(value)].name;
  std::string claimed = value_names_.claim(wanted);
  value_names_.release(name);
  name = std::move(claimed);
}

Result<ValueId> Builder::input(std::string name, ValueType type) {
  if (name.empty()) return located(InvalidModel("an input has no name"));
  if (value_names_.has(name)) {
    return located(InvalidModel(cat("input ", quoted(name), ": the name is taken")));
  }
  if (Status possible = check_sizes(type); !possible) {
    return located(std::move(possible).error().in(cat("input ", quoted(name))));
  }
  const ValueId id = add_value(value_names_.claim(name), std::move(type));
  graph_.inputs_.push_back(id);
  return id;
}

ValueId Builder::constant(Tensor tensor, std::string_view name) {
  const ValueId id = add_value(value_names_.claim(name.empty() ? "const" : name),
                               ValueType::tensor(tensor.dtype(), symbolic(tensor.shape())));
  graph_.values_[static_cast<size_t>(id)].constant = std::move(tensor);
  return id;
}

Result<std::vector<ValueId>> Builder::add(NodeSpec spec) {
  Node node;
  node.version = spec.version != 0 ? spec.version : canonical_version(spec.domain);
  node.op = std::move(spec.op);
  node.domain = std::move(spec.domain);
  node.inputs = std::move(spec.inputs);
  node.attributes = std::move(spec.attributes);
  node.name = spec.name.empty() ? node.op : std::move(spec.name);
  node.origin = place_;
  while (!node.inputs.empty() && node.inputs.back() == kNoValue) node.inputs.pop_back();
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const bool exists = static_cast<size_t>(node.inputs[i]) < graph_.values_.size();
    if (node.inputs[i] != kNoValue && !exists) {
      return located(InvalidModel(cat("input ", i, " does not exist")).in(node_place(node)));
    }
  }
  node.outputs.assign(spec.output_count, kNoValue);
  Result<std::vector<ValueType>> types = infer_node(ops_, graph_, node);
  if (!types) return located(std::move(types).error());

  node.name = node_names_.claim(node.name);
  const NodeId id{static_cast<uint32_t>(graph_.nodes_.size())};
  for (size_t i = 0; i < spec.output_count; ++i) {
    std::string wanted = i < spec.output_names.size() ? spec.output_names[i] : std::string();
    if (wanted.empty()) wanted = i == 0 ? node.name : cat(node.name, "_", i);
    const ValueId output = add_value(value_names_.claim(wanted), std::move((*types)[i]));
    graph_.values_[static_cast<size_t>(output)].producer = id;
    node.outputs[i] = output;
  }
  std::vector<ValueId> outputs = node.outputs;
  graph_.order_.push_back(id);
  graph_.nodes_.push_back(std::move(node));
  return outputs;
}

Result<ValueId> Builder::op(std::string_view name, std::initializer_list<ValueId> inputs,
                            AttributeList attributes) {
  TRY_ASSIGN(const std::vector<ValueId> outputs,
             add({.op = std::string(name), .inputs = inputs, .attributes = std::move(attributes)}));
  return outputs[0];
}

Status Builder::output(ValueId value, std::string name) {
  if (name.empty()) return located(InvalidModel("an output has no name"));
  if (static_cast<size_t>(value) >= graph_.values_.size()) {
    return located(InvalidModel(cat("output ", quoted(name), ": the value does not exist")));
  }
  const bool is_bound = graph_.is_input(value) || graph_.is_output(value);
  const ValueId holder = value_names_.has(name) ? graph_.find_value(name) : kNoValue;
  if (holder != kNoValue && (graph_.is_input(holder) || graph_.is_output(holder))) {
    return located(InvalidModel(cat("output ", quoted(name), ": the name is taken")));
  }
  if (is_bound || graph_.constant(value) != nullptr) {
    if (holder != kNoValue) rename(holder, name);
    TRY_ASSIGN(const std::vector<ValueId> copy,
               add({.op = "Identity", .inputs = {value}, .output_names = {name}}));
    graph_.outputs_.push_back(copy[0]);
    return ok();
  }
  if (holder != value) {
    if (holder != kNoValue) rename(holder, name);
    rename(value, name);
  }
  graph_.outputs_.push_back(value);
  return ok();
}

void Builder::metadata(std::string key, std::string value) {
  graph_.set_metadata(std::move(key), std::move(value));
}

Status Builder::declare_type(ValueId value, const ValueType& type) {
  ValueInfo& info = graph_.values_[static_cast<size_t>(value)];
  if (contradicts(info.type, type)) {
    return located(InvalidModel(cat("value ", quoted(info.name), " is declared ", type.to_string(),
                                    ", but inference gives ", info.type.to_string())));
  }
  info.type = refine(std::move(info.type), type);
  return ok();
}

const ValueType& Builder::type(ValueId value) const {
  static const ValueType kNone;
  return value == kNoValue ? kNone : graph_.value(value).type;
}

const Tensor* Builder::constant_of(ValueId value) const { return graph_.constant(value); }

Result<Graph> Builder::finish() && {
  if (graph_.outputs_.empty()) return located(InvalidModel("the graph has no output"));
  remove_dead(graph_);
  TRY(verify(graph_, ops_));
  return std::move(graph_);
}

}  // namespace tundish
