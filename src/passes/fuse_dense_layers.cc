// A chain of small products with constant matrices, with rows of constants before it and a softmax
// behind, becomes one node: what is between two layers of such a network is too little to be worth
// a node's cost. Runs behind fuse_matmul, whose products have their bias and activation already.
#include <algorithm>
#include <array>
#include <numeric>

#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fuse_dense_layers";
constexpr int64_t kWidest = 512;           // what the operator takes
constexpr int64_t kMostWeights = 1 << 16;  // 256 KB: more is bound by memory, not by the nodes
constexpr size_t kMostSteps = 4;
constexpr std::array<std::string_view, 7> kActivations = {"",     "Relu", "Sigmoid", "Tanh",
                                                          "Silu", "Gelu", "GeluTanh"};

struct Layer {
  const Node* node = nullptr;
  ValueId weights = kNoValue;
  ValueId bias = kNoValue;
  int64_t transposed = 0;
  int64_t inputs = 0;
  int64_t outputs = 0;
  std::string activation;
};

struct Step {
  const Node* node = nullptr;
  size_t constant = 0;  ///< which of its inputs is the row
};

struct Plan {
  std::vector<Step> steps;  ///< in the order in which they are done
  std::vector<Layer> layers;
  const Node* softmax = nullptr;
  ValueId x = kNoValue;
};

class Planner {
 public:
  explicit Planner(const Rewriter& rewriter) : rewriter_(rewriter) {}

  std::optional<Plan> plan(const Node& first) const {
    Plan plan;
    std::optional<Layer> layer = layer_of(first);
    if (!layer) return std::nullopt;
    int64_t weights = 0;
    while (layer) {
      weights += layer->inputs * layer->outputs;
      if (weights > kMostWeights) break;
      plan.layers.push_back(std::move(*layer));
      const ValueId made = plan.layers.back().node->outputs[0];
      const Node* next = rewriter_.only_reader(made);
      layer = next != nullptr && next->inputs[0] == made ? layer_of(*next) : std::nullopt;
    }
    if (plan.layers.empty()) return std::nullopt;
    plan.x = first.inputs[0];
    add_steps(plan);
    add_softmax(plan);
    const size_t nodes = plan.steps.size() + plan.layers.size() + (plan.softmax != nullptr ? 1 : 0);
    return nodes > 1 ? std::optional(std::move(plan)) : std::nullopt;
  }

 private:
  std::optional<Layer> layer_of(const Node& node) const {
    if (rewriter_.is_taken(node)) return std::nullopt;
    Layer layer{.node = &node};
    if (!read(node, layer)) return std::nullopt;
    const Tensor* weights = rewriter_.constant(layer.weights);
    const ValueType& x = rewriter_.type(node.inputs[0]);
    if (weights == nullptr || weights->dtype() != DType::kFloat32 || weights->shape().rank() != 2 ||
        x.dtype != DType::kFloat32 || rank_of(x) != 2) {
      return std::nullopt;
    }
    const bool transposed = layer.transposed != 0;
    layer.inputs = weights->shape()[transposed ? 1 : 0];
    layer.outputs = weights->shape()[transposed ? 0 : 1];
    const auto fits = [](int64_t size) { return size >= 1 && size <= kWidest; };
    if (!fits(layer.inputs) || !fits(layer.outputs)) return std::nullopt;
    if (layer.bias != kNoValue) {
      const Tensor* bias = rewriter_.constant(layer.bias);
      if (bias == nullptr || !(bias->shape() == Shape{layer.outputs})) return std::nullopt;
    }
    return layer;
  }

  /// Inputs and attributes of a MatMul, a Gemm or a FusedMatMul that is nothing but a layer.
  static bool read(const Node& node, Layer& layer) {
    if (node.inputs.size() < 2) return false;
    layer.weights = node.inputs[1];
    if (node.is(kDomainOnnx, "MatMul")) return true;
    const bool is_gemm = node.is(kDomainOnnx, "Gemm");
    if (!is_gemm && !node.is(kDomainTundish, "FusedMatMul")) return false;
    if (is_gemm && node.version != kCanonicalOpset) return false;
    if (node.inputs.size() > 2) layer.bias = node.inputs[2];
    if (node.inputs.size() > 3 && node.inputs[3] != kNoValue) return false;
    const auto alpha = node.attributes.get_float("alpha", 1);
    const auto beta = node.attributes.get_float("beta", 1);
    const auto trans_a = node.attributes.get_int("transA", 0);
    const auto trans_b = node.attributes.get_int("transB", 0);
    const auto activation = node.attributes.get_string("activation", "");
    if (!alpha || !beta || !trans_a || !trans_b || !activation) return false;
    layer.transposed = *trans_b;
    layer.activation = *activation;
    return *alpha == 1 && *beta == 1 && *trans_a == 0 &&
           std::ranges::find(kActivations, *activation) != kActivations.end();
  }

  void add_steps(Plan& plan) const {
    while (plan.steps.size() < kMostSteps) {
      const auto step = step_of(plan.x, plan.layers[0].inputs);
      if (!step) break;
      plan.x = step->node->inputs[1 - step->constant];
      plan.steps.insert(plan.steps.begin(), *step);
    }
  }

  /// x op row, or row op x where that is the same.
  std::optional<Step> step_of(ValueId value, int64_t width) const {
    for (const std::string_view op : {"Add", "Sub", "Mul", "Div"}) {
      const Node* node = rewriter_.only_maker(value, op);
      if (node == nullptr) continue;
      const bool either = op == "Add" || op == "Mul";
      for (const size_t i : {1, 0}) {
        if (i == 0 && !either) continue;
        const Tensor* row = rewriter_.constant(node->inputs[i]);
        if (row == nullptr || row->dtype() != DType::kFloat32) continue;
        const Shape& shape = row->shape();
        if (!(shape == Shape{width}) && !(shape == Shape{1, width})) continue;
        const ValueType& x = rewriter_.type(node->inputs[1 - i]);
        if (rank_of(x) == 2 && size_from_end(x, 1) == width) return Step{node, i};
      }
    }
    return std::nullopt;
  }

  void add_softmax(Plan& plan) const {
    const Node* next = rewriter_.only_reader(plan.layers.back().node->outputs[0]);
    if (next == nullptr || !next->is(kDomainOnnx, "Softmax")) return;
    const auto axis = next->attributes.get_int("axis", -1);
    if (next->version == kCanonicalOpset && axis && (*axis == -1 || *axis == 1)) {
      plan.softmax = next;
    }
  }

  const Rewriter& rewriter_;
};

/// The row as a constant of one axis.
ValueId row_value(Rewriter& rewriter, ValueId value) {
  const Tensor& row = *rewriter.constant(value);
  if (row.shape().rank() == 1) return value;
  return rewriter.add_constant(row.reshaped(Shape{row.shape()[1]}));
}

Status carry_out(Rewriter& rewriter, const Plan& plan) {
  std::vector<ValueId> inputs = {plan.x};
  std::vector<std::string> steps;
  std::vector<std::string> activations;
  std::vector<int64_t> transposed;
  for (const Step& step : plan.steps) {
    inputs.push_back(row_value(rewriter, step.node->inputs[step.constant]));
    steps.push_back(step.node->op);
    rewriter.take(*step.node);
  }
  for (const Layer& layer : plan.layers) {
    inputs.push_back(layer.weights);
    inputs.push_back(layer.bias);
    activations.push_back(layer.activation);
    transposed.push_back(layer.transposed);
    rewriter.take(*layer.node);
  }
  AttributeList attributes;
  attributes.set("activations", activations);
  if (!steps.empty()) attributes.set("steps", steps);
  attributes.set("softmax", int64_t{plan.softmax != nullptr});
  attributes.set("transB", transposed);
  const Node& last = plan.softmax != nullptr ? *plan.softmax : *plan.layers.back().node;
  if (plan.softmax != nullptr) rewriter.take(last);
  TRY_ASSIGN(const ValueId result, rewriter.add(last, "DenseLayers", std::move(inputs),
                                                std::move(attributes), kDomainTundish));
  rewriter.rewrite(last, result, {},
                   cat(plan.steps.size(), " steps, ", plan.layers.size(), " layers",
                       plan.softmax != nullptr ? ", softmax" : ""));
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, [](Rewriter& rewriter, const Node& node) -> Status {
    const std::optional<Plan> plan = Planner(rewriter).plan(node);
    return plan ? carry_out(rewriter, *plan) : ok();
  });
}

}  // namespace

const PassDef& pass_fuse_dense_layers() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "makes one node of a small network of dense layers",
      .stage = PassStage::kEngine,
      .exact = false,
      .needs = {kDomainTundish, "DenseLayers"},
      .looks_for = {"MatMul", "Gemm", "FusedMatMul"},
      .run = run};
  return kPass;
}

}  // namespace tundish
