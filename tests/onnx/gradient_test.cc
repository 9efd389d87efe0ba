// Gradient against differences of the function itself, for every operator that has a rule.
#include <cmath>

#include "import/onnx/test_models.h"
#include "run_graph.h"

namespace tundish {
namespace {

using namespace test_models;

Tensor doubles_of(std::initializer_list<double> values, const Shape& shape) {
  return tensor_of<double>(values, shape);
}

struct OneStep {
  std::string op;
  std::vector<Tensor> inputs;  ///< the first ones are floating-point and differentiated
  Attributes attributes = {};
  size_t variables = 1;
};

/// Inputs I0, I1, ...; F = op(inputs); Y = F * F, so that every gradient matters; D0, D1, ... of
/// the sum of Y.
Result<Graph> model_of(const OneStep& one) {
  TestModel model(22);
  model.model.opset_import.push_back({"ai.onnx.preview.training", 1});
  Strings inputs;
  for (size_t i = 0; i < one.inputs.size(); ++i) {
    const Tensor& input = one.inputs[i];
    inputs.push_back("I" + std::to_string(i));
    if (i < one.variables) {
      model.input(inputs.back(), ValueType::tensor(input.dtype(), symbolic(input.shape())));
    } else {
      model.initializer(inputs.back(), input);
    }
  }
  model.node("", one.op, inputs, {"F"}, one.attributes);
  model.node("", "Mul", {"F", "F"}, {"Y"});
  const Strings xs(inputs.begin(), inputs.begin() + static_cast<ptrdiff_t>(one.variables));
  Strings outputs;
  for (size_t i = 0; i < one.variables; ++i) outputs.push_back("D" + std::to_string(i));
  model.node("ai.onnx.preview.training", "Gradient", xs, outputs,
             {{"xs", xs}, {"y", std::string("Y")}});
  model.output("Y");
  for (const std::string& output : outputs) model.output(output);
  return model.read(builtin_ops());
}

std::vector<Tensor> run(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> answers;
  auto runner = ReferenceRunner::create(std::make_shared<const Graph>(graph), builtin_ops());
  EXPECT_TRUE(runner.has_value()) << runner.error().to_string();
  if (!runner.has_value()) return answers;
  const std::vector<Value> values(inputs.begin(), inputs.end());
  auto outputs = runner->run(values, {});
  EXPECT_TRUE(outputs.has_value()) << outputs.error().to_string();
  if (!outputs.has_value()) return answers;
  for (const Value& value : *outputs) answers.push_back(*value.tensor());
  return answers;
}

void expect_slopes(const OneStep& one) {
  SCOPED_TRACE(one.op);
  const Result<Graph> graph = model_of(one);
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const std::vector<Tensor> given(one.inputs.begin(),
                                  one.inputs.begin() + static_cast<ptrdiff_t>(one.variables));
  const std::vector<Tensor> answers = run(*graph, given);
  ASSERT_EQ(answers.size(), one.variables + 1);
  for (size_t i = 0; i < one.variables; ++i) {
    ASSERT_EQ(answers[i + 1].shape().to_string(), given[i].shape().to_string());
    for (size_t k = 0; k < static_cast<size_t>(given[i].element_count()); ++k) {
      const auto value_at = [&](double change) {
        std::vector<Tensor> moved = given;
        moved[i] = Tensor::copy_of(given[i].view()).value();
        moved[i].mutable_values<double>()[k] += change;
        double sum = 0;
        const std::vector<Tensor> made = run(*graph, moved);
        for (const double y : made[0].values<double>()) sum += y;
        return sum;
      };
      constexpr double kStep = 1e-5;
      const double slope = (value_at(kStep) - value_at(-kStep)) / (2 * kStep);
      EXPECT_NEAR(answers[i + 1].values<double>()[k], slope, 1e-6 * (1 + std::fabs(slope)))
          << "input " << i << ", element " << k;
    }
  }
}

const Tensor kGrid = doubles_of({0.5, -1.25, 2, 3, -0.75, 1.5}, {2, 3});
const Tensor kPositive = doubles_of({0.5, 1.25, 2, 3, 0.75, 1.5}, {2, 3});
const Tensor kColumn = doubles_of({1.5, -0.5}, {2, 1});
const Tensor kRow = doubles_of({2, 0.5, -3}, {3});

TEST(Gradient, of_two_arguments) {
  for (const char* op : {"Add", "Sub", "Mul", "Div"}) {
    expect_slopes({op, {kGrid, kGrid}, {}, 2});
    expect_slopes({op, {kGrid, kRow}, {}, 2});
    expect_slopes({op, {kRow, kColumn}, {}, 2});
    expect_slopes({op, {Tensor::scalar(2.0), kGrid}, {}, 2});
  }
  expect_slopes({"Pow", {kPositive, kRow}, {}, 2});
  expect_slopes({"MatMul", {kColumn, doubles_of({1, 2, 3}, {1, 3})}, {}, 2});
}

TEST(Gradient, of_one_argument) {
  for (const char* op : {"Identity", "Neg", "Abs", "Exp", "Sin", "Cos", "Tanh", "Sigmoid", "Relu",
                         "Transpose", "Reciprocal"}) {
    expect_slopes({op, {kGrid}});
  }
  for (const char* op : {"Log", "Sqrt"}) expect_slopes({op, {kPositive}});
}

TEST(Gradient, of_what_moves_and_sums) {
  expect_slopes({"Reshape", {kGrid, list_tensor<int64_t>({3, 2})}});
  expect_slopes({"Unsqueeze", {kGrid, list_tensor<int64_t>({1})}});
  expect_slopes({"Squeeze", {kColumn, list_tensor<int64_t>({1})}});
  expect_slopes({"Flatten", {kGrid}});
  expect_slopes(
      {"Transpose", {doubles_of({1, 2, 3, 4, 5, 6}, {1, 2, 3})}, {{"perm", Ints{2, 0, 1}}}});
  expect_slopes({"ReduceSum", {kGrid, list_tensor<int64_t>({1})}, {{"keepdims", int64_t{0}}}});
  expect_slopes({"ReduceSum", {kGrid, list_tensor<int64_t>({0})}});
  expect_slopes({"ReduceSum", {kGrid}, {{"keepdims", int64_t{0}}}});
}

// Y = A * A * B at other values than those of the graph, and the second derivative 2 B.
TEST(Gradient, at_other_values_and_of_itself) {
  TestModel model(22);
  model.model.opset_import.push_back({"ai.onnx.preview.training", 1});
  for (const char* name : {"A", "B", "P"}) model.input(name, type_of(DType::kFloat64, {}));
  model.node("", "Mul", {"A", "A"}, {"Q"});
  model.node("", "Mul", {"Q", "B"}, {"Y"});
  const Attributes first = {{"xs", Strings{"A"}}, {"zs", Strings{"B"}}, {"y", std::string("Y")}};
  model.node("ai.onnx.preview.training", "Gradient", {"A", "B"}, {"DA"}, first);
  model.node("ai.onnx.preview.training", "Gradient", {"P", "B"}, {"DP"}, first);
  model.node("ai.onnx.preview.training", "Gradient", {"A", "B"}, {"DDA", "DDB"},
             {{"xs", Strings{"A", "B"}}, {"y", std::string("DA")}});
  model.node("ai.onnx.preview.training", "Gradient", {"Q", "P"}, {"DQ", "NONE"},
             {{"xs", Strings{"Q", "P"}}, {"zs", Strings{}}, {"y", std::string("Y")}});
  for (const char* name : {"DA", "DP", "DDA", "DDB", "DQ", "NONE"}) model.output(name);
  const Result<Graph> graph = model.read(builtin_ops());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const std::vector<Tensor> answers =
      run(*graph, {Tensor::scalar(3.0), Tensor::scalar(5.0), Tensor::scalar(7.0)});
  const double want[] = {30, 70, 10, 6, 5, 0};
  ASSERT_EQ(answers.size(), std::size(want));
  for (size_t i = 0; i < std::size(want); ++i) {
    EXPECT_EQ(answers[i].values<double>()[0], want[i]) << i;
  }
}

}  // namespace
}  // namespace tundish
