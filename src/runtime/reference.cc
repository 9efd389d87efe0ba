#include "runtime/reference.h"

#include <chrono>
#include <map>
#include <utility>

#include "base/strings.h"
#include "kernels/table.h"
#include "runtime/inputs.h"
#include "runtime/memory.h"

namespace tundish {
namespace {

/// One node on values; outputs are new tensors.
class ValueContext final : public ExecContext {
 public:
  ValueContext(const OpTable& ops, const OpDef& def, const Node& node,
               std::span<const Value> inputs, const RunOptions& options, uint64_t held_bytes)
      : ops_(ops),
        def_(def),
        node_(node),
        inputs_(inputs),
        options_(options),
        outputs_(node.outputs.size()) {
    memory_.set_limit(options.memory_limit_bytes);
    memory_.hold(held_bytes);
    views_.reserve(inputs.size());
    for (const Value& input : inputs) {
      const Tensor* tensor = input.tensor();
      views_.push_back(tensor != nullptr ? tensor->view() : TensorView());
    }
  }

  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  bool has_input(size_t i) const override {
    if (i >= inputs_.size()) return false;
    const Tensor* tensor = inputs_[i].tensor();
    return tensor == nullptr || tensor->defined();
  }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override { return inputs_[i]; }
  size_t output_count() const override { return outputs_.size(); }
  bool output_wanted(size_t i) const override { return node_.outputs[i] != kNoValue; }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    TRY_ASSIGN(const uint64_t bytes, value_bytes(dtype, shape));
    TRY(memory_.take(bytes));
    TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
    const MutableTensorView view = tensor.mutable_view();
    outputs_[i] = std::move(tensor);
    return view;
  }
  Status set_output(size_t i, Value value) override {
    outputs_[i] = std::move(value);
    return ok();
  }
  Result<void*> scratch(size_t bytes) override {
    TRY(memory_.take(bytes));
    TRY_ASSIGN(Tensor buffer, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes)}));
    scratch_.push_back(std::move(buffer));
    return scratch_.back().mutable_data();
  }
  const KernelState* state() const override { return nullptr; }
  const void* user() const override { return def_.user; }
  const KernelTable& kernels() const override { return kernels::table_for(kernels::Isa::kGeneric); }
  int thread_count() const override { return 1; }
  void parallel_for(int64_t count, int64_t, RangeFunction body) override {
    if (count > 0) body(0, count);
  }
  Status interrupted() const override { return check_interrupted(options_); }
  Result<std::vector<Value>> run_graph(std::string_view name,
                                       std::span<const Value> inputs) override {
    const Attribute* attribute = node_.attributes.find(name);
    const auto* graph = attribute == nullptr ? nullptr : std::get_if<GraphPointer>(attribute);
    if (graph == nullptr) return Internal(cat("no graph ", quoted(name)));
    auto runner = runners_.find(graph->get());
    if (runner == runners_.end()) {
      TRY_ASSIGN(ReferenceRunner made, ReferenceRunner::create(*graph, ops_));
      runner = runners_.emplace(graph->get(), std::move(made)).first;
    }
    return runner->second.run(inputs, options_);
  }

  std::vector<Value>& outputs() { return outputs_; }

 private:
  const OpTable& ops_;
  const OpDef& def_;
  const Node& node_;
  std::span<const Value> inputs_;
  const RunOptions& options_;
  std::map<const Graph*, ReferenceRunner> runners_;  ///< of the node's subgraphs
  std::vector<TensorView> views_;
  std::vector<Value> outputs_;
  std::vector<Tensor> scratch_;
  MemoryMeter memory_;
};

Result<std::vector<Value>> run_node(const OpTable& ops, const OpDef& def, const Node& node,
                                    std::span<const Value> inputs, const RunOptions& options,
                                    uint64_t held_bytes = 0) {
  ValueContext context(ops, def, node, inputs, options, held_bytes);
  if (Status done = def.run(context); !done) {
    return std::move(done).error().in(node_place(node));
  }
  return std::move(context.outputs());
}

Result<const OpDef*> runnable(const OpTable& ops, const Node& node) {
  const OpDef* def = ops.find(node);
  if (def == nullptr || def->run == nullptr) {
    return Unsupported("the operator cannot be run").in(node_place(node));
  }
  return def;
}

uint64_t dense_bytes(const Value& value) {
  const Tensor* tensor = value.tensor();
  return tensor == nullptr ? 0 : tensor->byte_count();
}

}  // namespace

Status check_interrupted(const RunOptions& options) {
  if (options.cancel != nullptr && options.cancel->load(std::memory_order_relaxed)) {
    return Cancelled("the caller asked to stop");
  }
  if (options.deadline && std::chrono::steady_clock::now() >= *options.deadline) {
    return Cancelled("the deadline has passed");
  }
  return ok();
}

Result<std::vector<Value>> ReferenceEvaluator::evaluate(const Node& node,
                                                        std::span<const Value> inputs) {
  TRY_ASSIGN(const OpDef* def, runnable(ops_, node));
  if (inputs.size() != node.inputs.size()) {
    return Internal(
               cat("evaluated with ", inputs.size(), " values for ", node.inputs.size(), " inputs"))
        .in(node_place(node));
  }
  return run_node(ops_, *def, node, inputs, RunOptions());
}

ReferenceRunner::ReferenceRunner(std::shared_ptr<const Graph> graph, const OpTable& ops,
                                 std::vector<const OpDef*> defs)
    : graph_(std::move(graph)),
      ops_(&ops),
      defs_(std::move(defs)),
      last_reader_(graph_->value_capacity(), -1) {
  const std::span<const NodeId> order = graph_->order();
  for (size_t step = 0; step < order.size(); ++step) {
    const Node& node = graph_->node(order[step]);
    for (const ValueId input : node.inputs) {
      if (input != kNoValue) last_reader_[static_cast<size_t>(input)] = static_cast<int>(step);
    }
    report_.push_back({node.name, node.op, "", 0, 0});
  }
  for (const ValueId output : graph_->outputs()) {
    last_reader_[static_cast<size_t>(output)] = static_cast<int>(order.size());
  }
}

Result<ReferenceRunner> ReferenceRunner::create(std::shared_ptr<const Graph> graph,
                                                const OpTable& ops) {
  std::vector<const OpDef*> defs;
  for (const NodeId id : graph->order()) {
    TRY_ASSIGN(const OpDef* def, runnable(ops, graph->node(id)));
    defs.push_back(def);
  }
  return ReferenceRunner(std::move(graph), ops, std::move(defs));
}

Result<std::vector<Value>> ReferenceRunner::run(std::span<const Value> inputs,
                                                const RunOptions& options) {
  TRY(check_inputs(*graph_, inputs));
  TRY(check_known_sizes(*graph_, options.memory_limit_bytes));
  uint64_t held_bytes = 0;
  std::vector<Value> values(graph_->value_capacity());
  for (size_t i = 0; i < values.size(); ++i) {
    if (const Tensor* constant = graph_->constant(ValueId(i))) values[i] = *constant;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    values[static_cast<size_t>(graph_->inputs()[i])] = inputs[i];
  }
  std::vector<Value> arguments;
  for (size_t step = 0; step < defs_.size(); ++step) {
    TRY(check_interrupted(options));
    const Node& node = graph_->node(graph_->order()[step]);
    arguments.clear();
    for (const ValueId input : node.inputs) {
      arguments.push_back(input == kNoValue ? Value() : values[static_cast<size_t>(input)]);
    }
    const auto begin = std::chrono::steady_clock::now();
    TRY_ASSIGN(std::vector<Value> made,
               run_node(*ops_, *defs_[step], node, arguments, options, held_bytes));
    if (profiling_) {
      ++report_[step].calls;
      report_[step].nanoseconds += (std::chrono::steady_clock::now() - begin).count();
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      held_bytes += dense_bytes(made[i]);
      values[static_cast<size_t>(node.outputs[i])] = std::move(made[i]);
    }
    for (const ValueId input : node.inputs) {
      if (input == kNoValue || last_reader_[static_cast<size_t>(input)] != static_cast<int>(step)) {
        continue;
      }
      Value& done = values[static_cast<size_t>(input)];  // nobody reads it any more
      if (graph_->producer(input) != nullptr) held_bytes -= dense_bytes(done);
      done = Value();
    }
  }
  std::vector<Value> outputs;
  for (const ValueId output : graph_->outputs()) {
    outputs.push_back(values[static_cast<size_t>(output)]);
  }
  return outputs;
}

void ReferenceRunner::set_profiling(bool on) {  // NOLINT: a setter
  profiling_ = on;
  if (!on) return;
  for (NodeReport& node : report_) node.calls = node.nanoseconds = 0;
}

}  // namespace tundish
