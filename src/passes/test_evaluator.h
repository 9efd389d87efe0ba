// Runs the operators of ir/test_ops.h one node at a time, for tests of passes. Header only.
#ifndef TUNDISH_PASSES_TEST_EVALUATOR_H_
#define TUNDISH_PASSES_TEST_EVALUATOR_H_

#include <vector>

#include "ir/exec_context.h"
#include "ir/test_ops.h"

namespace tundish {

class TestExecContext : public ExecContext {
 public:
  TestExecContext(const Node& node, std::span<const Value> inputs)
      : node_(node), inputs_(inputs), outputs_(node.outputs.size()) {
    for (const Value& input : inputs) {
      views_.push_back(input.tensor() != nullptr ? input.tensor()->view() : TensorView());
    }
  }
  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  bool has_input(size_t i) const override { return views_[i].data != nullptr; }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override { return inputs_[i]; }
  size_t output_count() const override { return outputs_.size(); }
  bool output_wanted(size_t) const override { return true; }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
    const MutableTensorView view = tensor.mutable_view();
    outputs_[i] = std::move(tensor);
    return view;
  }
  Status set_output(size_t i, Value value) override {
    outputs_[i] = std::move(value);
    return ok();
  }
  Result<void*> scratch(size_t) override { return Unsupported("no scratch in tests"); }
  const KernelState* state() const override { return nullptr; }
  const KernelTable& kernels() const override {
    return *kernels_;  // test operators use none
  }
  int thread_count() const override { return 1; }
  void parallel_for(int64_t count, int64_t, RangeFunction body) override { body(0, count); }
  Status interrupted() const override { return ok(); }
  std::vector<Value> take_outputs() { return std::move(outputs_); }

 private:
  const KernelTable* kernels_ = nullptr;
  const Node& node_;
  std::span<const Value> inputs_;
  std::vector<TensorView> views_;
  std::vector<Value> outputs_;
};

class TestEvaluator : public Evaluator {
 public:
  Result<std::vector<Value>> evaluate(const Node& node, std::span<const Value> inputs) override {
    const OpDef* def = test_ops::table().find(node);
    if (def == nullptr || def->run == nullptr) return Unsupported(cat("cannot run ", node.op));
    ++call_count_;
    TestExecContext context(node, inputs);
    TRY(def->run(context));
    return context.take_outputs();
  }
  int64_t call_count() const { return call_count_; }

 private:
  int64_t call_count_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_PASSES_TEST_EVALUATOR_H_
