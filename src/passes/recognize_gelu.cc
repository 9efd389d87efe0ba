// Gelu as exporters write it out, in any order of its factors:
//   0.5 x (1 + erf(x / sqrt 2))
//   0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))       (Hendrycks and Gimpel, 2016)
#include <cmath>
#include <numbers>

#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/product.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "recognize_gelu";
constexpr double kCubic = 0.044715;
const double kTanhScale = std::sqrt(2.0 / std::numbers::pi);

bool is_of(const Product& product, double factor, std::initializer_list<ValueId> values) {
  return is_about(product.factor, factor) && std::ranges::equal(product.values, values);
}

/// Whether `value` is x / sqrt 2.
bool is_erf_argument(const Rewriter& rewriter, ValueId value, ValueId x) {
  return is_of(product_of(rewriter, value), 1 / std::numbers::sqrt2, {x});
}

/// Whether `value` is x + 0.044715 x^3.
bool is_cubic(const Rewriter& rewriter, ValueId value, ValueId x) {
  const Node* add = rewriter.only_maker(value, "Add");
  if (add == nullptr) return false;
  for (const size_t i : {0, 1}) {
    if (add->inputs[i] != x) continue;
    if (is_of(product_of(rewriter, add->inputs[1 - i]), kCubic, {x, x, x})) return true;
  }
  return false;
}

/// Whether `value` is sqrt(2 / pi) (x + 0.044715 x^3), the cube taken out or not.
bool is_tanh_argument(const Rewriter& rewriter, ValueId value, ValueId x) {
  const Product product = product_of(rewriter, value);
  if (!is_about(product.factor, kTanhScale)) return false;
  if (product.values.size() == 1) return is_cubic(rewriter, product.values[0], x);
  if (product.values.size() != 2) return false;
  for (const size_t i : {0, 1}) {
    if (product.values[i] != x) continue;
    std::vector<const Node*> nodes;
    const ValueId square = without_number(rewriter, product.values[1 - i], 1, nodes);
    if (square != kNoValue && is_of(product_of(rewriter, square), kCubic, {x, x})) return true;
  }
  return false;
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "Mul") && !node.is(kDomainOnnx, "Div")) return ok();
  const Product product = product_of(rewriter, node.outputs[0], &node);
  if (product.values.size() != 2 || !is_about(product.factor, 0.5)) return ok();
  for (const size_t i : {0, 1}) {
    const ValueId x = product.values[i];
    std::vector<const Node*> nodes = product.nodes;
    const ValueId inner = without_number(rewriter, product.values[1 - i], 1, nodes);
    const Node* erf = rewriter.only_maker(inner, "Erf");
    const Node* tanh = rewriter.only_maker(inner, "Tanh");
    const bool is_exact = erf != nullptr && is_erf_argument(rewriter, erf->inputs[0], x);
    const bool is_approximate =
        !is_exact && tanh != nullptr && is_tanh_argument(rewriter, tanh->inputs[0], x);
    if (!is_exact && !is_approximate) continue;
    if (rank_of(rewriter.type(x)) != rank_of(rewriter.type(node.outputs[0]))) continue;
    AttributeList attributes;
    attributes.set("approximate", std::string(is_exact ? "none" : "tanh"));
    TRY_ASSIGN(const ValueId gelu, rewriter.add(node, "Gelu", {x}, std::move(attributes)));
    if (rewriter.rewrite(node, gelu, {is_exact ? erf : tanh},
                         is_exact ? "Gelu by erf, written out" : "Gelu by tanh, written out")) {
      for (const Node* each : nodes) rewriter.take(*each);
    }
    return ok();
  }
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_recognize_gelu() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "finds Gelu (by erf or tanh) where it is written out",
      .exact = false,
      .looks_for = {"Erf", "Tanh"},
      .run = run};
  return kPass;
}

}  // namespace tundish
