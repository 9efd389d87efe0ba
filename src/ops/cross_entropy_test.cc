#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr const char* kLikelihood = "NegativeLogLikelihoodLoss";
constexpr const char* kEntropy = "SoftmaxCrossEntropyLoss";

OpCall loss(const char* op, std::vector<Tensor> inputs, const char* reduction,
            std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  attributes.emplace_back("reduction", std::string(reduction));
  return {op, std::move(inputs), std::move(attributes)};
}

// Values of the operator's text: N 2, C 3, d1 2.
const Tensor kLogs = tensor<float>({1, 2, 2, 2, 3, 2, 0, 1, 2, 2, 1, 2}, {2, 3, 2});
const Tensor kClasses = tensor<int64_t>({2, 1, 0, 2}, {2, 2});
const Tensor kWeights = vector<float>({0.2F, 0.3F, 0.1F});

TEST(CrossEntropy, likelihood_is_reduced_as_asked) {
  expect_close(run_op(loss(kLikelihood, {kLogs, kClasses}, "none")), {2, 2}, {-3, -2, 0, -2});
  expect_close(run_op(loss(kLikelihood, {kLogs, kClasses, kWeights}, "sum")), {}, {-1.1});
  expect_close(run_op(loss(kLikelihood, {kLogs, kClasses, kWeights}, "mean")), {}, {-1.1 / 0.7});
  expect_close(run_op(loss(kLikelihood, {kLogs, kClasses}, "mean")), {}, {-1.75});
}

TEST(CrossEntropy, ignored_classes_count_for_nothing) {
  const Tensor classes = tensor<int32_t>({2, -1, 0, 2}, {2, 2});
  expect_close(run_op(loss(kLikelihood, {kLogs, classes}, "mean", {{"ignore_index", int64_t{-1}}})),
               {}, {-5 / 3.0});
  expect_close(run_op(loss(kLikelihood, {kLogs, classes}, "none", {{"ignore_index", int64_t{-1}}})),
               {2, 2}, {-3, 0, 0, -2});
  expect_close(run_op(loss(kLikelihood, {kLogs, classes, kWeights}, "mean",
                           {{"ignore_index", int64_t{-1}}})),
               {}, {-0.5 / 0.4});
  expect_close(
      run_op(loss(kLikelihood, {tensor<float>({}, {0, 3}), tensor<int64_t>({}, {0})}, "mean")), {},
      {std::numeric_limits<double>::quiet_NaN()});
}

TEST(CrossEntropy, softmax_comes_first_and_may_be_shown) {
  const Tensor scores = tensor<double>({0, std::log(3.0), 1000, 0}, {2, 2});
  const Tensor classes = vector<int32_t>({1, 0});
  OpCall call = loss(kEntropy, {scores, classes}, "sum");
  call.output_count = 2;
  const auto outputs = run_all(call);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {}, {-std::log(0.75)});
  expect_close(outputs.value()[1], {2, 2}, {std::log(0.25), std::log(0.75), 0, -1000});
  expect_close(
      run_op(loss(kEntropy, {halves<Float16>({0, 0}, {1, 2}), vector<int64_t>({1})}, "mean")), {},
      {std::log(2.0)}, 1e-3);
}

TEST(CrossEntropy, infers_shapes) {
  OpCall call = loss(kEntropy, {kLogs, kClasses}, "none");
  call.output_count = 2;
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3, 2}), dims({symbol("N"), 2})}),
            "float32[N, 2] float32[N, 3, 2]");
  EXPECT_EQ(inferred(loss(kLikelihood, {kLogs, kClasses}, "sum"), {SymbolicShape()}), "float32[]");
}

TEST(CrossEntropy, refusals) {
  for (const char* op : {kLikelihood, kEntropy}) {
    expect_refused(loss(op, {kLogs, kClasses}, "most"), "reduction \"most\"");
    expect_refused(loss(op, {vector<float>({1}), vector<int64_t>({0})}, "sum"),
                   "at least 2 are needed");
    expect_refused(loss(op, {kLogs, vector<int64_t>({0, 0})}, "sum"), "classes of shape [2]");
    expect_fails_to_run(loss(op, {kLogs, vector<int64_t>({0, 0})}, "sum"), "classes of shape [2]");
    expect_fails_to_run(loss(op, {kLogs, kClasses, vector<float>({1})}, "sum"),
                        "weights of shape [1] for 3 classes");
    const Tensor far = tensor<int64_t>({0, 0, 3, 0}, {2, 2});
    expect_fails_to_run(loss(op, {kLogs, far}, "none"), "class 3 (element 2) of 3 classes");
    expect_refused(loss(op, {kLogs, kLogs}, "sum"), "float32 is not allowed");
  }
}

}  // namespace
}  // namespace tundish
