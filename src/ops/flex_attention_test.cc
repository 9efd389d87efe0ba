#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

// Queries of zeros weigh all keys alike: answers are means of values.
const Tensor kZeros = tensor<float>({0, 0}, {1, 2, 1, 1});
const Tensor kKeys = tensor<float>({1, 2}, {1, 1, 2, 1});
const Tensor kValues = tensor<float>({3, 6}, {1, 1, 2, 1});

OpCall flex(std::vector<Tensor> inputs, Attributes attributes = {}) {
  return {.op = "FlexAttention",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .domain = std::string(kDomainPreview)};
}

TEST(FlexAttention, weighs_values_by_softmax_of_products) {
  expect_close(run_op(flex({kZeros, kKeys, kValues})), {1, 2, 1, 1}, {4.5, 4.5});
  const Tensor q = tensor<double>({1, 2}, {1, 1, 1, 2});
  const Tensor k = tensor<double>({1, 0, 0, 1}, {1, 1, 2, 2});
  const Tensor v = tensor<double>({10, 20}, {1, 1, 2, 1});
  const double a = std::exp(1 / std::sqrt(2.0));
  const double b = std::exp(2 / std::sqrt(2.0));
  expect_close(run_op(flex({q, k, v})), {1, 1, 1, 1}, {(10 * a + 20 * b) / (a + b)}, 1e-12);
  const double c = std::exp(0.5);
  expect_close(run_op(flex({q, k, v}, {{"scale", 0.5F}})), {1, 1, 1, 1}, {(10 + 20 * c) / (1 + c)},
               1e-12);
}

TEST(FlexAttention, halves_in_any_precision) {
  const auto half = [](std::initializer_list<float> values, const Shape& shape) {
    return halves<Float16>(values, shape);
  };
  for (const DType precision : {DType::kFloat32, DType::kFloat64, DType::kFloat16}) {
    const Result<Tensor> y = run_op(
        flex({half({0}, {1, 1, 1, 1}), half({1, 2}, {1, 1, 2, 1}), half({3, 6}, {1, 1, 2, 1})},
             {{"softmax_precision", static_cast<int64_t>(precision)}}));
    ASSERT_TRUE(y.has_value()) << y.error().to_string();
    EXPECT_EQ(y.value().dtype(), DType::kFloat16);
    expect_close(y, {1, 1, 1, 1}, {4.5});
  }
}

// Stands for graphs that leave out the first key, or answer with something else altogether.
class ModifyingContext final : public TestContext {
 public:
  using TestContext::TestContext;
  Result<std::vector<Value>> run_graph(std::string_view name,
                                       std::span<const Value> inputs) override {
    names += std::string(name) + " ";
    const Tensor& given = *inputs[0].tensor();
    if (wrong.defined()) return std::vector<Value>{wrong};
    Tensor made = Tensor::copy_of(given.view()).value();
    const size_t last = static_cast<size_t>(given.shape()[3]);
    for (size_t i = 0; i < static_cast<size_t>(given.element_count()); i += last) {
      made.mutable_values<float>()[i] = name == "score_mod" ? -1e30F : 0.5F;
    }
    return std::vector<Value>{made};
  }
  std::string names;
  Tensor wrong;
};

GraphPointer identity_graph() {
  Builder builder(builtin_ops(), "body");
  const ValueId x = builder.input("x", ValueType::tensor(DType::kFloat32, {})).value();
  const NodeSpec spec{.op = "Identity", .inputs = {x}};
  EXPECT_TRUE(builder.output(builder.add(spec).value()[0], "y").has_value());
  return std::make_shared<const Graph>(std::move(builder).finish().value());
}

TEST(FlexAttention, scores_and_probabilities_go_through_graphs) {
  const GraphPointer body = identity_graph();
  const OpCall call =
      flex({kZeros, kKeys, kValues},
           {{"score_mod", body}, {"prob_mod", body}, {"captures", std::vector<int64_t>{0, 0}}});
  const Result<Graph> graph = graph_of(call, Known::kTypes);
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const Node& node = graph.value().node(graph.value().order()[0]);
  const KernelTable& kernels = kernels::table_for(kernels::Isa::kGeneric);
  ModifyingContext context(node, call.inputs, nullptr, kernels, 1);
  const OpDef* def = builtin_ops().find(node);
  ASSERT_TRUE(def->run(context).has_value());
  EXPECT_EQ(context.names, "score_mod prob_mod ");
  expect_close(context.results[0], {1, 2, 1, 1}, {7.5, 7.5});
  ModifyingContext other(node, call.inputs, nullptr, kernels, 1);
  other.wrong = kKeys;
  expect_error(def->run(other), ErrorCode::kInvalidArgument,
               "graph score_mod must give one float32[1, 2, 1, 2]");
}

TEST(FlexAttention, infers_shapes) {
  const auto of = [](Dim heads, Dim length, Dim size) {
    return dims({symbol("B"), heads, length, size});
  };
  EXPECT_EQ(inferred(flex({kZeros, kKeys, kValues}),
                     {of(4, symbol("L"), 8), of(2, symbol("S"), 8), of(2, symbol("S"), 5)}),
            "float32[B, 4, L, 5]");
}

TEST(FlexAttention, refusals) {
  expect_refused(flex({kZeros.reshaped({2}), kKeys, kValues}), "input 0 has 1 axes, not 4");
  expect_fails_to_run(flex({kZeros.reshaped({2}), kKeys, kValues}), "do not fit each other");
  const Tensor wide = tensor<float>({1, 2}, {1, 1, 1, 2});
  expect_refused(flex({kZeros, wide, wide}), "head size: 1 and 2");
  expect_fails_to_run(flex({kZeros, wide, wide}), "do not fit each other");
  expect_refused(flex({kZeros, kKeys, kValues}, {{"softmax_precision", int64_t{7}}}),
                 "softmax_precision 7");
  const Tensor two = tensor<float>({1, 2}, {1, 2, 1, 1});
  const Tensor three = tensor<float>({1, 2, 3}, {1, 3, 1, 1});
  expect_refused(flex({three, two, two}), "3 query heads over 2");
  expect_refused(flex({kZeros, kKeys}), "expected at least 3 inputs");
}

}  // namespace
}  // namespace tundish
