#include "passes/support/rewriter.h"

#include <algorithm>

#include "base/strings.h"
#include "ir/type_match.h"

namespace tundish {

Rewriter::Rewriter(Graph& graph, PassContext& context, std::string_view pass)
    : graph_(graph),
      context_(context),
      pass_(pass),
      uses_(graph.value_capacity(), 0),
      last_reader_(graph.value_capacity(), kNoNode),
      taken_(graph.node_capacity(), false) {
  for (const NodeId id : graph.order()) {
    for (const ValueId input : graph.node(id).inputs) {
      if (input == kNoValue) continue;
      ++uses_[static_cast<size_t>(input)];
      last_reader_[static_cast<size_t>(input)] = id;
    }
  }
  for (const ValueId output : graph.outputs()) ++uses_[static_cast<size_t>(output)];
}

Patch& Rewriter::patch() {
  if (!patch_) patch_.emplace(graph_, context_.ops);
  return *patch_;
}

NodeId Rewriter::id_of(const Node& node) const {
  for (const ValueId output : node.outputs) {
    if (output != kNoValue) return graph_.value(output).producer;
  }
  return kNoNode;
}

bool Rewriter::is_taken(const Node& node) const {
  const NodeId id = id_of(node);
  return id == kNoNode || taken_[static_cast<size_t>(id)];
}

void Rewriter::take(const Node& node) { taken_[static_cast<size_t>(id_of(node))] = true; }

const Node* Rewriter::maker(ValueId value) const {
  if (value == kNoValue || static_cast<size_t>(value) >= uses_.size()) return nullptr;
  const NodeId id = graph_.value(value).producer;
  if (id == kNoNode || taken_[static_cast<size_t>(id)]) return nullptr;
  return &graph_.node(id);
}

const Node* Rewriter::maker(ValueId value, std::string_view op) const {
  const Node* node = maker(value);
  if (node == nullptr || !node->is(kDomainOnnx, op)) return nullptr;
  return node->version == kCanonicalOpset ? node : nullptr;
}

const Node* Rewriter::only_maker(ValueId value, std::string_view op) const {
  const Node* node = maker(value, op);
  return node != nullptr && is_read_once(value) ? node : nullptr;
}

const Node* Rewriter::only_reader(ValueId value) const {
  if (!is_read_once(value)) return nullptr;
  const NodeId id = last_reader_[static_cast<size_t>(value)];
  if (id == kNoNode || taken_[static_cast<size_t>(id)]) return nullptr;
  return &graph_.node(id);
}

bool Rewriter::is_read_once(ValueId value) const {
  return uses_[static_cast<size_t>(value)] == 1 && !graph_.is_output(value);
}

const Tensor* Rewriter::constant(ValueId value) const {
  if (value == kNoValue) return nullptr;
  const ValueId present = now(value);
  if (static_cast<size_t>(present) < uses_.size()) return graph_.constant(present);
  return patch_->constant_of(present);
}

const ValueType& Rewriter::type(ValueId value) const {
  if (static_cast<size_t>(value) < uses_.size()) return graph_.value(value).type;
  return patch_->type(value);
}

ValueId Rewriter::now(ValueId value) const {
  for (auto next = stands_for_.find(static_cast<uint32_t>(value)); next != stands_for_.end();
       next = stands_for_.find(static_cast<uint32_t>(value))) {
    value = next->second;
  }
  return value;
}

ValueId Rewriter::add_constant(Tensor tensor, std::string_view name) {
  return patch().constant(std::move(tensor), name);
}

Result<std::vector<ValueId>> Rewriter::add(const Node& root, NodeSpec spec) {
  patch().at(root.origin);
  if (spec.name.empty()) spec.name = root.name;
  for (ValueId& input : spec.inputs) {
    if (input == kNoValue) continue;
    input = now(input);
    if (static_cast<size_t>(input) < uses_.size()) ++uses_[static_cast<size_t>(input)];
  }
  return patch().add(std::move(spec));
}

Result<ValueId> Rewriter::add(const Node& root, std::string_view op, std::vector<ValueId> inputs,
                              AttributeList attributes, std::string_view domain) {
  NodeSpec spec{.op = std::string(op), .domain = std::string(domain), .inputs = std::move(inputs)};
  spec.attributes = std::move(attributes);
  TRY_ASSIGN(const std::vector<ValueId> outputs, add(root, std::move(spec)));
  return outputs[0];
}

/// An output of the graph cannot be an input, a constant, or two outputs at once.
bool Rewriter::may_become_output(ValueId value) {
  const bool is_new = static_cast<size_t>(value) >= uses_.size();
  if (patch().constant_of(value) != nullptr) return false;
  if (!is_new && (graph_.is_input(value) || graph_.is_output(value))) return false;
  return new_outputs_.insert(value).second;
}

bool Rewriter::replace(ValueId old_value, ValueId with) {
  with = now(with);
  if (with == old_value || context_.patches_left <= static_cast<int64_t>(reasons_.size())) {
    return false;
  }
  if (contradicts(type(with), graph_.value(old_value).type)) return false;
  if (graph_.is_output(old_value) && !may_become_output(with)) return false;
  patch().replace(old_value, with);
  stands_for_.insert_or_assign(static_cast<uint32_t>(old_value), with);
  return true;
}

bool Rewriter::rewrite(const Node& root, ValueId with, std::initializer_list<const Node*> inner,
                       std::string reason) {
  if (!replace(root.outputs[0], with)) return false;
  take(root);
  for (const Node* node : inner) {
    if (node != nullptr) take(*node);
  }
  count(cat(quoted(root.name), ": ", reason));
  return true;
}

void Rewriter::note(const Node& node, std::string_view reason) {
  context_.note({std::string(pass_), cat(node_place(node), ": ", reason)});
}

Result<int64_t> Rewriter::finish() {
  if (reasons_.empty()) return 0;
  TRY(apply_rewrites(graph_, std::move(*patch_), pass_, reasons_, context_));
  return static_cast<int64_t>(reasons_.size());
}

}  // namespace tundish
