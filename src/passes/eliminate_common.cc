// Nodes that compute the same thing from the same values become one.
#include <cmath>
#include <unordered_map>

#include "base/strings.h"
#include "passes/pass.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "eliminate_common";

/// Attributes as a key; false for kinds that are not compared (graphs, tensors, types).
bool append_attributes(const Node& node, std::string& key) {
  for (const auto& [name, value] : node.attributes.items()) {
    key += cat(";", name.size(), ":", name, "=", attribute_kind_name(value), ":");
    if (const auto* number = std::get_if<int64_t>(&value)) {
      key += cat(*number);
    } else if (const auto* real = std::get_if<float>(&value)) {
      key += cat(*real, *real == 0 && std::signbit(*real) ? "-" : "");
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      key += cat(text->size(), ":", *text);
    } else if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
      for (const int64_t one : *numbers) key += cat(one, ",");
    } else {
      return false;
    }
  }
  return true;
}

/// Equal keys: equal results. Empty when the node is not to be shared.
std::string key_of(const Graph& graph, const Node& node, const OpTable& ops) {
  const OpDef* def = ops.find(node);
  if (def == nullptr || !def->traits.pure) return {};
  for (const ValueId output : node.outputs) {
    // Two graph outputs cannot be one value: sharing would only put an Identity between.
    if (output == kNoValue || graph.is_output(output)) return {};
  }
  std::string key = cat(node.domain.size(), ":", node.domain, ";", node.op, ";", node.version, ";",
                        node.outputs.size());
  for (const ValueId input : node.inputs) key += cat(",", static_cast<uint32_t>(input));
  return append_attributes(node, key) ? key : std::string();
}

/// One patch for what is equal now; what becomes equal by it is found in the next round.
Result<int64_t> run(Graph& graph, PassContext& context) {
  Patch patch(graph, context.ops);
  std::unordered_map<std::string, NodeId> first;
  std::string names;
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    std::string key = key_of(graph, node, context.ops);
    if (key.empty()) continue;
    const auto [same, is_new] = first.emplace(std::move(key), id);
    if (is_new) continue;
    const Node& kept = graph.node(same->second);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      patch.replace(node.outputs[i], kept.outputs[i]);
    }
    names += cat(names.empty() ? "" : ", ", quoted(node.name), " is ", quoted(kept.name));
  }
  if (patch.empty()) return 0;
  patch.set_reason(std::move(names));
  TRY_ASSIGN(const bool is_applied, apply_patch(graph, std::move(patch), kName, context));
  return is_applied ? 1 : 0;
}

}  // namespace

const PassDef& pass_eliminate_common() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "computes once what several nodes compute from the same values",
      .run = run};
  return kPass;
}

}  // namespace tundish
