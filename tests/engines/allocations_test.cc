// The second call with a shape seen before allocates nothing, for every kind of network of
// bench/make_networks.py and a block of a convolutional one, as written and as the passes leave it.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engines/engine.h"
#include "heap_count.h"
#include "ir/builder.h"
#include "ops/index.h"
#include "passes/pass.h"
#include "runtime/reference.h"

namespace tundish {
namespace {

Tensor weights(const Shape& shape) {
  Tensor tensor = Tensor::allocate(DType::kFloat32, shape).value();
  float at = 1;
  for (float& value : tensor.mutable_values<float>()) value = std::sin(at += 1) / 8;
  return tensor;
}

/// A chain: each call adds a node whose first input is the last result.
class Net {
 public:
  explicit Net(std::vector<int64_t> inner) : builder_(builtin_ops(), "net") {
    std::vector<Dim> dims = {Dim::symbol("N")};
    for (const int64_t size : inner) dims.emplace_back(size);
    x_ = last_ = builder_.input("x", ValueType::tensor(DType::kFloat32, dims)).value();
  }
  ValueId x() const { return x_; }
  ValueId last() const { return last_; }
  ValueId constant(const Shape& shape) { return builder_.constant(weights(shape)); }
  ValueId ones(int64_t count) {
    const std::vector<float> values(static_cast<size_t>(count), 1.0F);
    return builder_.constant(Tensor::of(std::span<const float>(values)));
  }
  ValueId number(float value) { return builder_.scalar(value); }
  ValueId integers(std::vector<int64_t> values) {
    return builder_.constant(Tensor::of(std::span<const int64_t>(values)));
  }

  Net& add(std::string op, std::vector<ValueId> others = {},
           std::vector<std::pair<std::string, Attribute>> attributes = {}, size_t at = 0) {
    NodeSpec spec;
    spec.op = std::move(op);
    spec.inputs = std::move(others);
    spec.inputs.insert(spec.inputs.begin() + static_cast<ptrdiff_t>(at), last_);
    for (auto& [name, value] : attributes) spec.attributes.set(name, std::move(value));
    auto outputs = builder_.add(std::move(spec));
    EXPECT_TRUE(outputs) << outputs.error().to_string();
    if (outputs) last_ = outputs->front();
    return *this;
  }

  std::shared_ptr<Graph> graph() && {
    EXPECT_TRUE(builder_.output(last_, "y"));
    return std::make_shared<Graph>(std::move(builder_).finish().value());
  }

 private:
  Builder builder_;
  ValueId x_ = kNoValue;
  ValueId last_ = kNoValue;
};

std::vector<int64_t> ints(std::initializer_list<int64_t> values) { return values; }

Net mlp() {
  Net net({29});
  net.add("Sub", {net.constant({29})}).add("Div", {net.number(3)});
  net.add("Gemm", {net.constant({29, 64}), net.constant({64})}).add("Relu");
  net.add("Gemm", {net.constant({64, 2}), net.constant({2})}).add("Softmax", {});
  return net;
}

Net wide_mlp() {
  Net net({64});
  net.add("MatMul", {net.constant({64, 600})}).add("Add", {net.constant({600})});
  const ValueId x = net.last();
  net.add("Div", {net.number(1.41421356F)}).add("Erf").add("Add", {net.number(1)});
  net.add("Mul", {x}, {}, 1).add("Mul", {net.number(0.5F)});
  net.add("MatMul", {net.constant({600, 64})})
      .add("Add", {net.constant({64})})
      .add("Add", {net.x()});
  return net.add("LayerNormalization", {net.constant({64}), net.constant({64})},
                 {{"axis", int64_t{-1}}});
}

Net elementwise() {
  Net net({100});
  net.add("Mul", {net.number(0.7F)}).add("Add", {net.constant({100})});
  const ValueId x = net.last();
  net.add("Tanh").add("Mul", {x}).add("Sub", {net.number(0.1F)}).add("Clip", {net.number(-1)});
  net.add("Sigmoid").add("Gelu").add("Pow", {net.number(2)});
  return net.add("Cast", {}, {{"to", int64_t{11}}}).add("Sqrt");
}

Net recurrent(const std::string& op, int64_t gates) {
  Net net({1, 16});
  net.add(op,
          {net.constant({1, gates * 24, 16}), net.constant({1, gates * 24, 24}),
           net.constant({1, 2 * gates * 24})},
          {{"hidden_size", int64_t{24}}});
  return net;
}

Net attention() {
  Net net({12, 64});
  return net.add("Attention", {net.x(), net.x()},
                 {{"q_num_heads", int64_t{4}}, {"kv_num_heads", int64_t{4}}});
}

Net convolutional() {
  Net net({3, 24, 24});
  net.add("Conv", {net.constant({16, 3, 5, 5}), net.constant({16})},
          {{"strides", ints({2, 2})}, {"pads", ints({2, 2, 2, 2})}});
  const ValueId one = net.ones(16);
  net.add("BatchNormalization", {one, one, one, one});
  net.add("Relu").add("MaxPool", {}, {{"kernel_shape", ints({2, 2})}, {"strides", ints({2, 2})}});
  const ValueId x = net.last();
  net.add("Conv", {net.constant({16, 16, 3, 3}), net.constant({16})},
          {{"pads", ints({1, 1, 1, 1})}});
  net.add("Add", {x}).add("Relu");
  net.add("Conv", {net.constant({16, 1, 3, 3})}, {{"group", int64_t{16}}});
  return net.add("GlobalAveragePool").add("Flatten").add("MatMul", {net.constant({16, 4})});
}

Net moves() {
  Net net({12, 8});
  net.add("Transpose", {}, {{"perm", ints({0, 2, 1})}})
      .add("Concat", {net.last()}, {{"axis", int64_t{1}}});
  net.add("Softmax", {}, {{"axis", int64_t{1}}}).add("ReduceMean", {net.integers({-1})});
  net.add("Reshape", {net.integers({-1, 16})});
  return net.add("Gather", {net.integers({3, 1, 2})}, {{"axis", int64_t{1}}})
      .add("ReduceSum", {net.integers({0})});
}

std::shared_ptr<const Graph> rewritten(Graph graph) {
  ReferenceEvaluator evaluator(builtin_ops());
  PassContext context{builtin_ops(), evaluator};
  const auto done = run_pipeline(graph, context);
  EXPECT_TRUE(done) << done.error().to_string();
  return std::make_shared<Graph>(std::move(graph));
}

void expect_no_allocation(const std::shared_ptr<const Graph>& graph, int threads) {
  auto made = create_engine_session("native", graph, builtin_ops(), {threads, ""});
  ASSERT_TRUE(made) << made.error().to_string();
  EngineSession& session = **made;
  for (const int64_t rows : {1, 40}) {
    Shape shape;
    for (const Dim& dim : *graph->value(graph->inputs()[0]).type.shape) {
      shape.append(dim.is_known() ? dim.size() : rows);
    }
    const Tensor x = weights(shape);
    const TensorView in[] = {x.view()};
    const auto first = session.run(in, {});
    ASSERT_TRUE(first) << first.error().to_string();
    bool good = session.run(in, {}).has_value();
    const int64_t before = testing::heap_allocations();
    for (int call = 0; call < 3; ++call) good &= session.run(in, {}).has_value();
    EXPECT_EQ(testing::heap_allocations(), before) << rows << " rows, " << threads << " threads";
    EXPECT_TRUE(good);
  }
}

TEST(Allocations, none_for_a_shape_seen_before) {
  const std::pair<const char*, std::function<Net()>> nets[] = {
      {"mlp", mlp},
      {"wide mlp", wide_mlp},
      {"elementwise", elementwise},
      {"lstm", [] { return recurrent("LSTM", 4); }},
      {"gru", [] { return recurrent("GRU", 3); }},
      {"rnn", [] { return recurrent("RNN", 1); }},
      {"attention", attention},
      {"convolutional", convolutional},
      {"moves", moves},
  };
  for (const auto& [name, make] : nets) {
    SCOPED_TRACE(name);
    const std::shared_ptr<Graph> graph = make().graph();
    for (const int threads : {1, 2}) {
      expect_no_allocation(graph, threads);
      expect_no_allocation(rewritten(*graph), threads);
    }
  }
}

}  // namespace
}  // namespace tundish
