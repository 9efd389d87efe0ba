// What stands before and behind a MatMul or Gemm goes into it: transposed operands, a factor, a
// bias row, an activation, the sum with a residual. The result is tundish.FusedMatMul.
#include <algorithm>
#include <map>

#include "base/strings.h"
#include "passes/support/activation.h"
#include "passes/support/constants.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fuse_matmul";

/// One product and what goes with it, gathered from its first node to its last.
struct Plan {
  ValueId a = kNoValue, b = kNoValue, bias = kNoValue, residual = kNoValue;
  bool trans_a = false, trans_b = false;
  double alpha = 1;
  std::optional<Activation> activation;
  bool residual_comes_after = false;
  const Node* last = nullptr;
  std::vector<const Node*> nodes;
  std::string parts;

  void add(const Node& node, std::string_view part) {
    nodes.push_back(&node);
    parts += cat(parts.empty() ? "" : ", ", part);
  }
};

bool swaps_last_two(const Node& node, int64_t rank) {
  const auto perm = node.attributes.get_ints("perm");
  if (!perm || rank < 2) return false;
  if (perm->empty()) return rank == 2;
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t wanted = i == rank - 2 ? rank - 1 : i == rank - 1 ? rank - 2 : i;
    if ((*perm)[static_cast<size_t>(i)] != wanted) return false;
  }
  return true;
}

class Planner {
 public:
  explicit Planner(const Rewriter& rewriter) : rewriter_(rewriter) {}

  /// The plan of a product, if anything goes into it.
  std::optional<Plan> plan(const Node& node) {
    Plan plan;
    if (!begin(node, plan)) return std::nullopt;
    operand(plan, plan.a, plan.trans_a);
    operand(plan, plan.b, plan.trans_b);
    plan.last = &node;
    while (const Node* next = rewriter_.only_reader(plan.last->outputs[0])) {
      if (!follow(*next, plan)) break;
      plan.last = next;
    }
    return plan.nodes.size() > 1 ? std::optional(std::move(plan)) : std::nullopt;
  }

 private:
  bool begin(const Node& node, Plan& plan) const {
    const DType dtype = rewriter_.type(node.outputs[0]).dtype;
    if (node.version != kCanonicalOpset || node.domain != kDomainOnnx) return false;
    if (dtype != DType::kFloat32 && dtype != DType::kFloat64) return false;
    plan.a = node.inputs.empty() ? kNoValue : node.inputs[0];
    if (node.op == "MatMul") {
      plan.b = node.inputs[1];
      // A vector operand gives a result without that axis: left as it is.
      if (rank_of(rewriter_.type(plan.a)) < 2 || rank_of(rewriter_.type(plan.b)) < 2) return false;
      plan.add(node, "MatMul");
      return true;
    }
    return node.op == "Gemm" && begin_gemm(node, plan);
  }

  bool begin_gemm(const Node& node, Plan& plan) const {
    plan.b = node.inputs[1];
    const auto alpha = node.attributes.get_float("alpha", 1);
    const auto beta = node.attributes.get_float("beta", 1);
    const auto trans_a = node.attributes.get_int("transA", 0);
    const auto trans_b = node.attributes.get_int("transB", 0);
    if (!alpha || !beta || !trans_a || !trans_b) return false;
    plan.alpha = *alpha;
    plan.trans_a = *trans_a != 0;
    plan.trans_b = *trans_b != 0;
    if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
      if (*beta != 1 || !is_row(node.inputs[2], node.outputs[0])) return false;
      plan.bias = node.inputs[2];
    }
    plan.add(node, "Gemm");
    return true;
  }

  /// A value of shape [N] where N is the last size of the result.
  bool is_row(ValueId value, ValueId result) const {
    const ValueType& type = rewriter_.type(value);
    const auto size = size_from_end(rewriter_.type(result), 1);
    return rank_of(type) == 1 && size && size_from_end(type, 1) == size &&
           type.dtype == rewriter_.type(result).dtype;
  }

  /// A Transpose or a factor before the product.
  void operand(Plan& plan, ValueId& value, bool& transposed) {
    for (int steps = 0; steps < 3; ++steps) {
      if (const Node* transpose = rewriter_.only_maker(value, "Transpose")) {
        if (!swaps_last_two(*transpose, rank_of(rewriter_.type(value)))) return;
        transposed = !transposed;
        plan.add(*transpose, "Transpose");
        value = transpose->inputs[0];
        continue;
      }
      const Node* scale = rewriter_.only_maker(value, "Mul");
      if (scale == nullptr || !factor(*scale, plan, value)) return;
    }
  }

  /// x * number with the shape of x: the number goes to alpha, `x` to the one operand.
  bool factor(const Node& node, Plan& plan, ValueId& x) const {
    const bool is_quotient = node.op == "Div";
    for (const size_t i : {0, 1}) {
      if (is_quotient && i == 0) continue;
      const auto number = single_number(rewriter_.constant(node.inputs[i]));
      const ValueId other = node.inputs[1 - i];
      if (!number || *number == 0) continue;
      if (rank_of(rewriter_.type(other)) != rank_of(rewriter_.type(node.outputs[0]))) continue;
      plan.alpha *= is_quotient ? 1 / *number : *number;
      plan.add(node, is_quotient ? "Div by a number" : "Mul by a number");
      x = other;
      return true;
    }
    return false;
  }

  bool follow(const Node& next, Plan& plan) const {
    if (next.domain != kDomainOnnx || next.version != kCanonicalOpset) return false;
    const ValueId present = plan.last->outputs[0];
    const bool is_bare = !plan.activation && plan.residual == kNoValue;
    if ((next.op == "Mul" || next.op == "Div") && is_bare && plan.bias == kNoValue) {
      ValueId x = kNoValue;
      Plan trial = plan;
      if (!factor(next, trial, x) || x != present) return false;
      plan = std::move(trial);
      return true;
    }
    if (next.op == "Add") return sum(next, plan, present);
    if (plan.activation || plan.residual_comes_after) return false;
    const auto activation = activation_of(rewriter_, next);
    if (!activation || next.inputs[0] != present) return false;
    plan.activation = activation;
    plan.add(next, next.op);
    return true;
  }

  bool sum(const Node& next, Plan& plan, ValueId present) const {
    if (next.inputs[0] == next.inputs[1]) return false;
    const ValueId other = next.inputs[next.inputs[0] == present ? 1 : 0];
    const bool is_bare = !plan.activation && plan.residual == kNoValue;
    if (is_bare && plan.bias == kNoValue && is_row(other, next.outputs[0]) &&
        same_rank(present, next.outputs[0])) {
      plan.bias = other;
      plan.add(next, "bias");
      return true;
    }
    if (plan.residual != kNoValue || rewriter_.constant(other) != nullptr) return false;
    const ValueType& result = rewriter_.type(next.outputs[0]);
    if (!same_shape(rewriter_.type(other), result) ||
        !same_shape(rewriter_.type(present), result)) {
      return false;
    }
    plan.residual = other;
    plan.residual_comes_after = plan.activation.has_value();
    plan.add(next, "residual");
    return true;
  }

  bool same_rank(ValueId a, ValueId b) const {
    return rank_of(rewriter_.type(a)) == rank_of(rewriter_.type(b));
  }

  const Rewriter& rewriter_;
};

AttributeList attributes_of(const Plan& plan) {
  AttributeList attributes;
  attributes.set("alpha", static_cast<float>(plan.alpha));
  attributes.set("transA", int64_t{plan.trans_a});
  attributes.set("transB", int64_t{plan.trans_b});
  attributes.set("activation", plan.activation ? plan.activation->name : std::string());
  if (plan.activation) {
    attributes.set("activation_low", static_cast<float>(plan.activation->low));
    attributes.set("activation_high", static_cast<float>(plan.activation->high));
  }
  if (plan.residual_comes_after) attributes.set("residual_order", std::string("after"));
  return attributes;
}

Status carry_out(Rewriter& rewriter, const Node& last, const Plan& plan) {
  TRY_ASSIGN(const ValueId result,
             rewriter.add(last, "FusedMatMul", {plan.a, plan.b, plan.bias, plan.residual},
                          attributes_of(plan), kDomainTundish));
  rewriter.rewrite(last, result, {}, plan.parts);
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  Rewriter rewriter(graph, context, kName);
  Planner planner(rewriter);
  // A plan is carried out at its last node, when what stands for its residual is known.
  std::map<const Node*, Plan> plans;
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (!rewriter.is_taken(node) && (node.op == "MatMul" || node.op == "Gemm")) {
      if (std::optional<Plan> plan = planner.plan(node)) {
        for (const Node* part : plan->nodes) rewriter.take(*part);
        plans.emplace(plan->last, std::move(*plan));
      }
    }
    const auto found = plans.find(&node);
    if (found != plans.end()) TRY(carry_out(rewriter, node, found->second));
  }
  return rewriter.finish();
}

}  // namespace

const PassDef& pass_fuse_matmul() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "puts bias, activation, residual, factors and Transposes into MatMul and Gemm",
      .stage = PassStage::kEngine,
      .exact = false,
      .needs = {kDomainTundish, "FusedMatMul"},
      .looks_for = {"MatMul", "Gemm"},
      .run = run};
  return kPass;
}

}  // namespace tundish
