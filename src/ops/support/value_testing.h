// Running an operator in a test on values of any kind, with any number of outputs. Header only,
// included by *_test.cc files alone.
#ifndef TUNDISH_OPS_SUPPORT_VALUE_TESTING_H_
#define TUNDISH_OPS_SUPPORT_VALUE_TESTING_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ops/support/testing.h"

namespace tundish::ops::testing {

/// A value and its static type; a tensor's type is its own.
struct TypedValue {
  TypedValue() = default;    ///< left out
  TypedValue(Tensor tensor)  // NOLINT: a tensor says its type
      : value(tensor), type(ValueType::tensor(tensor.dtype(), symbolic(tensor.shape()))) {}
  TypedValue(Value v, ValueType t) : value(std::move(v)), type(std::move(t)) {}
  bool is_left_out() const { return type.dtype == DType::kUndefined && type.element.empty(); }

  Value value;
  ValueType type;
};

inline ValueType sequence_of(ValueType element) {
  ValueType type{ValueKind::kSequence};
  type.element.push_back(std::move(element));
  return type;
}
inline ValueType optional_of(ValueType element) {
  ValueType type{ValueKind::kOptional};
  type.element.push_back(std::move(element));
  return type;
}
inline ValueType map_of(DType key, DType value) {
  ValueType type{ValueKind::kMap, value};
  type.key = key;
  return type;
}
inline ValueType any_tensor(DType dtype) { return ValueType::tensor(dtype, SymbolicShape()); }
/// A sequence of tensors of one type and unknown shapes.
inline TypedValue sequence(DType dtype, std::vector<Tensor> tensors) {
  Sequence held;
  for (Tensor& tensor : tensors) held.items.emplace_back(std::move(tensor));
  return {Value(std::move(held)), sequence_of(any_tensor(dtype))};
}

struct ValueCall {
  std::string op;
  std::vector<TypedValue> inputs;
  std::vector<std::pair<std::string, Attribute>> attributes = {};
  std::string domain = {};
  size_t output_count = 1;
  std::vector<size_t> constants = {};  ///< inputs that are constants of the graph
};

class ValueTestContext final : public ExecContext {
 public:
  ValueTestContext(const Node& node, std::span<const TypedValue> inputs)
      : node_(node), inputs_(inputs), outputs(node.outputs.size()) {
    for (const TypedValue& input : inputs) {
      const Tensor* tensor = input.value.tensor();
      views_.push_back(tensor != nullptr ? tensor->view() : TensorView());
    }
  }
  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  bool has_input(size_t i) const override { return !inputs_[i].is_left_out(); }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override { return inputs_[i].value; }
  size_t output_count() const override { return outputs.size(); }
  bool output_wanted(size_t) const override { return true; }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    TRY_ASSIGN(Tensor made, Tensor::allocate(dtype, shape));
    if (dtype != DType::kString) std::memset(made.mutable_data(), 0xa5, made.byte_count());
    outputs[i] = made;
    return made.mutable_view();
  }
  Status set_output(size_t i, Value value) override {
    outputs[i] = std::move(value);
    return ok();
  }
  Result<void*> scratch(size_t bytes) override {
    TRY_ASSIGN(Tensor made, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes)}));
    scratch_.push_back(std::move(made));
    return scratch_.back().mutable_data();
  }
  const KernelState* state() const override { return nullptr; }
  const KernelTable& kernels() const override { return kernels::table_for(kernels::Isa::kGeneric); }
  int thread_count() const override { return 1; }
  void parallel_for(int64_t count, int64_t, RangeFunction body) override {
    if (count > 0) body(0, count);
  }
  Status interrupted() const override { return ok(); }

 private:
  const Node& node_;
  std::span<const TypedValue> inputs_;
  std::vector<TensorView> views_;
  std::vector<Tensor> scratch_;

 public:
  std::vector<Value> outputs;
};

/// Whether a value can have the type.
inline bool fits(const Value& value, const ValueType& type) {
  if (const Tensor* tensor = value.tensor()) {
    if (type.kind != ValueKind::kTensor || tensor->dtype() != type.dtype) return false;
    if (!type.shape) return true;
    if (type.shape->size() != tensor->shape().rank()) return false;
    for (size_t i = 0; i < type.shape->size(); ++i) {
      const Dim& dim = (*type.shape)[i];
      if (dim.is_known() && dim.size() != tensor->shape()[i]) return false;
    }
    return true;
  }
  if (const Sequence* sequence = value.sequence()) {
    if (type.kind != ValueKind::kSequence) return false;
    return std::ranges::all_of(sequence->items,
                               [&](const Value& item) { return fits(item, type.element[0]); });
  }
  if (const Optional* optional = value.optional()) {
    return type.kind == ValueKind::kOptional &&
           (optional->item == nullptr || fits(*optional->item, type.element[0]));
  }
  if (const Map* map = value.map()) {
    return type.kind == ValueKind::kMap && map->keys.dtype() == type.key &&
           map->values.dtype() == type.dtype &&
           map->keys.element_count() == map->values.element_count();
  }
  return false;
}

inline Result<Graph> graph_of(const ValueCall& call) {
  Builder builder(builtin_ops(), "one");
  NodeSpec spec{.op = call.op, .domain = call.domain, .name = "node"};
  spec.output_count = call.output_count;
  for (const auto& [name, value] : call.attributes) spec.attributes.set(name, value);
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const TypedValue& input = call.inputs[i];
    if (input.is_left_out()) {
      spec.inputs.push_back(kNoValue);
    } else if (std::ranges::find(call.constants, i) != call.constants.end()) {
      spec.inputs.push_back(builder.constant(*input.value.tensor()));
    } else {
      TRY_ASSIGN(const ValueId id, builder.input("in" + std::to_string(i), input.type));
      spec.inputs.push_back(id);
    }
  }
  TRY_ASSIGN(const std::vector<ValueId> outputs, builder.add(std::move(spec)));
  for (size_t i = 0; i < outputs.size(); ++i) {
    TRY(builder.output(outputs[i], "out" + std::to_string(i)));
  }
  return std::move(builder).finish();
}

/// All outputs, which must have the inferred types; or the error of inference or else of running.
inline Result<std::vector<Value>> run_values(const ValueCall& call) {
  TRY_ASSIGN(const Graph graph, graph_of(call));
  const Node& node = graph.node(graph.order()[0]);
  ValueTestContext context(node, call.inputs);
  TRY(builtin_ops().find(node)->run(context));
  for (size_t i = 0; i < context.outputs.size(); ++i) {
    const ValueType& type = graph.value(node.outputs[i]).type;
    EXPECT_TRUE(fits(context.outputs[i], type)) << "output " << i << " is no " << type.to_string();
  }
  return context.outputs;
}

/// Output `i` of a call, which must be a tensor.
inline Result<Tensor> run_tensor(const ValueCall& call, size_t i = 0) {
  TRY_ASSIGN(const std::vector<Value> outputs, run_values(call));
  if (outputs[i].tensor() == nullptr) return Internal("the output is no tensor");
  return *outputs[i].tensor();
}
/// Item `index` of the sequence that the call answers with.
inline Result<Tensor> run_item(const ValueCall& call, size_t index) {
  TRY_ASSIGN(const std::vector<Value> outputs, run_values(call));
  const Sequence* sequence = outputs[0].sequence();
  if (sequence == nullptr || index >= sequence->items.size()) return Internal("no such item");
  return *sequence->items[index].tensor();
}
/// Number of items of the sequence that the call answers with; -1 for an error.
inline int64_t run_length(const ValueCall& call) {
  const Result<std::vector<Value>> outputs = run_values(call);
  if (!outputs || outputs.value()[0].sequence() == nullptr) return -1;
  return static_cast<int64_t>(outputs.value()[0].sequence()->items.size());
}

/// Type of output `i`, or the error.
inline std::string inferred(const ValueCall& call, size_t i = 0) {
  const Result<Graph> graph = graph_of(call);
  if (!graph) return graph.error().to_string();
  return graph.value().value(graph.value().outputs()[i]).type.to_string();
}

}  // namespace tundish::ops::testing

#endif  // TUNDISH_OPS_SUPPORT_VALUE_TESTING_H_
