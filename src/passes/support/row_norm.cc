#include "passes/support/row_norm.h"

#include <algorithm>

#include "passes/support/constants.h"
#include "passes/support/product.h"

namespace tundish {

namespace {

constexpr int64_t kMostOnes = int64_t{1} << 20;

/// The value whose root (or reciprocal root) it is: s in sqrt(s), 1 / sqrt(s), s^-0.5.
struct Root {
  ValueId square = kNoValue;
  enum class Form : uint8_t { kRoot, kReciprocal } form = Form::kRoot;
};

std::optional<Root> root_of(const Rewriter& rewriter, ValueId value,
                            std::vector<const Node*>& nodes) {
  if (const Node* sqrt = rewriter.only_maker(value, "Sqrt")) {
    nodes.push_back(sqrt);
    return Root{sqrt->inputs[0], Root::Form::kRoot};
  }
  if (const Node* pow = rewriter.only_maker(value, "Pow")) {
    const auto exponent = single_number(rewriter.constant(pow->inputs[1]));
    if (exponent != 0.5 && exponent != -0.5) return std::nullopt;
    nodes.push_back(pow);
    return Root{pow->inputs[0], *exponent > 0 ? Root::Form::kRoot : Root::Form::kReciprocal};
  }
  const Node* inverse = rewriter.only_maker(value, "Reciprocal");
  ValueId inner = inverse != nullptr ? inverse->inputs[0] : kNoValue;
  if (inverse == nullptr) {
    inverse = rewriter.only_maker(value, "Div");
    if (inverse == nullptr || single_number(rewriter.constant(inverse->inputs[0])) != 1) {
      return std::nullopt;
    }
    inner = inverse->inputs[1];
  }
  const Node* sqrt = rewriter.only_maker(inner, "Sqrt");
  if (sqrt == nullptr) return std::nullopt;
  nodes.push_back(inverse);
  nodes.push_back(sqrt);
  return Root{sqrt->inputs[0], Root::Form::kReciprocal};
}

/// mean(centred^2) + epsilon under the root.
bool read_variance(const Rewriter& rewriter, ValueId value, Normalised& found) {
  const Node* add = rewriter.only_maker(value, "Add");
  if (add == nullptr) return false;
  for (const size_t i : {0, 1}) {
    const auto epsilon = single_number(rewriter.constant(add->inputs[i]));
    const Node* mean = rewriter.only_maker(add->inputs[1 - i], "ReduceMean");
    if (!epsilon || !(*epsilon > 0) || mean == nullptr) continue;
    const auto axis = mean_axis(rewriter, *mean);
    const Product square = product_of(rewriter, mean->inputs[0]);
    if (!axis || square.factor != 1 || square.nodes.size() != 1) continue;
    if (square.values != std::vector<ValueId>{found.centred, found.centred}) continue;
    found.epsilon = *epsilon;
    found.axis = *axis;
    found.nodes.insert(found.nodes.end(), {add, mean, square.nodes[0]});
    return true;
  }
  return false;
}

}  // namespace

std::optional<int64_t> mean_axis(const Rewriter& rewriter, const Node& node) {
  const auto keep = node.attributes.get_int("keepdims", 1);
  if (!keep || *keep != 1 || node.inputs.size() != 2) return std::nullopt;
  const ValueType& type = rewriter.type(node.inputs[0]);
  const int64_t rank = rank_of(type);
  auto axes = integers(rewriter.constant(node.inputs[1]));
  if (rank < 1 || !axes || axes->empty()) return std::nullopt;
  for (int64_t& axis : *axes) axis = axis < 0 ? axis : axis - rank;
  std::sort(axes->begin(), axes->end());
  for (size_t i = 0; i < axes->size(); ++i) {
    if ((*axes)[axes->size() - 1 - i] != -1 - static_cast<int64_t>(i)) return std::nullopt;
  }
  return axes->front();
}

std::optional<Normalised> normalised(const Rewriter& rewriter, const Node& root) {
  const bool is_quotient = root.is(kDomainOnnx, "Div");
  if ((!is_quotient && !root.is(kDomainOnnx, "Mul")) || root.version != kCanonicalOpset) {
    return std::nullopt;
  }
  for (const size_t i : {0, 1}) {
    if (is_quotient && i == 1) break;
    Normalised found;
    found.centred = root.inputs[i];
    const auto divisor = root_of(rewriter, root.inputs[1 - i], found.nodes);
    if (!divisor || (divisor->form == Root::Form::kRoot) != is_quotient) continue;
    if (read_variance(rewriter, divisor->square, found)) return found;
  }
  return std::nullopt;
}

std::optional<Tensor> ones_of(const ValueType& type, int64_t axis) {
  Shape shape;
  for (int64_t back = -axis; back >= 1; --back) {
    const auto size = size_from_end(type, static_cast<size_t>(back));
    if (!size || *size < 1 || *size > kMostOnes / shape.element_count()) return std::nullopt;
    shape.append(*size);
  }
  const auto count = static_cast<size_t>(shape.element_count());
  if (type.dtype == DType::kFloat32) {
    return Tensor::of(std::span<const float>(std::vector<float>(count, 1)), shape);
  }
  if (type.dtype != DType::kFloat64) return std::nullopt;
  return Tensor::of(std::span<const double>(std::vector<double>(count, 1)), shape);
}

std::optional<size_t> row_constant(const Rewriter& rewriter, const Node& node, int64_t axis) {
  for (const size_t i : {0, 1}) {
    const Tensor* constant = rewriter.constant(node.inputs[i]);
    if (constant == nullptr || constant->shape().rank() != static_cast<size_t>(-axis)) continue;
    bool fits = true;
    for (size_t back = 1; back <= constant->shape().rank(); ++back) {
      fits &= size_from_end(rewriter.type(node.outputs[0]), back) ==
              constant->shape()[constant->shape().rank() - back];
    }
    if (fits) return i;
  }
  return std::nullopt;
}

}  // namespace tundish
