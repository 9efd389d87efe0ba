#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall call(const char* op, std::vector<Tensor> inputs) {
  return {.op = op, .inputs = std::move(inputs), .attributes = {}, .domain = "com.microsoft"};
}

// Expected values are ONNX Runtime 1.31.1's.
template <class T> void check_values() {
  const Tensor x = tensor<T>({-3, -1, 0, T(0.5), 2, 7}, {2, 3});
  const Tensor bias = vector<T>({1, -1, T(0.5)});
  const Shape shape{2, 3};
  expect_close(run_op(call("BiasGelu", {x, bias})), shape,
               {-0.04550028, -0.04550028, 0.34573123, 1.3997892, 0.8413447, 7.5});
  expect_close(run_op(call("FastGelu", {x, bias})), shape,
               {-0.04540235, -0.04540235, 0.345714, 1.3995715, 0.841192, 7.5});
  expect_close(run_op(call("FastGelu", {x})), shape,
               {-3.6375225e-03, -1.5880796e-01, 0, 3.4571400e-01, 1.9545977, 7});
  expect_close(run_op(call("Gelu", {x})), shape,
               {-4.0496886e-03, -1.5865526e-01, 0, 3.4573123e-01, 1.9544997, 7});
  expect_close(run_op(call("QuickGelu", {x})), shape,
               {-0.01807129, -0.15420422, 0, 0.3503884, 1.9356587, 6.9999523});
  OpCall gentle = call("QuickGelu", {x});
  gentle.attributes = {{"alpha", 0.5F}};
  expect_close(run_op(gentle), shape,
               {-0.5472767, -0.3775407, 0, 0.28108823, 1.4621172, 6.7948146});
}

TEST(MicrosoftGelu, values) {
  check_values<float>();
  check_values<double>();
}

TEST(MicrosoftGelu, threads_pieces_and_halves) {
  std::vector<float> values(150 * 1030);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1001) / 100 - 5;
  const Tensor x = Tensor::of(std::span<const float>(values), Shape{150, 1030});
  for (const char* op : {"FastGelu", "QuickGelu", "Gelu"}) {
    OpCall one = call(op, {x});
    OpCall two = one;
    two.thread_count = 2;
    EXPECT_TRUE(same_bits(run_op(one).value(), run_op(two).value())) << op;
  }
  const auto half =
      run_op(call("BiasGelu", {halves<Float16>({1, 2}, {1, 2}), halves<Float16>({0, 1}, {2})}));
  EXPECT_EQ(half.value().dtype(), DType::kFloat16);
  expect_close(half, {1, 2}, {0.8413447, 2.99595}, 1e-3);
}

TEST(MicrosoftGelu, nothing_and_refusals) {
  const Tensor none = tensor<float>({}, {0, 2});
  expect_values<float>(run_op(call("FastGelu", {none, vector<float>({1, 2})})), {0, 2}, {});
  expect_values<float>(run_op(call("QuickGelu", {none})), {0, 2}, {});
  const Tensor x = tensor<float>({1, 2}, {1, 2});
  expect_refused(call("BiasGelu", {x, vector<float>({1})}), "bias of shape [1]");
  expect_refused(call("BiasGelu", {x, vector<double>({1, 2})}), "float64");
  expect_fails_to_run(call("FastGelu", {x, vector<float>({1, 2, 3})}), "bias of shape [3]");
}

}  // namespace
}  // namespace tundish
