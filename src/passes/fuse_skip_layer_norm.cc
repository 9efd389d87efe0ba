// LayerNormalization of a sum becomes com.microsoft.SkipLayerNormalization, which also gives the
// sum to its other readers; a bias row added to one summand goes in too.
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/rewriter.h"
#include "passes/support/row_norm.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fuse_skip_layer_norm";
// Outputs of SkipLayerNormalization: y, mean, inverse deviation, the sum.
constexpr size_t kOutputs = 4;

bool fits(const Rewriter& rewriter, const Node& norm, const Node& add) {
  const auto axis = norm.attributes.get_int("axis", -1);
  const ValueType& sum = rewriter.type(add.outputs[0]);
  const int64_t rank = rank_of(sum);
  if (!axis || (*axis != -1 && *axis != rank - 1) || sum.dtype != DType::kFloat32) return false;
  // The operator takes [batch, sequence, hidden] or [tokens, hidden].
  if (rank != 2 && rank != 3) return false;
  for (size_t i = 1; i < norm.inputs.size(); ++i) {
    const Tensor* row = rewriter.constant(norm.inputs[i]);
    if (row == nullptr || row->shape().rank() != 1) return false;
  }
  return same_shape(rewriter.type(add.inputs[0]), sum) &&
         same_shape(rewriter.type(add.inputs[1]), sum);
}

/// A bias row added to one of the summands: the Add, and which summand it is.
const Node* bias_add(const Rewriter& rewriter, const Node& add, size_t summand, size_t& row) {
  const Node* inner = rewriter.only_maker(add.inputs[summand], "Add");
  if (inner == nullptr) return nullptr;
  const auto constant = row_constant(rewriter, *inner, -1);
  if (!constant) return nullptr;
  const ValueId other = inner->inputs[1 - *constant];
  if (!same_shape(rewriter.type(other), rewriter.type(add.outputs[0]))) return nullptr;
  row = *constant;
  return inner;
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "LayerNormalization") || node.outputs.size() != 1) return ok();
  const Node* add = rewriter.maker(node.inputs[0], "Add");
  if (add == nullptr || !fits(rewriter, node, *add)) return ok();
  std::vector<ValueId> summands = add->inputs;
  ValueId bias = kNoValue;
  const Node* inner = nullptr;
  for (const size_t i : {0, 1}) {
    size_t row = 0;
    inner = bias_add(rewriter, *add, i, row);
    if (inner == nullptr) continue;
    bias = inner->inputs[row];
    // The sum is made in the order input + skip + bias.
    summands = {inner->inputs[1 - row], add->inputs[1 - i]};
    break;
  }
  NodeSpec spec{.op = "SkipLayerNormalization", .domain = std::string(kDomainMicrosoft)};
  const ValueId beta = node.inputs.size() > 2 ? node.inputs[2] : kNoValue;
  spec.inputs = {summands[0], summands[1], node.inputs[1], beta, bias};
  TRY_ASSIGN(const float epsilon, node.attributes.get_float("epsilon", 1e-5F));
  spec.attributes.set("epsilon", epsilon);
  const bool keeps_sum = !rewriter.is_read_once(add->outputs[0]);
  spec.output_count = keeps_sum ? kOutputs : 1;
  TRY_ASSIGN(const std::vector<ValueId> outputs, rewriter.add(node, std::move(spec)));
  // Readers of the sum that came before the norm come behind it now. The norm does not need them:
  // its other inputs are constants, and the summands come before the sum.
  if (keeps_sum && !rewriter.replace(add->outputs[0], outputs[3])) return ok();
  rewriter.rewrite(node, outputs[0], {add, inner},
                   keeps_sum ? "sum and norm in one, the sum given too" : "sum and norm in one");
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_fuse_skip_layer_norm() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "makes SkipLayerNormalization of a sum and the LayerNormalization behind it",
      .stage = PassStage::kEngine,
      .exact = false,
      .needs = {kDomainMicrosoft, "SkipLayerNormalization"},
      .looks_for = {"LayerNormalization"},
      .run = run};
  return kPass;
}

}  // namespace tundish
