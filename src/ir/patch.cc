#include "ir/patch.h"

#include <algorithm>
#include <unordered_map>

#include "base/strings.h"
#include "ir/type_match.h"

namespace tundish {

namespace {

size_t index_of(ValueId id) { return static_cast<size_t>(id); }
size_t index_of(NodeId id) { return static_cast<size_t>(id); }

/// What stands in the place of `value` after all replacements (they may form chains).
Result<ValueId> resolve(const std::unordered_map<uint32_t, ValueId>& map, ValueId value) {
  for (size_t steps = 0; steps <= map.size(); ++steps) {
    const auto next = map.find(static_cast<uint32_t>(value));
    if (next == map.end()) return value;
    value = next->second;
  }
  return Internal("replacements form a circle");
}

}  // namespace

Patch::Patch(const Graph& graph, const OpTable& ops)
    : draft_(ops, graph),
      ops_(ops),
      old_value_count_(graph.values_.size()),
      old_node_count_(graph.nodes_.size()) {}

ValueId Patch::constant(Tensor tensor, std::string_view name) {
  return draft_.constant(std::move(tensor), name);
}

Result<std::vector<ValueId>> Patch::add(NodeSpec spec) { return draft_.add(std::move(spec)); }

Result<ValueId> Patch::op(std::string_view name, std::initializer_list<ValueId> inputs,
                          AttributeList attributes) {
  return draft_.op(name, inputs, std::move(attributes));
}

const ValueType& Patch::type(ValueId value) const { return draft_.type(value); }

void Patch::replace(ValueId old_value, ValueId new_value) {
  replacements_.emplace_back(old_value, new_value);
}

Status Patch::check_replacements() {
  Graph& graph = draft_.graph_;
  for (const auto& [old_value, new_value] : replacements_) {
    if (index_of(old_value) >= old_value_count_ || index_of(new_value) >= graph.values_.size()) {
      return Internal("a replacement names a value that does not exist");
    }
    const ValueInfo& from = graph.value(old_value);
    ValueInfo& to = graph.values_[index_of(new_value)];
    if (from.name.empty() || to.name.empty()) {
      return Internal("a replacement names a value that was removed");
    }
    if (old_value == new_value) {
      return Internal(cat("value ", quoted(from.name), " is replaced by itself"));
    }
    if (contradicts(to.type, from.type)) {
      return Internal(cat("value ", quoted(from.name), " of type ", from.type.to_string(),
                          " cannot be replaced by ", quoted(to.name), " of type ",
                          to.type.to_string()));
    }
    // Equal values: what was known of the old one holds for the new one. An input stays as wide as
    // its contract.
    if (!graph.is_input(new_value)) to.type = refine(std::move(to.type), from.type);
  }
  return ok();
}

/// The value that becomes a graph output in the place of `old_output`, under its name.
Result<ValueId> Patch::as_output(ValueId wanted, ValueId old_output) {
  Graph& graph = draft_.graph_;
  if (graph.is_input(old_output)) {
    return Internal(cat("value ", quoted(graph.value(old_output).name),
                        " is an input and an output: it cannot be replaced"));
  }
  const std::string name = graph.value(old_output).name;
  draft_.rename(old_output, name);  // the name goes to the new value
  if (graph.is_input(wanted) || graph.is_output(wanted) || graph.constant(wanted) != nullptr) {
    TRY_ASSIGN(const std::vector<ValueId> copy,
               draft_.add({.op = "Identity", .inputs = {wanted}, .output_names = {name}}));
    TRY(draft_.declare_type(copy[0], ValueType(draft_.type(old_output))));
    return copy[0];
  }
  draft_.rename(wanted, name);
  return wanted;
}

Status Patch::rewire() {
  std::unordered_map<uint32_t, ValueId> map;
  for (const auto& [old_value, new_value] : replacements_) {
    if (!map.emplace(static_cast<uint32_t>(old_value), new_value).second) {
      return Internal(
          cat("value ", quoted(draft_.graph_.value(old_value).name), " is replaced twice"));
    }
  }
  Graph& graph = draft_.graph_;
  for (size_t i = 0; i < old_node_count_; ++i) {
    for (ValueId& input : graph.nodes_[i].inputs) {
      TRY_ASSIGN(input, resolve(map, input));
    }
  }
  for (ValueId& output : graph.outputs_) {
    TRY_ASSIGN(const ValueId wanted, resolve(map, output));
    if (wanted == output) continue;
    TRY_ASSIGN(output, as_output(wanted, output));
  }
  return ok();
}

/// Old nodes keep their order; a new node comes right before the first that needs it.
Status Patch::sort_nodes() {
  enum class Mark : uint8_t { kNone, kOpen, kDone };
  Graph& graph = draft_.graph_;
  std::vector<Mark> marks(graph.nodes_.size(), Mark::kNone);
  std::vector<NodeId> sorted;
  sorted.reserve(graph.order_.size());
  std::vector<std::pair<NodeId, size_t>> open;  // node and its next input to look at
  for (const NodeId start : graph.order_) {
    if (marks[index_of(start)] == Mark::kDone) continue;
    open.emplace_back(start, 0);
    marks[index_of(start)] = Mark::kOpen;
    while (!open.empty()) {
      const NodeId id = open.back().first;
      const std::vector<ValueId>& inputs = graph.node(id).inputs;
      if (open.back().second == inputs.size()) {
        marks[index_of(id)] = Mark::kDone;
        sorted.push_back(id);
        open.pop_back();
        continue;
      }
      const ValueId input = inputs[open.back().second++];
      const NodeId maker = input == kNoValue ? kNoNode : graph.value(input).producer;
      if (maker == kNoNode || marks[index_of(maker)] == Mark::kDone) continue;
      if (marks[index_of(maker)] == Mark::kOpen) {
        return Internal("the node would need its own result").in(node_place(graph.node(maker)));
      }
      marks[index_of(maker)] = Mark::kOpen;
      open.emplace_back(maker, 0);
    }
  }
  graph.order_ = std::move(sorted);
  return ok();
}

/// A value that takes the place of another is equal to it, so what was known of one holds for both;
/// types behind the replacements may become more precise by it.
Status Patch::infer_again() {
  Graph& graph = draft_.graph_;
  std::vector<bool> changed(graph.values_.size(), false);
  for (const auto& [old_value, new_value] : replacements_) {
    changed[index_of(new_value)] = true;
  }
  for (const NodeId id : graph.order_) {
    const Node& node = graph.node(id);
    const bool is_touched = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
      return input != kNoValue && changed[index_of(input)];
    });
    if (!is_touched) continue;
    TRY_ASSIGN(const std::vector<ValueType> types, infer_node(ops_, graph, node));
    for (size_t i = 0; i < types.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      ValueInfo& output = graph.values_[index_of(node.outputs[i])];
      if (contradicts(output.type, types[i])) {
        return Internal(cat("output ", i, " was ", output.type.to_string(), ", would be ",
                            types[i].to_string()))
            .in(node_place(node));
      }
      ValueType refined = refine(output.type, types[i]);
      if (refined == output.type) continue;
      output.type = std::move(refined);
      changed[index_of(node.outputs[i])] = true;
    }
  }
  return ok();
}

Status Patch::apply(Graph& graph) && {
  if (graph.values_.size() != old_value_count_ || graph.nodes_.size() != old_node_count_) {
    return Internal("the graph changed after the patch was begun");
  }
  if (replacements_.empty()) return ok();
  TRY(check_replacements());
  TRY(rewire());
  remove_dead(draft_.graph_);
  TRY(sort_nodes());
  TRY(infer_again());
  graph = std::move(draft_.graph_);
  return ok();
}

void remove_dead(Graph& graph) {
  std::vector<bool> value_lives(graph.values_.size(), false);
  std::vector<bool> node_lives(graph.nodes_.size(), false);
  std::vector<ValueId> open;
  const auto need = [&](ValueId id) {
    if (id == kNoValue || value_lives[index_of(id)]) return;
    value_lives[index_of(id)] = true;
    open.push_back(id);
  };
  for (const ValueId id : graph.inputs_) need(id);
  for (const ValueId id : graph.outputs_) need(id);
  while (!open.empty()) {
    const NodeId maker = graph.value(open.back()).producer;
    open.pop_back();
    if (maker == kNoNode || node_lives[index_of(maker)]) continue;
    node_lives[index_of(maker)] = true;
    for (const ValueId id : graph.node(maker).inputs) need(id);
    // Unread outputs of a living node stay: they belong to its signature.
    for (const ValueId id : graph.node(maker).outputs) need(id);
  }
  std::erase_if(graph.order_, [&](NodeId id) { return !node_lives[index_of(id)]; });
  for (size_t i = 0; i < graph.values_.size(); ++i) {
    if (!value_lives[i]) graph.values_[i] = ValueInfo{};
  }
  for (size_t i = 0; i < graph.nodes_.size(); ++i) {
    if (!node_lives[i]) graph.nodes_[i] = Node{};
  }
}

Result<Graph> select_outputs(const Graph& graph, std::span<const std::string> names) {
  Graph selected = graph;
  selected.outputs_.clear();
  for (const std::string& name : names) {
    const auto found = std::find_if(graph.outputs_.begin(), graph.outputs_.end(),
                                    [&](ValueId id) { return graph.value(id).name == name; });
    if (found == graph.outputs_.end()) {
      std::string message = cat("no output is called ", quoted(name), "; there are");
      for (size_t i = 0; i < graph.outputs_.size(); ++i) {
        message += cat(i == 0 ? " " : ", ", quoted(graph.value(graph.outputs_[i]).name));
      }
      return NotFound(std::move(message));
    }
    if (selected.is_output(*found)) {
      return InvalidArgument(cat("output ", quoted(name), " is named twice"));
    }
    selected.outputs_.push_back(*found);
  }
  remove_dead(selected);
  return selected;
}

}  // namespace tundish
