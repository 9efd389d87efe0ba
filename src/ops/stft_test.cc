#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall stft(Tensor x, std::vector<Tensor> more, int64_t onesided = 1) {
  OpCall call{"STFT", {std::move(x)}, {{"onesided", onesided}}};
  for (Tensor& input : more) call.inputs.push_back(std::move(input));
  return call;
}
Tensor number(int64_t value) { return Tensor::scalar(value); }
Tensor signal() { return tensor<double>({1, 2, 3, 4, 5, 6}, {1, 6, 1}); }
void expect_near(const Result<Tensor>& got, const Shape& shape, const std::vector<double>& want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().shape().to_string(), shape.to_string());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.value().values<double>()[i], want[i], 1e-14) << i;
  }
}

// Values of numpy.fft over the frames.
TEST(Stft, transforms_frames) {
  expect_near(run_op(stft(signal(), {number(2), Tensor(), number(4)})), {1, 2, 3, 2},
              {10, 0, -2, 2, -2, 0, 18, 0, -2, 2, -2, 0});
  expect_near(run_op(stft(signal(), {number(3), Tensor(), number(2)}, 0)), {1, 2, 2, 2},
              {3, 0, -1, 0, 9, 0, -1, 0});
  expect_near(run_op(stft(signal(), {number(1)})), {1, 1, 4, 2},
              {21, 0, -3, 3 * std::sqrt(3), -3, std::sqrt(3), -3, 0});
}

TEST(Stft, weighs_frames) {
  const Tensor window = vector<double>({0.5, 1});
  expect_near(run_op(stft(signal(), {number(4), window})), {1, 2, 2, 2},
              {2.5, 0, -1.5, 0, 8.5, 0, -3.5, 0});
  // A window of other length than the frame: what it does not cover is zero.
  expect_near(run_op(stft(signal(), {number(3), window, number(3)})), {1, 2, 2, 2},
              {2.5, 0, -0.5, -std::sqrt(3), 7, 0, -0.5, -2.5 * std::sqrt(3)});
}

TEST(Stft, takes_complex_signals_and_batches) {
  const Tensor complex = tensor<double>({1, 1, 2, -1}, {1, 2, 2});
  expect_near(run_op(stft(complex, {number(1), Tensor(), number(2)}, 0)), {1, 1, 2, 2},
              {3, 0, -1, 2});
  OpCall plain = stft(tensor<double>({1, 2, 3, 4}, {2, 2}), {number(1), Tensor(), number(2)});
  plain.thread_count = 2;
  expect_near(run_op(plain), {2, 1, 2, 2}, {3, 0, -1, 0, 7, 0, -1, 0});
}

TEST(Stft, infers_shapes) {
  const OpCall call = stft(signal(), {number(2), Tensor(), number(4)});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 6, 1})}), "float64[N, 2, 3, 2]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("L"), 1})}), "float64[N, ?, 3, 2]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?, ?, 3, 2]");
}

TEST(Stft, rejects_frames) {
  const auto refuse = [](const OpCall& call, std::string_view part) {
    expect_refused(call, part);
    expect_fails_to_run(call, part);
  };
  refuse(stft(signal(), {number(0), Tensor(), number(4)}), "a step of 0");
  refuse(stft(signal(), {number(1), Tensor(), number(7)}), "frames of 7 of a signal of 6");
  refuse(stft(signal(), {number(1), Tensor(), number(0)}), "frames of 0");
  refuse(stft(tensor<double>({1, 2}, {1, 1, 2}), {number(1)}), "real signals only");
  refuse(stft(vector<double>({1}), {number(1)}), "expected a signal");
  refuse(stft(signal(), {number(1), tensor<double>({1}, {1, 1})}), "input 2: expected one axis");
  expect_refused(stft(signal(), {Tensor(), vector<double>({1})}), "input 1 is left out");
  expect_refused(stft(signal(), {number(1), vector<float>({1})}), "differ in element type");
  expect_refused(stft(Tensor::scalar(1.0), {number(1), vector<double>({1})}), "expected a signal");
}

}  // namespace
}  // namespace tundish
