// If: one of two graphs.
#include "base/strings.h"
#include "ops/support/bodies.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr std::string_view kThen = "then_branch";
constexpr std::string_view kElse = "else_branch";

Status check_branch(const Node& node, const Graph& branch, std::string_view name,
                    const BodyInputs& inputs) {
  if (branch.outputs().size() < node.outputs.size()) {
    return InvalidModel(cat(name, " makes ", branch.outputs().size(), " values, the node has ",
                            node.outputs.size(), " outputs"));
  }
  if (branch.inputs().size() == inputs.captured(name).second) return ok();
  return InvalidModel(cat(name, " has inputs of its own"));
}

Status infer_if(InferContext& context) {
  const Node& node = context.node();
  TRY_ASSIGN(const Graph* then_branch, body_of(node, kThen));
  TRY_ASSIGN(const Graph* else_branch, body_of(node, kElse));
  TRY_ASSIGN(const BodyInputs inputs, BodyInputs::of(node));
  if (inputs.own_count() != 1) return InvalidModel("If has one input, the condition");
  TRY(expect_tensor(context, 0, kBools, {}));
  TRY(check_branch(node, *then_branch, kThen, inputs));
  TRY(check_branch(node, *else_branch, kElse, inputs));
  const Tensor* condition = context.constant(0);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueType& if_true = then_branch->value(then_branch->outputs()[i]).type;
    const ValueType& if_false = else_branch->value(else_branch->outputs()[i]).type;
    if (condition != nullptr && condition->element_count() == 1) {
      context.set_output(i, condition->values<uint8_t>()[0] != 0 ? if_true : if_false);
      continue;
    }
    TRY_ASSIGN(ValueType type, in(cat("output ", i), merged_type(if_true, if_false)));
    context.set_output(i, std::move(type));
  }
  return ok();
}

Status run_if(ExecContext& context) {
  TRY_ASSIGN(const BodyInputs inputs, BodyInputs::of(context.node()));
  TRY_ASSIGN(const bool condition, read_condition(context.input_value(0), "input 0"));
  const std::string_view name = condition ? kThen : kElse;
  std::vector<Value> values;
  inputs.append(context, name, values);
  TRY_ASSIGN(std::vector<Value> made, in(std::string(name), context.run_graph(name, values)));
  for (size_t i = 0; i < context.output_count(); ++i) {
    TRY(context.set_output(i, std::move(made[i])));
  }
  return ok();
}

constexpr OpDef kOps[] = {{.name = "If",
                           .since = 1,
                           .inputs = {1, kAnyCount},
                           .outputs = {1, kAnyCount},
                           .infer = infer_if,
                           .run = run_if}};

}  // namespace

std::span<const OpDef> ops_if() { return kOps; }

}  // namespace tundish
