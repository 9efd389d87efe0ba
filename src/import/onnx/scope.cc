#include "import/onnx/scope.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "import/onnx/body_types.h"
#include "import/onnx/schema.h"
#include "import/onnx/sparse_tensor.h"
#include "import/onnx/type_reader.h"
#include "wire/onnx/tensor_data.h"

namespace tundish {

namespace {

bool is_bound(const Graph& graph, std::string_view name) {
  const ValueId value = graph.find_value(name);
  return value != kNoValue && (graph.is_input(value) || graph.is_output(value));
}

}  // namespace

// ---- What scopes share

Result<Opsets> read_opsets(const std::vector<OnnxOpset>& imports) {
  Opsets opsets;
  for (const OnnxOpset& opset : imports) {
    const std::string_view domain = plain_domain(opset.domain);
    if (opset.version < 1) {
      return InvalidModel(cat("opset ", opset.version, " of domain ", quoted(domain)));
    }
    if (is_known_domain(domain) && opset.version > canonical_version(domain)) {
      return Unsupported(cat("opset ", opset.version, " of domain ", quoted(domain), "; up to ",
                             canonical_version(domain), " is read"));
    }
    // skl2onnx writes the same entry twice.
    const auto [known, is_new] = opsets.emplace(domain, opset.version);
    if (!is_new && known->second != opset.version) {
      return InvalidModel(cat("domain ", quoted(domain), " is imported as ", known->second, " and ",
                              opset.version));
    }
  }
  return opsets;
}

OnnxSource::OnnxSource(OnnxModel& model, const std::shared_ptr<const void>& owner,
                       const OpTable& ops, const ImportOptions& options, const std::string& path)
    : model(model), owner(owner), ops(ops), limits(options.limits), external(path) {
  for (OnnxFunction& function : model.functions) {
    functions.emplace(function_key(function.domain, function.name, function.overload), &function);
  }
}

Status OnnxSource::enter() {
  if (depth == limits.max_graph_depth) {
    return Limit(
        cat("functions and subgraphs nested deeper than ", limits.max_graph_depth, " levels"));
  }
  ++depth;
  return ok();
}

Status OnnxSource::add_nodes(size_t count) {
  node_count += count;
  if (node_count <= limits.max_graph_nodes) return ok();
  return Limit(cat(node_count, " nodes, those of functions put in place counted; the limit is ",
                   limits.max_graph_nodes));
}

Result<Tensor> OnnxSource::tensor(const OnnxTensor& record) {
  if (!record.is_external) return tensor_from_record(record, owner);
  Result<Tensor> tensor = external.tensor(record);
  if (tensor) return tensor;
  return std::move(tensor).error().in(cat("tensor ", quoted(record.name)));
}

// ---- Names

Status Scope::bind(std::string_view name, ValueId value) {
  if (name.empty()) return InvalidModel("a value has no name");
  if (!values_.emplace(name, value).second) {
    return InvalidModel(cat("value ", quoted(name), " is made twice"));
  }
  return ok();
}

std::optional<ValueId> Scope::find(std::string_view name) {
  const auto known = values_.find(name);
  if (known != values_.end()) return known->second;
  if (outer_ == nullptr) return std::nullopt;
  const std::optional<ValueId> outside = outer_->find(name);
  if (!outside || *outside == kNoValue) return outside;
  ValueId inside = kNoValue;
  if (const Tensor* constant = outer_->builder_.constant_of(*outside)) {
    inside = builder_.constant(*constant, name);
  } else {
    // The name may be taken by a value that was made up here.
    std::string own_name(name);
    while (builder_.graph().find_value(own_name) != kNoValue) own_name += "_outside";
    Result<ValueId> input = builder_.input(std::move(own_name), outer_->builder_.type(*outside));
    if (!input) return std::nullopt;
    inside = *input;
    captured_.push_back(*outside);
  }
  values_.emplace(name, inside);
  return inside;
}

// ---- Constants, inputs, outputs

Status Scope::read_initializers(OnnxGraph& graph) {
  for (const OnnxTensor& record : graph.initializer) {
    TRY_ASSIGN(Tensor tensor, source_.tensor(record));
    TRY(bind(record.name, builder_.constant(std::move(tensor), record.name)));
  }
  for (const OnnxSparseTensor& record : graph.sparse_initializer) {
    const std::string_view name = record.values.name;
    TRY_ASSIGN(Tensor tensor, in(cat("initializer ", quoted(name)),
                                 dense_tensor(record, source_.owner, source_.limits)));
    TRY(bind(name, builder_.constant(std::move(tensor), name)));
  }
  return ok();
}

// An input with an initializer is that constant (all of IR version 3's constants are listed so).
Status Scope::check_default(const OnnxValueInfo& input, ValueId value) const {
  if (input.type.kind == OnnxTypeKind::kNone) return ok();
  TRY_ASSIGN(const ValueType declared, value_type_of(input.type));
  const ValueType& actual = builder_.type(value);
  bool fits = declared.kind == actual.kind && declared.dtype == actual.dtype;
  if (fits && declared.shape.has_value()) {
    fits = declared.shape->size() == actual.shape->size();
    for (size_t i = 0; fits && i < declared.shape->size(); ++i) {
      const Dim& dim = (*declared.shape)[i];
      fits = !dim.is_known() || dim == (*actual.shape)[i];
    }
  }
  if (fits) return ok();
  return InvalidModel(
      cat("declared ", declared.to_string(), ", its initializer is ", actual.to_string()));
}

Status Scope::read_inputs(OnnxGraph& graph, std::span<const ValueType> given) {
  for (size_t i = 0; i < graph.input.size(); ++i) {
    const OnnxValueInfo& input = graph.input[i];
    const std::string place = cat("input ", quoted(input.name));
    const auto initialized = values_.find(input.name);
    if (initialized != values_.end()) {
      if (builder_.constant_of(initialized->second) == nullptr) {
        return InvalidModel(cat(place, " is listed twice"));
      }
      TRY(in(place, check_default(input, initialized->second)));
      continue;
    }
    ValueType type;
    if (i < given.size()) {
      type = given[i];
    } else {
      TRY_ASSIGN(type, in(place, value_type_of(input.type)));
    }
    TRY_ASSIGN(const ValueId value, builder_.input(std::string(input.name), std::move(type)));
    TRY(bind(input.name, value));
  }
  return ok();
}

// Element types must be those declared. Shapes need not: converters are known to write wrong ones,
// and other readers go by what they infer.
Status Scope::check_declared(const OnnxValueInfo& output, ValueId value) const {
  if (output.type.kind == OnnxTypeKind::kNone) return ok();
  const std::string place = cat("output ", quoted(output.name));
  TRY_ASSIGN(const ValueType declared, in(place, value_type_of(output.type)));
  const ValueType& actual = builder_.type(value);
  if (declared.kind == actual.kind && declared.dtype == actual.dtype) return ok();
  return InvalidModel(
             cat("declared ", declared.to_string(), ", the graph makes ", actual.to_string()))
      .in(place);
}

Status Scope::read_outputs(OnnxGraph& graph) {
  if (graph.output.empty()) return InvalidModel("the graph has no output");
  for (const OnnxValueInfo& output : graph.output) {
    const std::optional<ValueId> value = find(output.name);
    if (!value || *value == kNoValue) {
      return InvalidModel(cat("output ", quoted(output.name), " is made by no node"));
    }
    TRY(check_declared(output, *value));
    // What a subgraph hands out has no name outside; a value from outside may have the one here.
    std::string name(output.name);
    while (outer_ != nullptr && is_bound(builder_.graph(), name)) name += "_made";
    TRY(builder_.output(*value, std::move(name)));
  }
  return ok();
}

Status Scope::read_graph(OnnxGraph& graph, std::span<const ValueType> given) {
  TRY(source_.add_nodes(graph.node.size()));
  TRY(read_initializers(graph));
  TRY(read_inputs(graph, given));
  for (size_t i = 0; i < graph.node.size(); ++i) TRY(read_node(graph.node[i], i));
  return read_outputs(graph);
}

// ---- Nodes

Status Scope::read_node(OnnxNode& node, size_t position) {
  Result<std::vector<ValueId>> made = make(node);
  Status bound;
  for (size_t i = 0; made.has_value() && bound.has_value() && i < made->size(); ++i) {
    if (!node.output[i].empty()) bound = bind(node.output[i], (*made)[i]);
  }
  if (made.has_value() && bound.has_value()) return ok();
  Error error = made.has_value() ? std::move(bound).error() : std::move(made).error();
  return std::move(error).in(
      cat("node ", position, " ", quoted(node.name), " (", node.op_type, ")"));
}

Result<std::vector<ValueId>> Scope::make(OnnxNode& node) {
  const std::string_view domain = plain_domain(node.domain);
  const auto function = source_.functions.find(function_key(domain, node.op_type, node.overload));
  if (function != source_.functions.end()) return call(node, *function->second);
  return lift(node, domain);
}

Result<std::vector<ValueId>> Scope::arguments(const OnnxNode& node) {
  std::vector<ValueId> values;
  for (const std::string_view name : node.input) {
    const std::optional<ValueId> value = name.empty() ? kNoValue : find(name);
    if (!value) {
      return InvalidModel(cat("input ", quoted(name),
                              " is made by nothing before this node (nodes must be in order)"));
    }
    values.push_back(*value);
  }
  while (!values.empty() && values.back() == kNoValue) values.pop_back();
  return values;
}

Result<std::vector<ValueId>> Scope::lift(OnnxNode& node, std::string_view domain) {
  const auto opset = opsets_.find(domain);
  const bool is_known =
      is_known_domain(domain) || std::ranges::any_of(source_.ops.all(), [&](const OpDef* row) {
        return row->domain == domain;
      });
  if (!is_known) {
    return Unsupported(
        cat("operator ", quoted(node.op_type), " of the unknown domain ", quoted(domain),
            opset == opsets_.end() ? std::string() : cat(" (version ", opset->second, ")")));
  }
  if (opset == opsets_.end()) {
    return InvalidModel(cat("domain ", quoted(domain), " is not in opset_import"));
  }
  Lift lift{.builder = builder_,
            .ops = source_.ops,
            .limits = source_.limits,
            .op = std::string(node.op_type),
            .domain = std::string(domain),
            .version = static_cast<int>(opset->second),
            .name = std::string(node.name)};
  TRY_ASSIGN(lift.inputs, arguments(node));
  for (const std::string_view name : node.output) lift.output_names.emplace_back(name);
  while (!lift.output_names.empty() && lift.output_names.back().empty()) {
    lift.output_names.pop_back();
  }
  if (lift.output_names.empty()) return InvalidModel("no output");
  TRY(read_attributes(node, lift));
  return lift_node(lift);
}

// A function's nodes take the place of the call.
Result<std::vector<ValueId>> Scope::call(OnnxNode& node, OnnxFunction& function) {
  TRY(source_.enter());
  TRY(source_.add_nodes(function.node.size()));
  TRY_ASSIGN(const Opsets opsets, read_opsets(function.opset_import));
  TRY_ASSIGN(const std::vector<ValueId> values, arguments(node));
  if (values.size() > function.input.size()) {
    return InvalidModel(
        cat("the function has ", function.input.size(), " inputs, the call ", values.size()));
  }
  Lift bindings{.builder = builder_, .ops = source_.ops, .limits = source_.limits};
  TRY(read_attributes(node, bindings));
  if (!bindings.captures.empty()) {
    return Unsupported("a subgraph as attribute of a function's call");
  }
  for (OnnxAttribute& attribute : function.attribute_proto) {
    if (!bindings.attributes.has(attribute.name)) TRY(read_attribute(attribute, bindings));
  }
  Scope body(source_, builder_, opsets, nullptr);
  body.is_function_ = true;
  body.bindings_ = &bindings.attributes;
  for (size_t i = 0; i < function.input.size(); ++i) {
    TRY(body.bind(function.input[i], i < values.size() ? values[i] : kNoValue));
  }
  for (size_t i = 0; i < function.node.size(); ++i) TRY(body.read_node(function.node[i], i));
  if (node.output.size() > function.output.size()) {
    return InvalidModel(cat("the function has ", function.output.size(), " outputs, the call ",
                            node.output.size()));
  }
  std::vector<ValueId> outputs;
  for (size_t i = 0; i < node.output.size(); ++i) {
    const auto value = body.values_.find(function.output[i]);
    if (value == body.values_.end()) {
      return InvalidModel(cat("output ", quoted(function.output[i]), " is made by no node"));
    }
    outputs.push_back(value->second);
  }
  source_.leave();
  return outputs;
}

// ---- Attributes

Status Scope::read_attribute(OnnxAttribute& attribute, Lift& lift) {
  const std::string_view name = attribute.name;
  if (lift.attributes.has(name)) {
    return InvalidModel(cat("attribute ", quoted(name), " is given twice"));
  }
  if (!attribute.ref_attr_name.empty() && bindings_ != nullptr) {
    // An attribute that the call leaves out and that has no default is left out here too.
    const Attribute* bound = bindings_->find(attribute.ref_attr_name);
    if (bound != nullptr) lift.attributes.set(std::string(name), *bound);
    return ok();
  }
  TRY_ASSIGN(Attribute value, is_function_ ? attribute_of(std::as_const(attribute), source_.owner)
                                           : take_attribute(attribute, source_.owner));
  lift.attributes.set(std::string(name), std::move(value));
  return ok();
}

Status Scope::read_attributes(OnnxNode& node, Lift& lift) {
  bool has_bodies = false;
  for (OnnxAttribute& attribute : node.attribute) {
    if (!attribute.graphs.empty()) {
      has_bodies = true;
    } else if (!attribute.sparse_tensors.empty()) {
      TRY_ASSIGN(Tensor dense,
                 in(cat("attribute ", quoted(attribute.name)),
                    dense_tensor(attribute.sparse_tensors[0], source_.owner, source_.limits)));
      lift.attributes.set(std::string(attribute.name), std::move(dense));
    } else if (attribute.tensors.size() == 1 && attribute.tensors[0].is_external) {
      TRY_ASSIGN(Tensor tensor, in(cat("attribute ", quoted(attribute.name)),
                                   source_.tensor(attribute.tensors[0])));
      lift.attributes.set(std::string(attribute.name), std::move(tensor));
    } else {
      TRY(read_attribute(attribute, lift));
    }
  }
  return has_bodies ? read_bodies(node, lift) : ok();
}

Status Scope::read_bodies(OnnxNode& node, Lift& lift) {
  std::vector<OnnxAttribute*> bodies;
  for (OnnxAttribute& attribute : node.attribute) {
    if (!attribute.graphs.empty()) bodies.push_back(&attribute);
  }
  std::ranges::sort(bodies, {}, [](const OnnxAttribute* one) { return one->name; });
  std::vector<ValueType> types;
  for (const ValueId input : lift.inputs) {
    types.push_back(input == kNoValue ? ValueType() : builder_.type(input));
  }
  std::vector<int64_t> counts;
  std::vector<ValueId> captured;
  for (OnnxAttribute* attribute : bodies) {
    const std::string place = cat("attribute ", quoted(attribute->name));
    if (attribute->graphs.size() != 1) return Unsupported("a list of graphs").in(place);
    if (lift.attributes.has(attribute->name)) {
      return InvalidModel(cat(place, " is given twice"));
    }
    TRY(source_.enter());
    OnnxGraph& graph = attribute->graphs[0];
    Builder builder(source_.ops, std::string(graph.name));
    Scope body(source_, builder, opsets_, this);
    body.is_function_ = is_function_;
    body.bindings_ = bindings_;
    TRY_ASSIGN(const std::vector<ValueType> given,
               in(place, body_input_types(node.op_type, lift.version, types, graph.input.size())));
    TRY(in(place, body.read_graph(graph, given)));
    TRY_ASSIGN(Graph read, in(place, std::move(builder).finish()));
    source_.leave();
    counts.push_back(static_cast<int64_t>(body.captured().size()));
    captured.insert(captured.end(), body.captured().begin(), body.captured().end());
    lift.attributes.set(std::string(attribute->name),
                        std::make_shared<const Graph>(std::move(read)));
  }
  if (std::ranges::all_of(counts, [](int64_t count) { return count == 0; })) return ok();
  // An operator whose optional inputs are left out at the end has them all the same now.
  lift.inputs.resize(std::max(lift.inputs.size(), own_input_count(node.op_type)), kNoValue);
  lift.inputs.insert(lift.inputs.end(), captured.begin(), captured.end());
  lift.captures = std::move(counts);
  return ok();
}

}  // namespace tundish
