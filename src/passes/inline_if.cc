// An If whose condition is constant: the nodes of its branch take its place.
#include "base/strings.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "inline_if";

/// Outer values that the branch takes, one per input of it. The node's inputs are the condition and
/// then, for each of its graphs in the order of their names, as many as "captures" says.
Result<std::optional<std::vector<ValueId>>> captured(const Node& node, std::string_view branch) {
  TRY_ASSIGN(const std::vector<int64_t> counts, node.attributes.get_ints("captures"));
  size_t begin = 1;
  size_t at = 0;
  for (const auto& [name, attribute] : node.attributes.items()) {
    if (!std::holds_alternative<GraphPointer>(attribute)) continue;
    const auto count = static_cast<size_t>(at < counts.size() ? counts[at] : 0);
    ++at;
    if (begin + count > node.inputs.size()) return std::optional<std::vector<ValueId>>();
    if (name == branch) {
      const auto first = node.inputs.begin() + static_cast<std::ptrdiff_t>(begin);
      return std::optional(std::vector<ValueId>(first, first + static_cast<std::ptrdiff_t>(count)));
    }
    begin += count;
  }
  return std::optional<std::vector<ValueId>>();
}

class Inliner {
 public:
  Inliner(Rewriter& rewriter, const Node& node, const Graph& branch)
      : rewriter_(rewriter),
        node_(node),
        branch_(branch),
        map_(branch.value_capacity(), kNoValue) {}

  Status run(std::span<const ValueId> values) {
    for (size_t i = 0; i < values.size(); ++i) at(branch_.inputs()[i]) = values[i];
    for (const NodeId id : branch_.order()) TRY(copy(branch_.node(id)));
    bool is_done = true;
    for (size_t i = 0; i < node_.outputs.size(); ++i) {
      if (node_.outputs[i] == kNoValue) continue;
      TRY_ASSIGN(const ValueId made, output(branch_.outputs()[i], node_.outputs[i]));
      is_done &= rewriter_.replace(node_.outputs[i], made);
    }
    if (!is_done) return ok();
    rewriter_.take(node_);
    rewriter_.count(cat(quoted(node_.name), ": the condition is constant, ", branch_.order().size(),
                        " nodes take its place"));
    return ok();
  }

 private:
  ValueId& at(ValueId value) { return map_[static_cast<size_t>(value)]; }

  ValueId mapped(ValueId value) {
    if (value == kNoValue) return kNoValue;
    if (at(value) == kNoValue) {
      const Tensor* constant = branch_.constant(value);
      if (constant != nullptr) {
        at(value) = rewriter_.add_constant(*constant, branch_.value(value).name);
      }
    }
    return at(value);
  }

  /// An output of the outer graph must be made by a node of its own.
  Result<ValueId> output(ValueId inside, ValueId outside) {
    const ValueId made = mapped(inside);
    if (!rewriter_.graph().is_output(outside)) return made;
    return rewriter_.add(node_, "Identity", {made});
  }

  Status copy(const Node& inner) {
    NodeSpec spec{.op = inner.op, .domain = inner.domain};
    for (const ValueId input : inner.inputs) spec.inputs.push_back(mapped(input));
    spec.attributes = inner.attributes;
    spec.name = inner.name;
    spec.version = inner.version;
    spec.output_count = inner.outputs.size();
    for (const ValueId output : inner.outputs) {
      spec.output_names.push_back(output == kNoValue ? "" : branch_.value(output).name);
    }
    TRY_ASSIGN(const std::vector<ValueId> outputs, rewriter_.add(node_, std::move(spec)));
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (inner.outputs[i] != kNoValue) at(inner.outputs[i]) = outputs[i];
    }
    return ok();
  }

  Rewriter& rewriter_;
  const Node& node_;
  const Graph& branch_;
  std::vector<ValueId> map_;  ///< by value of the branch: the one outside
};

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "If") || node.inputs.empty()) return ok();
  const Tensor* condition = rewriter.constant(node.inputs[0]);
  if (condition == nullptr || condition->dtype() != DType::kBool ||
      condition->element_count() != 1) {
    return ok();
  }
  const bool is_true = condition->values<uint8_t>()[0] != 0;
  const std::string_view name = is_true ? "then_branch" : "else_branch";
  const Attribute* attribute = node.attributes.find(name);
  const auto* branch = attribute == nullptr ? nullptr : std::get_if<GraphPointer>(attribute);
  if (branch == nullptr || (*branch)->outputs().size() < node.outputs.size()) return ok();
  TRY_ASSIGN(const std::optional<std::vector<ValueId>> values, captured(node, name));
  if (!values || values->size() != (*branch)->inputs().size()) return ok();
  return Inliner(rewriter, node, **branch).run(*values);
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_inline_if() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "puts the branch of an If in its place where the condition is constant",
      .looks_for = {"If"},
      .run = run};
  return kPass;
}

}  // namespace tundish
