#include "runtime/program.h"

#include <algorithm>
#include <utility>

namespace tundish {
namespace {

const ValueType kLeftOut;

class NodePrepareContext final : public PrepareContext {
 public:
  NodePrepareContext(const Graph& graph, const Node& node, const KernelTable& kernels,
                     const PrepareOptions& options)
      : graph_(graph), node_(node), kernels_(kernels), options_(options) {}

  const Node& node() const override { return node_; }
  size_t input_count() const override { return node_.inputs.size(); }
  const ValueType& input(size_t i) const override {
    if (i >= node_.inputs.size() || node_.inputs[i] == kNoValue) return kLeftOut;
    return graph_.value(node_.inputs[i]).type;
  }
  const Tensor* constant(size_t i) const override {
    return i < node_.inputs.size() ? graph_.constant(node_.inputs[i]) : nullptr;
  }
  void set_output(size_t, ValueType) override {}  // types were inferred when the graph was built
  const KernelTable& kernels() const override { return kernels_; }
  int64_t expected_rows() const override { return options_.expected_rows; }
  bool may_copy_weights() const override {
    return options_.memory == SessionOptions::Memory::kFast;
  }

 private:
  const Graph& graph_;
  const Node& node_;
  const KernelTable& kernels_;
  const PrepareOptions& options_;
};

/// Gives each value of the graph that is used a number.
class SlotNumbers {
 public:
  explicit SlotNumbers(Program& program)
      : program_(program), numbers_(program.graph->value_capacity(), kNoSlot) {}

  SlotId of(ValueId value) {
    if (value == kNoValue) return kNoSlot;
    SlotId& number = numbers_[static_cast<size_t>(value)];
    if (number == kNoSlot) {
      number = static_cast<SlotId>(program_.slots.size());
      Slot slot;
      slot.value = value;
      if (program_.graph->constant(value) != nullptr) {
        slot.kind = Slot::Kind::kConstant;
      } else if (program_.graph->producer(value) == nullptr) {
        slot.kind = Slot::Kind::kInput;
      }
      program_.slots.push_back(slot);
    }
    return number;
  }

 private:
  Program& program_;
  std::vector<SlotId> numbers_;
};

void number_outputs(Program& program, SlotNumbers& numbers) {
  program.outputs_lead = true;
  for (const ValueId output : program.graph->outputs()) {
    const SlotId slot = numbers.of(output);
    program.outputs_lead &=
        slot == program.outputs.size() && program.slots[slot].kind == Slot::Kind::kComputed;
    program.outputs.push_back(slot);
  }
}

bool is_dense(const Graph& graph, std::span<const ValueId> values) {
  return std::ranges::all_of(
      values, [&](ValueId value) { return graph.value(value).type.kind == ValueKind::kTensor; });
}

Result<Step> make_step(const Program& program, const Node& node, const OpTable& ops,
                       const PrepareOptions& options) {
  Step step;
  step.node = &node;
  step.def = ops.find(node);
  if (step.def == nullptr || step.def->run == nullptr) {
    return Unsupported("the operator cannot be run").in(node_place(node));
  }
  if (step.def->prepare != nullptr) {
    const NodePrepareContext context(*program.graph, node, *program.kernels, options);
    auto state = step.def->prepare(context);
    if (!state) return std::move(state).error().in(node_place(node));
    step.state = std::move(state).value();
  }
  return step;
}

}  // namespace

Result<Program> make_program(std::shared_ptr<const Graph> graph, const OpTable& ops,
                             const kernels::KernelTable& kernels, const PrepareOptions& options) {
  Program program;
  program.graph = std::move(graph);
  program.kernels = &kernels;
  SlotNumbers numbers(program);
  number_outputs(program, numbers);
  for (const ValueId input : program.graph->inputs()) program.inputs.push_back(numbers.of(input));
  program.is_dense = is_dense(*program.graph, program.graph->inputs()) &&
                     is_dense(*program.graph, program.graph->outputs());
  for (const NodeId id : program.graph->order()) {
    const Node& node = program.graph->node(id);
    TRY_ASSIGN(Step step, make_step(program, node, ops, options));
    const auto index = static_cast<int>(program.steps.size());
    for (const ValueId value : node.inputs) {
      const SlotId slot = numbers.of(value);
      step.inputs.push_back(slot);
      if (slot != kNoSlot) program.slots[slot].last_step = index;
    }
    for (const ValueId value : node.outputs) {
      const SlotId slot = numbers.of(value);
      step.outputs.push_back(slot);
      if (slot != kNoSlot) program.slots[slot].first_step = index;
    }
    program.steps.push_back(std::move(step));
  }
  for (const SlotId slot : program.outputs) {
    program.slots[slot].last_step = static_cast<int>(program.steps.size());
  }
  return program;
}

}  // namespace tundish
