#include "import/onnx/graph_reader.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "import/onnx/lift.h"
#include "import/onnx/type_reader.h"
#include "ir/builder.h"
#include "wire/onnx/tensor_data.h"

namespace tundish {

namespace {

// IR versions of ONNX 1.0 to 1.22 (onnx.proto, enum Version).
constexpr int64_t kHighestIrVersion = 13;

// "ai.onnx" is another way to write the default domain.
std::string_view domain_of(std::string_view domain) {
  return domain == "ai.onnx" ? kDomainOnnx : domain;
}

class GraphReader {
 public:
  GraphReader(OnnxModel& model, const std::shared_ptr<const void>& owner, const OpTable& ops,
              const ImportOptions& options)
      : model_(model),
        graph_(*model.graph),
        owner_(owner),
        ops_(ops),
        limits_(options.limits),
        builder_(ops, options.graph_name.empty() ? std::string(model.graph->name)
                                                 : options.graph_name) {}

  Result<Graph> run();

 private:
  Status read_opsets();
  Status refuse_unread() const;
  Status read_initializers();
  Status read_inputs();
  Status check_default(const OnnxValueInfo& input, ValueId value) const;
  Status read_node(OnnxNode& node, size_t position);
  Result<std::vector<ValueId>> lift(OnnxNode& node);
  Status check_declared(const OnnxValueInfo& output, ValueId value) const;
  Status read_outputs();
  Status bind(std::string_view name, ValueId value);

  const OnnxModel& model_;
  OnnxGraph& graph_;
  const std::shared_ptr<const void>& owner_;
  const OpTable& ops_;
  const Limits& limits_;
  Builder builder_;
  std::map<std::string_view, int64_t> opsets_;  ///< by domain
  std::map<std::string_view, ValueId> values_;  ///< by name in the file
};

int highest_opset(std::string_view domain) {
  if (domain == kDomainMl) return kCanonicalMlOpset;
  return domain == kDomainTundish ? kTundishOpset : kCanonicalOpset;
}

bool is_known_domain(std::string_view domain) {
  return domain == kDomainOnnx || domain == kDomainMl || domain == kDomainTundish;
}

Status GraphReader::read_opsets() {
  if (model_.ir_version < 1) return InvalidModel("no ir_version");
  if (model_.ir_version > kHighestIrVersion) {
    return Unsupported(
        cat("IR version ", model_.ir_version, "; up to ", kHighestIrVersion, " is read"));
  }
  for (const OnnxOpset& opset : model_.opset_import) {
    const std::string_view domain = domain_of(opset.domain);
    if (opset.version < 1) {
      return InvalidModel(cat("opset ", opset.version, " of domain ", quoted(domain)));
    }
    if (is_known_domain(domain) && opset.version > highest_opset(domain)) {
      return Unsupported(cat("opset ", opset.version, " of domain ", quoted(domain), "; up to ",
                             highest_opset(domain), " is read"));
    }
    // skl2onnx writes the same entry twice.
    const auto [known, is_new] = opsets_.emplace(domain, opset.version);
    if (!is_new && known->second != opset.version) {
      return InvalidModel(cat("domain ", quoted(domain), " is imported as ", known->second, " and ",
                              opset.version));
    }
  }
  // IR version 1 and 2 files may leave it out: opset 1.
  if (opsets_.empty() && model_.ir_version < 3) opsets_.emplace(kDomainOnnx, 1);
  if (opsets_.empty()) return InvalidModel("no opset_import");
  return ok();
}

Status GraphReader::refuse_unread() const {
  if (!graph_.sparse_initializer.empty()) return Unsupported("sparse initializers");
  for (const OnnxFunction& function : model_.functions) {
    if (is_known_domain(domain_of(function.domain))) {
      return Unsupported(cat("function ", quoted(function.name),
                             " takes the place of an operator of domain ",
                             quoted(domain_of(function.domain))));
    }
  }
  if (graph_.node.size() > limits_.max_graph_nodes) {
    return Limit(cat(graph_.node.size(), " nodes, the limit is ", limits_.max_graph_nodes));
  }
  return ok();
}

Status GraphReader::bind(std::string_view name, ValueId value) {
  if (name.empty()) return InvalidModel("a value has no name");
  if (!values_.emplace(name, value).second) {
    return InvalidModel(cat("value ", quoted(name), " is made twice"));
  }
  return ok();
}

Status GraphReader::read_initializers() {
  for (const OnnxTensor& record : graph_.initializer) {
    TRY_ASSIGN(Tensor tensor, tensor_from_record(record, owner_));
    TRY(bind(record.name, builder_.constant(std::move(tensor), record.name)));
  }
  return ok();
}

// An input with an initializer is that constant (all of IR version 3's constants are listed so).
Status GraphReader::check_default(const OnnxValueInfo& input, ValueId value) const {
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

Status GraphReader::read_inputs() {
  for (const OnnxValueInfo& input : graph_.input) {
    const std::string place = cat("input ", quoted(input.name));
    const auto initialized = values_.find(input.name);
    if (initialized != values_.end()) {
      if (builder_.constant_of(initialized->second) == nullptr) {
        return InvalidModel(cat(place, " is listed twice"));
      }
      TRY(in(place, check_default(input, initialized->second)));
      continue;
    }
    TRY_ASSIGN(ValueType type, in(place, value_type_of(input.type)));
    TRY_ASSIGN(const ValueId value, builder_.input(std::string(input.name), std::move(type)));
    TRY(bind(input.name, value));
  }
  return ok();
}

Result<std::vector<ValueId>> GraphReader::lift(OnnxNode& node) {
  const std::string_view domain = domain_of(node.domain);
  const auto opset = opsets_.find(domain);
  if (!is_known_domain(domain)) {
    return Unsupported(
        cat("operator ", quoted(node.op_type), " of the unknown domain ", quoted(domain),
            opset == opsets_.end() ? std::string() : cat(" (version ", opset->second, ")")));
  }
  if (opset == opsets_.end()) {
    return InvalidModel(cat("domain ", quoted(domain), " is not in opset_import"));
  }
  Lift lift{.builder = builder_,
            .ops = ops_,
            .limits = limits_,
            .op = std::string(node.op_type),
            .domain = std::string(domain),
            .version = static_cast<int>(opset->second),
            .name = std::string(node.name)};
  for (const std::string_view name : node.input) {
    if (name.empty()) {
      lift.inputs.push_back(kNoValue);
      continue;
    }
    const auto value = values_.find(name);
    if (value == values_.end()) {
      return InvalidModel(cat("input ", quoted(name),
                              " is made by nothing before this node (nodes must be in order)"));
    }
    lift.inputs.push_back(value->second);
  }
  while (!lift.inputs.empty() && lift.inputs.back() == kNoValue) lift.inputs.pop_back();
  for (const std::string_view name : node.output) lift.output_names.emplace_back(name);
  while (!lift.output_names.empty() && lift.output_names.back().empty()) {
    lift.output_names.pop_back();
  }
  if (lift.output_names.empty()) return InvalidModel("no output");
  for (OnnxAttribute& attribute : node.attribute) {
    const std::string_view name = attribute.name;
    if (lift.attributes.has(name)) {
      return InvalidModel(cat("attribute ", quoted(name), " is given twice"));
    }
    TRY_ASSIGN(Attribute value, attribute_of(attribute, owner_));
    lift.attributes.set(std::string(name), std::move(value));
  }
  return lift_node(lift);
}

Status GraphReader::read_node(OnnxNode& node, size_t position) {
  Result<std::vector<ValueId>> made = lift(node);
  Status bound;
  for (size_t i = 0; made.has_value() && bound.has_value() && i < made->size(); ++i) {
    if (!node.output[i].empty()) bound = bind(node.output[i], (*made)[i]);
  }
  if (made.has_value() && bound.has_value()) return ok();
  Error error = made.has_value() ? std::move(bound).error() : std::move(made).error();
  return std::move(error).in(
      cat("node ", position, " ", quoted(node.name), " (", node.op_type, ")"));
}

// Element types must be those declared. Shapes need not: converters are known to write wrong ones,
// and other readers go by what they infer.
Status GraphReader::check_declared(const OnnxValueInfo& output, ValueId value) const {
  if (output.type.kind == OnnxTypeKind::kNone) return ok();
  const std::string place = cat("output ", quoted(output.name));
  TRY_ASSIGN(const ValueType declared, in(place, value_type_of(output.type)));
  const ValueType& actual = builder_.type(value);
  if (declared.kind == actual.kind && declared.dtype == actual.dtype) return ok();
  return InvalidModel(
             cat("declared ", declared.to_string(), ", the graph makes ", actual.to_string()))
      .in(place);
}

Status GraphReader::read_outputs() {
  if (graph_.output.empty()) return InvalidModel("the graph has no output");
  for (const OnnxValueInfo& output : graph_.output) {
    const auto value = values_.find(output.name);
    if (value == values_.end()) {
      return InvalidModel(cat("output ", quoted(output.name), " is made by no node"));
    }
    TRY(check_declared(output, value->second));
    TRY(builder_.output(value->second, std::string(output.name)));
  }
  return ok();
}

Result<Graph> GraphReader::run() {
  TRY(read_opsets());
  TRY(refuse_unread());
  TRY(read_initializers());
  TRY(read_inputs());
  for (size_t i = 0; i < graph_.node.size(); ++i) TRY(read_node(graph_.node[i], i));
  TRY(read_outputs());
  for (const auto& [key, value] : model_.metadata_props) {
    if (builder_.graph().find_metadata(key) != nullptr) {
      return InvalidModel(cat("metadata key ", quoted(key), " is given twice"));
    }
    builder_.metadata(std::string(key), std::string(value));
  }
  return std::move(builder_).finish();
}

}  // namespace

Result<Graph> graph_from_records(OnnxModel&& model, const std::shared_ptr<const void>& owner,
                                 const OpTable& ops, const ImportOptions& options) {
  if (!model.graph.has_value()) return InvalidModel("the file has no graph");
  return GraphReader(model, owner, ops, options).run();
}

}  // namespace tundish
