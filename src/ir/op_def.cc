#include "ir/op_def.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"
#include "ir/exec_context.h"
#include "ir/type_match.h"

namespace tundish {

namespace {

const ValueType kUndefinedType;

/// Inference over a node of a graph; the node's own outputs need not exist yet.
class GraphInferContext : public InferContext {
 public:
  GraphInferContext(const Graph& graph, const Node& node, const OpDef& def)
      : graph_(graph), node_(node), def_(def), types_(node.outputs.size()) {}

  const Node& node() const override { return node_; }
  size_t input_count() const override { return node_.inputs.size(); }
  const ValueType& input(size_t i) const override {
    if (i >= node_.inputs.size() || node_.inputs[i] == kNoValue) return kUndefinedType;
    return graph_.value(node_.inputs[i]).type;
  }
  const Tensor* constant(size_t i) const override {
    return i < node_.inputs.size() ? graph_.constant(node_.inputs[i]) : nullptr;
  }
  void set_output(size_t i, ValueType type) override {
    if (i < types_.size()) types_[i] = std::move(type);  // outputs that nobody asked for
  }
  const void* user() const override { return def_.user; }
  std::vector<ValueType>& types() { return types_; }

 private:
  const Graph& graph_;
  const Node& node_;
  const OpDef& def_;
  std::vector<ValueType> types_;
};

std::string full_name(std::string_view domain, std::string_view op) {
  return domain.empty() ? std::string(op) : cat(domain, ".", op);
}

Error unknown_operator(const OpTable& ops, const Node& node) {
  std::vector<std::string> names;
  const OpDef* other_version = nullptr;
  for (const OpDef* row : ops.all()) {
    if (row->domain != node.domain) continue;
    names.emplace_back(row->name);
    if (row->name == node.op && other_version == nullptr) other_version = row;
  }
  std::string message =
      cat("operator ", full_name(node.domain, node.op), "-", node.version, " is not supported");
  if (other_version != nullptr) {
    message += cat("; it is from opset version ", other_version->since, " on");
  } else if (const std::string near = nearest_word(node.op, names); !near.empty()) {
    message += cat("; the nearest name is ", full_name(node.domain, near));
  }
  return Unsupported(std::move(message));
}

std::string arity_text(Arity arity) {
  if (arity.most == kAnyCount) return cat("at least ", arity.least);
  if (arity.most == arity.least) return cat(arity.least);
  return cat(arity.least, " to ", arity.most);
}

Status check_arity(const OpDef& def, const Node& node) {
  const auto outside = [](size_t count, Arity arity) {
    return count < arity.least || (arity.most != kAnyCount && count > arity.most);
  };
  if (outside(node.inputs.size(), def.inputs)) {
    return InvalidModel(
        cat("expected ", arity_text(def.inputs), " inputs, got ", node.inputs.size()));
  }
  if (outside(node.outputs.size(), def.outputs)) {
    return InvalidModel(
        cat("expected ", arity_text(def.outputs), " outputs, got ", node.outputs.size()));
  }
  for (size_t i = 0; i < def.inputs.least; ++i) {
    if (node.inputs[i] == kNoValue) return InvalidModel(cat("input ", i, " is left out"));
  }
  return ok();
}

auto row_key(const OpDef& row) { return std::tuple(row.domain, row.name, row.since); }

}  // namespace

ListedOps::ListedOps(std::span<const std::span<const OpDef>> groups) {
  for (const std::span<const OpDef> group : groups) {
    for (const OpDef& row : group) rows_.push_back(&row);
  }
  std::sort(rows_.begin(), rows_.end(),
            [](const OpDef* a, const OpDef* b) { return row_key(*a) < row_key(*b); });
}

const OpDef* ListedOps::find(std::string_view domain, std::string_view name, int version) const {
  const auto after =
      std::upper_bound(rows_.begin(), rows_.end(), std::tuple(domain, name, version),
                       [](const auto& key, const OpDef* row) { return key < row_key(*row); });
  if (after == rows_.begin()) return nullptr;
  const OpDef* row = *(after - 1);
  return row->domain == domain && row->name == name ? row : nullptr;
}

Result<std::vector<ValueType>> infer_node(const OpTable& ops, const Graph& graph,
                                          const Node& node) {
  const OpDef* def = ops.find(node);
  if (def == nullptr) return unknown_operator(ops, node).in(node_place(node));
  if (Status fits = check_arity(*def, node); !fits) {
    return std::move(fits).error().in(node_place(node));
  }
  GraphInferContext context(graph, node, *def);
  if (def->infer == nullptr) {
    return Internal("the operator has no inference").in(node_place(node));
  }
  if (Status inferred = def->infer(context); !inferred) {
    return std::move(inferred).error().in(node_place(node));
  }
  for (size_t i = 0; i < context.types().size(); ++i) {
    const ValueType& type = context.types()[i];
    if (type.dtype == DType::kUndefined && type.element.empty()) {
      return Internal(cat("inference sets no type for output ", i)).in(node_place(node));
    }
    if (Status possible = check_sizes(type); !possible) {
      return std::move(possible).error().in(cat("output ", i)).in(node_place(node));
    }
  }
  return std::move(context.types());
}

Monotone monotone_direction(const OpTable& ops, const Graph& graph, const Node& node,
                            size_t index) {
  const OpDef* def = ops.find(node);
  if (def == nullptr || def->traits.monotone == nullptr) return Monotone::kNo;
  return def->traits.monotone(GraphInferContext(graph, node, *def), index);
}

std::string node_place(const Node& node) {
  return cat("node ", quoted(node.name), " (", full_name(node.domain, node.op), "-", node.version,
             ")");
}

Result<std::vector<Value>> ExecContext::run_graph(std::string_view name, std::span<const Value>) {
  return Internal(cat("nothing here can run the graph ", quoted(name)));
}

}  // namespace tundish
