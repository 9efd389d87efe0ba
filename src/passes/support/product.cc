#include "passes/support/product.h"

#include <algorithm>
#include <cmath>

#include "passes/support/constants.h"

namespace tundish {

namespace {

// Gelu has six; more is no pattern that anybody looks for.
constexpr size_t kMostFactors = 8;

class Expander {
 public:
  explicit Expander(const Rewriter& rewriter) : rewriter_(rewriter) {}

  void expand(ValueId value, const Node* maker) {
    if (const auto number = single_number(rewriter_.constant(value))) {
      product_.factor *= *number;
      return;
    }
    if (maker == nullptr || product_.values.size() + 2 > kMostFactors || !take_apart(*maker)) {
      product_.values.push_back(value);
    }
  }

  Product take() {
    std::sort(product_.values.begin(), product_.values.end());
    return std::move(product_);
  }

 private:
  const Node* inner(ValueId value) const {
    const Node* maker = rewriter_.maker(value);
    return maker != nullptr && rewriter_.is_read_once(value) ? maker : nullptr;
  }

  bool take_apart(const Node& node) {
    if (node.domain != kDomainOnnx || node.version != kCanonicalOpset) return false;
    if (node.op == "Mul") {
      product_.nodes.push_back(&node);
      expand(node.inputs[0], inner(node.inputs[0]));
      expand(node.inputs[1], inner(node.inputs[1]));
      return true;
    }
    if (node.op != "Div" && node.op != "Pow") return false;
    const auto number = single_number(rewriter_.constant(node.inputs[1]));
    if (!number) return false;
    if (node.op == "Div") {
      product_.factor /= *number;
      product_.nodes.push_back(&node);
      expand(node.inputs[0], inner(node.inputs[0]));
      return true;
    }
    if (*number != 2 && *number != 3) return false;
    product_.nodes.push_back(&node);
    for (int i = 0; i < static_cast<int>(*number); ++i) product_.values.push_back(node.inputs[0]);
    return true;
  }

  const Rewriter& rewriter_;
  Product product_;
};

}  // namespace

Product product_of(const Rewriter& rewriter, ValueId value, const Node* root) {
  Expander expander(rewriter);
  const Node* maker = rewriter.maker(value);
  const bool is_ours = maker != nullptr && (maker == root || rewriter.is_read_once(value));
  expander.expand(value, is_ours ? maker : nullptr);
  return expander.take();
}

bool is_about(double number, double wanted) {
  // Exporters write 0.7071068 or 1.41421; the nearest other constant in use is further away.
  return std::fabs(number - wanted) <= 1e-5 * std::fabs(wanted);
}

ValueId without_number(const Rewriter& rewriter, ValueId value, double number,
                       std::vector<const Node*>& nodes) {
  const Node* add = rewriter.only_maker(value, "Add");
  if (add == nullptr) return kNoValue;
  for (const size_t i : {0, 1}) {
    const auto constant = single_number(rewriter.constant(add->inputs[i]));
    if (!constant || !is_about(*constant, number)) continue;
    nodes.push_back(add);
    return add->inputs[1 - i];
  }
  return kNoValue;
}

}  // namespace tundish
