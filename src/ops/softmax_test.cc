#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall softmax(const char* op, Tensor x, int64_t axis) {
  return {.op = op, .inputs = {std::move(x)}, .attributes = {{"axis", axis}}};
}

const double kA = 1 / (1 + std::exp(1.0));

TEST(Softmax, normalises_along_one_axis) {
  const Tensor x = tensor<float>({0, 1, 1000, 1001}, {2, 2});
  expect_close(run_op({"Softmax", {x}}), {2, 2}, {kA, 1 - kA, kA, 1 - kA});
  expect_close(run_op(softmax("Softmax", x, 0)), {2, 2}, {0, 0, 1, 1});
  expect_close(run_op(softmax("LogSoftmax", x, 1)), {2, 2},
               {std::log(kA), std::log(1 - kA), std::log(kA), std::log(1 - kA)});
  expect_close(run_op(softmax("LogSoftmax", x, -2)), {2, 2}, {-1000, -1000, 0, 0});
}

TEST(Softmax, types_and_nothing) {
  expect_close(run_op({"Softmax", {vector<double>({0, 1})}}), {2}, {kA, 1 - kA}, 1e-14);
  const Result<Tensor> half = run_op({"Softmax", {halves<Float16>({0, 1}, {2})}});
  EXPECT_EQ(half.value().dtype(), DType::kFloat16);
  expect_close(half, {2}, {kA, 1 - kA}, 1e-3);
  expect_close(run_op({"LogSoftmax", {halves<Bfloat16>({0, 0}, {2})}}), {2}, {-0.69, -0.69}, 1e-2);
  expect_values<float>(run_op(softmax("Softmax", tensor<float>({}, {0, 3}), 0)), {0, 3}, {});
}

TEST(Softmax, refusals) {
  const Tensor x = vector<float>({1});
  for (const char* op : {"Softmax", "LogSoftmax"}) {
    expect_refused(softmax(op, x, 1), "axis 1 outside [-1, 1)");
    expect_fails_to_run(softmax(op, x, -2), "axis -2 outside [-1, 1)");
    expect_refused({op, {Tensor::scalar(1.0F)}}, "outside [0, 0)");
    expect_refused({op, {vector<int32_t>({1})}}, "int32 is not allowed");
    EXPECT_EQ(traits_of(op), "pi");
  }
}

}  // namespace
}  // namespace tundish
