// A QuantizeLinear that takes back what a DequantizeLinear did goes, and with it the pair: also
// where nodes that only move elements stand between them, which then move the quantised numbers.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "merge_quantization";

// Operators that give elements of their first input and nothing else, whatever the type.
constexpr std::array<std::string_view, 9> kMovers = {
    "Expand", "Flatten", "Gather", "Reshape", "Slice", "Squeeze", "Tile", "Transpose", "Unsqueeze"};

bool is_mover(const Node& node) {
  return node.domain == kDomainOnnx && node.version == kCanonicalOpset &&
         node.outputs.size() == 1 &&
         std::find(kMovers.begin(), kMovers.end(), node.op) != kMovers.end();
}

bool same_constant(const Rewriter& rewriter, ValueId a, ValueId b) {
  if (a == b) return true;
  const Tensor* left = rewriter.constant(a);
  const Tensor* right = rewriter.constant(b);
  return left != nullptr && right != nullptr && left->dtype() == right->dtype() &&
         left->shape() == right->shape() && left->dtype() != DType::kString &&
         std::memcmp(left->data(), right->data(), left->byte_count()) == 0;
}

/// (q - z) s / s + z is q for every q of 8 and 16 bits: the two roundings move it by less than
/// 2^16 2^-23, far below a half. It holds for finite scales that are not 0.
bool is_undone(const Rewriter& rewriter, const Node& quantize, const Node& dequantize) {
  const DType dtype = rewriter.type(dequantize.inputs[0]).dtype;
  const bool is_narrow = dtype == DType::kInt8 || dtype == DType::kUint8 ||
                         dtype == DType::kInt16 || dtype == DType::kUint16;
  if (!is_narrow || rewriter.type(quantize.outputs[0]).dtype != dtype) return false;
  if (quantize.inputs.size() != dequantize.inputs.size()) return false;
  for (size_t i = 1; i < quantize.inputs.size(); ++i) {
    if (!same_constant(rewriter, quantize.inputs[i], dequantize.inputs[i])) return false;
  }
  const auto scale = single_number(rewriter.constant(quantize.inputs[1]));
  return scale && *scale > 1e-30 && *scale < 1e30 &&
         rewriter.constant(quantize.inputs[1])->dtype() == DType::kFloat32;
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "QuantizeLinear") || node.version != kCanonicalOpset) return ok();
  std::vector<const Node*> movers;
  ValueId value = node.inputs[0];
  const Node* maker = rewriter.maker(value);
  while (maker != nullptr && is_mover(*maker) && rewriter.is_read_once(value)) {
    movers.push_back(maker);
    value = maker->inputs[0];
    maker = rewriter.maker(value);
  }
  if (maker == nullptr || !maker->is(kDomainOnnx, "DequantizeLinear") ||
      maker->version != kCanonicalOpset || !is_undone(rewriter, node, *maker)) {
    return ok();
  }
  ValueId moved = maker->inputs[0];
  for (size_t i = movers.size(); i-- > 0;) {
    std::vector<ValueId> inputs = movers[i]->inputs;
    inputs[0] = moved;
    TRY_ASSIGN(moved, rewriter.add(*movers[i], movers[i]->op, std::move(inputs),
                                   AttributeList(movers[i]->attributes)));
  }
  const bool is_done =
      rewriter.rewrite(node, moved, {},
                       movers.empty() ? std::string("takes back what DequantizeLinear did")
                                      : cat("takes back what DequantizeLinear did before ",
                                            movers.size(), " nodes that move elements"));
  if (!is_done) return ok();
  for (const Node* mover : movers) rewriter.take(*mover);
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_merge_quantization() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "removes QuantizeLinear where it takes back a DequantizeLinear",
      .looks_for = {"QuantizeLinear"},
      .run = run};
  return kPass;
}

}  // namespace tundish
