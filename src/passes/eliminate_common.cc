// Nodes that compute the same thing from the same values become one, and so do equal constants.
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "base/strings.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "eliminate_common";
// Larger tensors among attributes are not compared: they are rare, and keys are held in memory.
constexpr size_t kMostTensorBytes = 4096;
// Constants of one type, shape and beginning that are compared with a new one: bounds the work on
// a file of many large constants that differ only at their ends.
constexpr size_t kMostCandidates = 8;

bool append_tensor(const Tensor& tensor, std::string& key) {
  if (tensor.dtype() == DType::kString || tensor.byte_count() > kMostTensorBytes) return false;
  key += cat(dtype_name(tensor.dtype()), tensor.shape().to_string());
  if (tensor.byte_count() > 0) {
    key.append(static_cast<const char*>(tensor.data()), tensor.byte_count());
  }
  return true;
}

template <class T> void append_numbers(const std::vector<T>& numbers, std::string& key) {
  key += cat(numbers.size(), ":");
  key.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
}

/// Attributes as a key; false for kinds that are not compared (graphs, types, large tensors).
bool append_attributes(const Node& node, std::string& key) {
  for (const auto& [name, value] : node.attributes.items()) {
    key += cat(";", name.size(), ":", name, "=", attribute_kind_name(value), ":");
    if (const auto* number = std::get_if<int64_t>(&value)) {
      key += cat(*number);
    } else if (const auto* real = std::get_if<float>(&value)) {
      append_numbers(std::vector<float>{*real}, key);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      key += cat(text->size(), ":", *text);
    } else if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
      append_numbers(*numbers, key);
    } else if (const auto* reals = std::get_if<std::vector<float>>(&value)) {
      append_numbers(*reals, key);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& one : *texts) key += cat(one.size(), ":", one);
    } else if (const auto* tensor = std::get_if<Tensor>(&value)) {
      if (!append_tensor(*tensor, key)) return false;
    } else {
      return false;
    }
  }
  return true;
}

/// Equal keys: equal results. Empty when the node is not to be shared.
std::string key_of(const Rewriter& rewriter, const Node& node) {
  const OpDef* def = rewriter.ops().find(node);
  if (def == nullptr || !def->traits.pure) return {};
  for (const ValueId output : node.outputs) {
    // Two graph outputs cannot be one value: sharing would only put an Identity between.
    if (output == kNoValue || rewriter.graph().is_output(output)) return {};
  }
  std::string key = cat(node.domain.size(), ":", node.domain, ";", node.op, ";", node.version, ";",
                        node.outputs.size());
  for (const ValueId input : node.inputs) {
    key += cat(",", static_cast<uint32_t>(input == kNoValue ? input : rewriter.now(input)));
  }
  return append_attributes(node, key) ? key : std::string();
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.data() == b.data() || std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

/// Constants that nodes read, each replaced by an earlier one of the same type and bytes.
class ConstantSharer {
 public:
  explicit ConstantSharer(Rewriter& rewriter) : rewriter_(rewriter) {}

  void share(ValueId value) {
    const Tensor* tensor = rewriter_.graph().constant(value);
    if (tensor == nullptr || tensor->dtype() == DType::kString || tensor->byte_count() == 0) return;
    if (rewriter_.now(value) != value) return;
    std::string key = cat(dtype_name(tensor->dtype()), tensor->shape().to_string());
    key.append(static_cast<const char*>(tensor->data()),
               std::min<size_t>(64, tensor->byte_count()));
    std::vector<ValueId>& known = first_[std::move(key)];
    for (const ValueId earlier : known) {
      if (earlier == value) return;
      if (!same_bytes(*tensor, *rewriter_.graph().constant(earlier))) continue;
      if (rewriter_.replace(value, earlier)) {
        rewriter_.count(cat("constant ", quoted(rewriter_.graph().value(value).name), " is ",
                            quoted(rewriter_.graph().value(earlier).name)));
      }
      return;
    }
    if (known.size() < kMostCandidates) known.push_back(value);
  }

 private:
  Rewriter& rewriter_;
  std::unordered_map<std::string, std::vector<ValueId>> first_;
};

Result<int64_t> run(Graph& graph, PassContext& context) {
  if (graph.order().size() < 2) return 0;
  Rewriter rewriter(graph, context, kName);
  ConstantSharer constants(rewriter);
  std::unordered_map<std::string, const Node*> first;
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    for (const ValueId input : node.inputs) {
      if (input != kNoValue) constants.share(input);
    }
    std::string key = key_of(rewriter, node);
    if (key.empty()) continue;
    const auto [same, is_new] = first.emplace(std::move(key), &node);
    if (is_new) continue;
    const Node& kept = *same->second;
    bool is_replaced = true;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      is_replaced &= rewriter.replace(node.outputs[i], kept.outputs[i]);
    }
    if (is_replaced) rewriter.count(cat(quoted(node.name), " is ", quoted(kept.name)));
  }
  return rewriter.finish();
}

}  // namespace

const PassDef& pass_eliminate_common() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description =
          "computes once what several nodes compute from the same values; equal "
          "constants become one",
      .run = run};
  return kPass;
}

}  // namespace tundish
