// Graphs with subgraphs, made in a few lines and run in both engines.
#ifndef TUNDISH_TESTS_OPS_BODIES_H_
#define TUNDISH_TESTS_OPS_BODIES_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "ir/builder.h"
#include "ops/index.h"
#include "runtime/native_session.h"
#include "runtime/reference.h"

namespace tundish::bodies {

inline ValueType type_of(DType dtype, SymbolicShape shape = std::nullopt) {
  return ValueType::tensor(dtype, std::move(shape));
}
template <class T> Tensor list(std::initializer_list<T> values) {
  return Tensor::of(std::span<const T>(values.begin(), values.size()));
}
template <class T> Tensor matrix(std::initializer_list<T> values, int64_t rows) {
  return Tensor::of(std::span<const T>(values.begin(), values.size()),
                    Shape{rows, static_cast<int64_t>(values.size()) / rows});
}
inline Sequence sequence(std::initializer_list<Tensor> tensors) {
  Sequence made;
  for (const Tensor& tensor : tensors) made.items.emplace_back(tensor);
  return made;
}

using Ids = std::vector<ValueId>;

/// A graph whose inputs have these types; `make` gives its outputs.
inline GraphPointer body(const std::vector<ValueType>& inputs,
                         const std::function<Ids(Builder&, const Ids&)>& make) {
  Builder builder(builtin_ops(), "body");
  Ids ids;
  for (const ValueType& type : inputs) {
    ids.push_back(builder.input("in" + std::to_string(ids.size()), type).value());
  }
  const Ids outputs = make(builder, ids);
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_TRUE(builder.output(outputs[i], "out" + std::to_string(i)).has_value());
  }
  return std::make_shared<const Graph>(std::move(builder).finish().value());
}

inline std::string text_of(const Value& value) {
  if (const Sequence* sequence = value.sequence()) {
    std::string text = "(";
    for (const Value& item : sequence->items) text += text_of(item);
    return text + ")";
  }
  const Tensor* tensor = value.tensor();
  if (tensor == nullptr || !tensor->defined()) return "nothing";
  std::string text = tensor->shape().to_string() + ":";
  for (int64_t i = 0; i < tensor->element_count(); ++i) {
    const auto at = static_cast<size_t>(i);
    text += " " + std::to_string(tensor->dtype() == DType::kInt64
                                     ? tensor->values<int64_t>()[at]
                                     : static_cast<int64_t>(tensor->values<float>()[at]));
  }
  return text + ";";
}

/// One node on these values, of the types given: its answers as text, or the error. Both engines
/// and a second turn must agree.
struct Call {
  std::string op;
  std::vector<ValueType> types;
  std::vector<Value> values;  ///< undefined tensors are inputs left out
  std::vector<std::pair<std::string, Attribute>> attributes;
  size_t outputs = 1;
  int version = 0;
};

inline std::string text_of(const Result<std::vector<Value>>& values) {
  if (!values) return values.error().to_string();
  std::string text;
  for (const Value& value : *values) text += text_of(value);
  return text;
}

inline std::string run(const Call& call, const RunOptions& options = {}) {
  Builder builder(builtin_ops(), "g");
  NodeSpec spec{.op = call.op, .version = call.version, .output_count = call.outputs};
  std::vector<Value> inputs;
  for (size_t i = 0; i < call.types.size(); ++i) {
    const Tensor* tensor = call.values[i].tensor();
    if (tensor != nullptr && !tensor->defined()) {
      spec.inputs.push_back(kNoValue);
      continue;
    }
    spec.inputs.push_back(builder.input("x" + std::to_string(i), call.types[i]).value());
    inputs.push_back(call.values[i]);
  }
  for (const auto& [name, value] : call.attributes) spec.attributes.set(name, value);
  const auto made = builder.add(std::move(spec));
  if (!made) return made.error().to_string();
  for (size_t i = 0; i < made->size(); ++i) {
    EXPECT_TRUE(builder.output((*made)[i], "y" + std::to_string(i)).has_value());
  }
  auto graph = std::make_shared<const Graph>(std::move(builder).finish().value());
  auto reference = ReferenceRunner::create(graph, builtin_ops()).value();
  const auto answers = reference.run(inputs, options);
  const std::string text = text_of(answers);
  auto session = NativeSession::create(graph, builtin_ops(), {.thread_count = 1}).value();
  for (const char* turn : {"first turn", "second turn"}) {
    const auto again = session->run_values(inputs, options);
    EXPECT_EQ(again.has_value(), answers.has_value()) << turn;
    if (again.has_value()) {
      EXPECT_EQ(text_of(again), text) << turn;
    }
  }
  return text;
}

}  // namespace tundish::bodies

#endif  // TUNDISH_TESTS_OPS_BODIES_H_
