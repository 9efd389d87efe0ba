#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(Rnn, tanh_is_the_default) {
  const Tensor x = tensor<float>({0.5F}, {1, 1, 1});
  const Tensor one = tensor<float>({1}, {1, 1, 1});
  const OpCall call{"RNN", {x, one, one, tensor<float>({0.25F, 0.5F}, {1, 2})}};
  expect_close(run_op(call), {1, 1, 1, 1}, {std::tanh(1.25)});
}

TEST(Rnn, halves_and_no_steps) {
  const Tensor one = halves<Float16>({1}, {1, 1, 1});
  expect_close(run_op({"RNN", {one, one, one}}), {1, 1, 1, 1}, {std::tanh(1.0)}, 1e-3);
  const Tensor weight = tensor<float>({1}, {1, 1, 1});
  const OpCall none{
      .op = "RNN", .inputs = {tensor<float>({}, {0, 1, 1}), weight, weight}, .output_count = 2};
  const auto outputs = run_all(none);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {0, 1, 1, 1}, {});
  expect_close(outputs.value()[1], {1, 1, 1}, {0});
}

TEST(Rnn, threads_change_nothing) {
  const auto waves = [](const Shape& shape) {
    Tensor made = Tensor::allocate(DType::kFloat32, shape).value();
    for (int64_t i = 0; i < shape.element_count(); ++i) {
      made.mutable_values<float>()[static_cast<size_t>(i)] = std::sin(static_cast<float>(i)) / 8;
    }
    return made;
  };
  OpCall call{"RNN", {waves({3, 70, 130}), waves({1, 130, 130}), waves({1, 130, 130})}};
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(Rnn, refusals) {
  const Tensor one = tensor<float>({1}, {1, 1, 1});
  expect_refused({"RNN", {one, one, tensor<double>({1}, {1, 1, 1})}}, "float32 and float64");
  expect_refused({"RNN", {one, tensor<float>({1, 2}, {1, 2, 1}), one}}, "input 1 of shape");
  expect_refused({"RNN", {one, one}}, "expected 3 to 6 inputs");
}

}  // namespace
}  // namespace tundish
