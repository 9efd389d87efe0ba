// Loop: a graph turn by turn, with values carried on and values collected.
#include "base/strings.h"
#include "ops/support/bodies.h"
#include "ops/support/stack.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr std::string_view kBody = "body";

// What the node's and the body's inputs and outputs are.
struct Loop {
  const Graph* body;
  BodyInputs inputs;
  size_t carried;  ///< values carried from turn to turn
  size_t scanned;  ///< values collected over the turns
};

Result<Loop> loop_of(const Node& node) {
  TRY_ASSIGN(const Graph* body, body_of(node, kBody));
  TRY_ASSIGN(BodyInputs inputs, BodyInputs::of(node));
  const size_t own = inputs.own_count();
  const size_t carried = own < 2 ? 0 : own - 2;
  if (body->inputs().size() != 2 + carried + inputs.captured(kBody).second) {
    return InvalidModel(
        cat("the body has ", body->inputs().size(), " inputs, the node hands over ", 2 + carried));
  }
  if (body->outputs().size() < 1 + carried || body->outputs().size() - 1 < node.outputs.size()) {
    return InvalidModel(cat("the body makes ", body->outputs().size(), " values, the node carries ",
                            carried, " and has ", node.outputs.size(), " outputs"));
  }
  return Loop{body, std::move(inputs), carried, body->outputs().size() - 1 - carried};
}

Status infer_loop(InferContext& context) {
  TRY_ASSIGN(const Loop loop, loop_of(context.node()));
  if (context.has_input(0) && loop.inputs.own_count() > 0) {
    TRY(expect_tensor(context, 0, {DType::kInt64}, {}));
  }
  if (context.has_input(1) && loop.inputs.own_count() > 1) {
    TRY(expect_tensor(context, 1, kBools, {}));
  }
  const Graph& body = *loop.body;
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    const ValueType& made = body.value(body.outputs()[1 + i]).type;
    if (i < loop.carried) {
      const ValueType& given = context.input(2 + i);
      const bool unwraps = given.kind == ValueKind::kOptional && made.kind != given.kind;
      TRY_ASSIGN(ValueType type, in(cat("carried value ", i),
                                    merged_type(unwraps ? given.element[0] : given, made)));
      context.set_output(i, std::move(type));
    } else if (made.kind != ValueKind::kTensor) {
      return InvalidModel(cat("collected value ", i - loop.carried, " is no tensor"));
    } else {
      context.set_output(i, stacked_type(made, Dim()));
    }
  }
  return ok();
}

Status run_loop_body(ExecContext& context, const Loop& loop, std::vector<Value>& carried,
                     std::vector<Stack>& stacks) {
  int64_t most = -1;  // -1: no bound
  if (loop.inputs.own_count() > 0 && context.has_input(0)) {
    const TensorView& count = context.input(0);
    if (count.shape.element_count() != 1) return InvalidArgument("input 0 is not one number");
    most = std::max<int64_t>(0, count.values<int64_t>()[0]);
  }
  bool goes_on = true;
  if (loop.inputs.own_count() > 1 && context.has_input(1)) {
    TRY_ASSIGN(goes_on, read_condition(context.input_value(1), "input 1"));
  }
  std::vector<Value> outside;
  loop.inputs.append(context, kBody, outside);
  std::vector<Value> values;
  for (int64_t turn = 0; goes_on && turn != most; ++turn) {
    TRY(context.interrupted());
    values.assign({Value(Tensor::scalar(turn)), Value(Tensor::scalar(true))});
    for (size_t i = 0; i < carried.size(); ++i) {
      const ValueKind wanted = loop.body->value(loop.body->inputs()[2 + i]).type.kind;
      const bool wraps = wanted == ValueKind::kOptional && carried[i].optional() == nullptr;
      values.push_back(wraps ? Value(Optional{std::make_shared<const Value>(carried[i])})
                             : carried[i]);
    }
    values.insert(values.end(), outside.begin(), outside.end());
    TRY_ASSIGN(std::vector<Value> made, in(cat("turn ", turn), context.run_graph(kBody, values)));
    TRY_ASSIGN(goes_on, read_condition(made[0], "the body's condition"));
    std::move(made.begin() + 1, made.begin() + 1 + static_cast<ptrdiff_t>(loop.carried),
              carried.begin());
    for (size_t i = 0; i < stacks.size(); ++i) {
      TRY(in(cat("turn ", turn), stacks[i].add(made[1 + loop.carried + i])));
    }
  }
  return ok();
}

// An optional may be carried in and its item out. Without a turn the optional itself is left.
Result<Value> unwrapped(const ExecContext& context, size_t i, const Value& value) {
  const Optional* optional = value.optional();
  TRY_ASSIGN(const Graph* body, body_of(context.node(), kBody));
  const ValueKind made = body->value(body->outputs()[1 + i]).type.kind;
  if (optional == nullptr || made == ValueKind::kOptional) return value;
  if (optional->item == nullptr) return InvalidArgument("an empty optional, and no turn was made");
  return *optional->item;
}

Status run_loop_op(ExecContext& context) {
  TRY_ASSIGN(const Loop loop, loop_of(context.node()));
  std::vector<Value> carried;
  for (size_t i = 0; i < loop.carried; ++i) carried.push_back(context.input_value(2 + i));
  std::vector<Stack> stacks;
  for (size_t i = 0; i < loop.scanned; ++i) {
    const ValueId output = loop.body->outputs()[1 + loop.carried + i];
    stacks.emplace_back(loop.body->value(output).type);
  }
  TRY(run_loop_body(context, loop, carried, stacks));
  for (size_t i = 0; i < context.output_count(); ++i) {
    if (i < loop.carried) {
      TRY_ASSIGN(Value value, in(cat("carried value ", i), unwrapped(context, i, carried[i])));
      TRY(context.set_output(i, std::move(value)));
    } else if (context.output_wanted(i)) {
      TRY_ASSIGN(Tensor tensor, stacks[i - loop.carried].join(0));
      TRY(context.set_output(i, std::move(tensor)));
    }
  }
  return ok();
}

constexpr OpDef kOps[] = {{.name = "Loop",
                           .since = 1,
                           .inputs = {0, kAnyCount},
                           .outputs = {0, kAnyCount},
                           .infer = infer_loop,
                           .run = run_loop_op}};

}  // namespace

std::span<const OpDef> ops_loop() { return kOps; }

}  // namespace tundish
