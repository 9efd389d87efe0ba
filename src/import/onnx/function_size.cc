#include "import/onnx/function_size.h"

#include <unordered_map>

#include "base/strings.h"
#include "import/onnx/schema.h"

namespace tundish {
namespace {

class Sizes {
 public:
  Sizes(const OnnxFunctions& functions, const Limits& limits)
      : functions_(functions), limits_(limits), limit_(limits.max_inlined_nodes) {}

  /// Nodes that these become; the limit plus one stands for all that is more.
  Result<uint64_t> of(const std::vector<OnnxNode>& nodes) {
    uint64_t total = 0;
    for (const OnnxNode& node : nodes) {
      TRY_ASSIGN(const uint64_t size, of(node));
      total = capped(total + size);
    }
    return total;
  }

 private:
  uint64_t capped(uint64_t size) const { return size > limit_ ? limit_ + 1 : size; }

  Result<uint64_t> of(const OnnxNode& node) {
    uint64_t total = 1;
    for (const OnnxAttribute& attribute : node.attribute) {
      for (const OnnxGraph& graph : attribute.graphs) {
        TRY_ASSIGN(const uint64_t size, of(graph.node));
        total = capped(total + size);
      }
    }
    const auto function = functions_.find(function_key(node.domain, node.op_type, node.overload));
    if (function == functions_.end()) return total;
    TRY_ASSIGN(const uint64_t size, of(*function->second));
    return capped(total + size);
  }

  Result<uint64_t> of(const OnnxFunction& function) {
    const auto [known, is_new] = sizes_.emplace(&function, kInside);
    if (!is_new) {
      if (known->second == kInside) {
        return InvalidModel(cat("function ", quoted(function.name), " calls itself"));
      }
      return known->second;
    }
    if (++depth_ > limits_.max_graph_depth) {
      return Limit(cat("functions nested deeper than ", limits_.max_graph_depth, " levels"));
    }
    TRY_ASSIGN(const uint64_t size, of(function.node));
    --depth_;
    sizes_[&function] = size;
    return size;
  }

  static constexpr uint64_t kInside = UINT64_MAX;  ///< its own nodes are being counted
  const OnnxFunctions& functions_;
  const Limits& limits_;
  uint64_t limit_;
  uint32_t depth_ = 0;
  std::unordered_map<const OnnxFunction*, uint64_t> sizes_;
};

}  // namespace

std::string function_key(std::string_view domain, std::string_view name,
                         std::string_view overload) {
  return cat(plain_domain(domain), ":", name, ":", overload);
}

Status check_function_sizes(const OnnxGraph& graph, const OnnxFunctions& functions,
                            const Limits& limits) {
  if (functions.empty()) return ok();
  TRY_ASSIGN(const uint64_t size, Sizes(functions, limits).of(graph.node));
  if (size <= limits.max_inlined_nodes) return ok();
  return Limit(cat("more than ", limits.max_inlined_nodes,
                   " nodes when functions take the place of their calls"));
}

}  // namespace tundish
