// SequenceMap: a graph over the elements of sequences.
#include "base/strings.h"
#include "ops/support/bodies.h"

namespace tundish {
namespace {
using namespace ops;

constexpr std::string_view kBody = "body";

Result<const Graph*> checked_body(const Node& node, const BodyInputs& inputs) {
  TRY_ASSIGN(const Graph* body, body_of(node, kBody));
  if (body->inputs().size() != node.inputs.size()) {
    return InvalidModel(cat("the body has ", body->inputs().size(), " inputs, the node hands over ",
                            inputs.own_count()));
  }
  if (body->outputs().size() >= node.outputs.size()) return body;
  return InvalidModel(cat("the body makes ", body->outputs().size(), " values, the node has ",
                          node.outputs.size(), " outputs"));
}

Status infer_sequence_map(InferContext& context) {
  TRY_ASSIGN(const BodyInputs inputs, BodyInputs::of(context.node()));
  TRY_ASSIGN(const Graph* body, checked_body(context.node(), inputs));
  if (inputs.own_count() == 0 || context.input(0).kind != ValueKind::kSequence) {
    return InvalidModel("input 0 is no sequence");
  }
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    ValueType type;
    type.kind = ValueKind::kSequence;
    type.element.push_back(body->value(body->outputs()[i]).type);
    context.set_output(i, std::move(type));
  }
  return ok();
}

Status run_sequence_map(ExecContext& context) {
  TRY_ASSIGN(const BodyInputs inputs, BodyInputs::of(context.node()));
  std::vector<Value> own;
  for (size_t i = 0; i < inputs.own_count(); ++i) own.push_back(context.input_value(i));
  if (own.empty() || own[0].sequence() == nullptr) return InvalidArgument("input 0 is no sequence");
  const size_t count = own[0].sequence()->items.size();
  for (size_t i = 1; i < own.size(); ++i) {
    if (own[i].sequence() == nullptr || own[i].sequence()->items.size() == count) continue;
    return InvalidArgument(cat("input ", i, " has ", own[i].sequence()->items.size(),
                               " elements, input 0 has ", count));
  }
  std::vector<Sequence> results(context.output_count());
  for (size_t at = 0; at < count; ++at) {
    TRY(context.interrupted());
    std::vector<Value> values;
    for (const Value& value : own) {
      values.push_back(value.sequence() != nullptr ? value.sequence()->items[at] : value);
    }
    inputs.append(context, kBody, values);
    TRY_ASSIGN(std::vector<Value> made, in(cat("element ", at), context.run_graph(kBody, values)));
    for (size_t i = 0; i < results.size(); ++i) results[i].items.push_back(std::move(made[i]));
  }
  for (size_t i = 0; i < results.size(); ++i) TRY(context.set_output(i, std::move(results[i])));
  return ok();
}

constexpr OpDef kOps[] = {{.name = "SequenceMap",
                           .since = 17,
                           .inputs = {1, kAnyCount},
                           .outputs = {1, kAnyCount},
                           .infer = infer_sequence_map,
                           .run = run_sequence_map}};

}  // namespace

std::span<const OpDef> ops_sequence_map() { return kOps; }

}  // namespace tundish
