// Runs a graph node by node with the operators' plain form (no prepared kernels): what importers'
// answers are compared with the original library's by.
#ifndef TUNDISH_TESTS_INTEGRATION_PLAIN_RUN_H_
#define TUNDISH_TESTS_INTEGRATION_PLAIN_RUN_H_

#include <memory>
#include <utility>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "kernels/table.h"

namespace tundish {

class PlainContext : public ExecContext {
 public:
  PlainContext(const Node& node, std::vector<Tensor> inputs)
      : node_(node), inputs_(std::move(inputs)), outputs_(node.outputs.size()) {
    for (const Tensor& input : inputs_) views_.push_back(input.view());
  }
  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  bool has_input(size_t i) const override { return i < inputs_.size() && inputs_[i].defined(); }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override { return inputs_[i]; }
  size_t output_count() const override { return outputs_.size(); }
  bool output_wanted(size_t) const override { return true; }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    TRY_ASSIGN(outputs_[i], Tensor::allocate(dtype, shape));
    return outputs_[i].mutable_view();
  }
  Status set_output(size_t i, Value value) override {
    outputs_[i] = *value.tensor();
    return ok();
  }
  Result<void*> scratch(size_t bytes) override {
    TRY_ASSIGN(Tensor memory,
               Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes) + 1}));
    scratch_.push_back(memory);
    return scratch_.back().mutable_data();
  }
  const KernelState* state() const override { return nullptr; }
  const KernelTable& kernels() const override {
    return ::tundish::kernels::table_for(::tundish::kernels::Isa::kGeneric);
  }
  int thread_count() const override { return 1; }
  void parallel_for(int64_t count, int64_t, RangeFunction body) override { body(0, count); }
  Status interrupted() const override { return ok(); }

  std::vector<Tensor> take_outputs() { return std::move(outputs_); }

 private:
  const Node& node_;
  std::vector<Tensor> inputs_;
  std::vector<TensorView> views_;
  std::vector<Tensor> outputs_;
  std::vector<Tensor> scratch_;
};

/// Outputs of the graph for one input, in order.
inline Result<std::vector<Tensor>> plain_run(const Graph& graph, const OpTable& ops,
                                             const Tensor& input) {
  std::vector<Tensor> values(graph.value_capacity());
  values[static_cast<size_t>(graph.inputs()[0])] = input;
  const auto value_of = [&](ValueId id) {
    if (id == kNoValue) return Tensor();
    const Tensor* constant = graph.constant(id);
    return constant != nullptr ? *constant : values[static_cast<size_t>(id)];
  };
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    std::vector<Tensor> inputs;
    for (const ValueId value : node.inputs) inputs.push_back(value_of(value));
    PlainContext context(node, std::move(inputs));
    TRY(in(node_place(node), ops.find(node)->run(context)));
    std::vector<Tensor> outputs = context.take_outputs();
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      values[static_cast<size_t>(node.outputs[i])] = std::move(outputs[i]);
    }
  }
  std::vector<Tensor> outputs;
  for (const ValueId id : graph.outputs()) outputs.push_back(value_of(id));
  return outputs;
}

}  // namespace tundish

#endif  // TUNDISH_TESTS_INTEGRATION_PLAIN_RUN_H_
