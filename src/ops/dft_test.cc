#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall dft(Tensor x, Attributes attributes, std::vector<Tensor> more = {}) {
  OpCall call{"DFT", {std::move(x)}, std::move(attributes)};
  for (Tensor& input : more) call.inputs.push_back(std::move(input));
  return call;
}
Tensor number(int64_t value) { return Tensor::scalar(value); }
const std::pair<std::string, Attribute> kInverse{"inverse", int64_t{1}};
const std::pair<std::string, Attribute> kOnesided{"onesided", int64_t{1}};

void expect_near(const Result<Tensor>& got, const Shape& shape, const std::vector<double>& want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().shape().to_string(), shape.to_string());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.value().values<double>()[i], want[i], 1e-14) << i;
  }
}
Tensor ramp() { return tensor<double>({1, 2, 3, 4}, {4, 1}); }

// Values of numpy.fft.
TEST(Dft, transforms_real_signals) {
  expect_near(run_op(dft(ramp(), {})), {4, 2}, {10, 0, -2, 2, -2, 0, -2, -2});
  expect_near(run_op(dft(ramp(), {kOnesided})), {3, 2}, {10, 0, -2, 2, -2, 0});
  expect_near(run_op(dft(ramp(), {}, {number(2)})), {2, 2}, {3, 0, -1, 0});
  expect_near(
      run_op(dft(ramp(), {kOnesided}, {number(5)})), {3, 2},
      {10, 0, -4.0450849718747373, -1.3143277802978344, 1.5450849718747373, -2.1266270208801});
}

TEST(Dft, inverts) {
  const Tensor bins = tensor<double>({10, 0, -2, 2, -2, 0, -2, -2}, {4, 2});
  expect_near(run_op(dft(bins, {kInverse})), {4, 2}, {1, 0, 2, 0, 3, 0, 4, 0});
  const Tensor half = tensor<double>({10, 0, -2, 2, -2, 0}, {3, 2});
  expect_near(run_op(dft(half, {kInverse, kOnesided})), {4, 1}, {1, 2, 3, 4});
  // numpy.fft.irfft([10, -2 + 2j, -2], 5) and (..., 2): bins are added and cut.
  expect_near(run_op(dft(half, {kInverse, kOnesided}, {number(5)})), {5, 1},
              {0.4, 1.6391547869638772, 1.9297717981660214, 2.870228201833979, 3.160845213036123});
  expect_near(run_op(dft(half, {kInverse, kOnesided}, {number(2)})), {2, 1}, {4, 6});
  const Tensor real = tensor<double>({4, 8}, {2, 1});
  expect_near(run_op(dft(real, {kInverse})), {2, 2}, {6, 0, -2, 0});
}

TEST(Dft, goes_along_any_axis) {
  const Tensor x = tensor<double>({1, 2, 3, 4}, {1, 2, 2, 1});
  expect_near(run_op(dft(x, {}, {Tensor(), number(1)})), {1, 2, 2, 2}, {4, 0, 6, 0, -2, 0, -2, 0});
  expect_near(run_op(dft(x, {}, {Tensor(), number(-3)})), {1, 2, 2, 2}, {4, 0, 6, 0, -2, 0, -2, 0});
  expect_near(run_op(dft(x, {})), {1, 2, 2, 2}, {3, 0, -1, 0, 7, 0, -1, 0});
  const Tensor complex = tensor<double>({1, 1, 2, -1}, {1, 2, 2});
  expect_near(run_op(dft(complex, {})), {1, 2, 2}, {3, 0, -1, 2});
  OpCall threads = dft(tensor<double>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 4, 1}), {});
  threads.thread_count = 3;
  expect_near(run_op(threads), {2, 4, 2},
              {10, 0, -2, 2, -2, 0, -2, -2, 26, 0, -2, 2, -2, 0, -2, -2});
}

TEST(Dft, computes_every_float_in_double) {
  const Result<Tensor> single = run_op(dft(tensor<float>({1, 2, 3}, {3, 1}), {}));
  EXPECT_EQ(single.value().values<float>()[3], static_cast<float>(std::sqrt(0.75)));
  const Result<Tensor> half =
      run_op(dft(tensor<Float16>({Float16(1.0F), Float16(2.0F)}, {2, 1}), {}));
  EXPECT_EQ(static_cast<float>(half.value().values<Float16>()[2]), -1);
}

TEST(Dft, infers_shapes) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {1, 4, 1});
  EXPECT_EQ(inferred(dft(x, {}), {dims({symbol("N"), 4, 1})}), "float32[N, 4, 2]");
  EXPECT_EQ(inferred(dft(x, {}), {dims({symbol("N"), symbol("L"), 1})}), "float32[N, L, 2]");
  EXPECT_EQ(inferred(dft(x, {kOnesided}), {dims({symbol("N"), symbol("L"), 1})}),
            "float32[N, ?, 2]");
  EXPECT_EQ(inferred(dft(x, {kOnesided}, {number(7)}), {dims({symbol("N"), symbol("L"), 1})}),
            "float32[N, 4, 2]");
}

TEST(Dft, rejects_shapes_and_lengths) {
  expect_refused(dft(tensor<float>({1, 2, 3}, {1, 3}), {}), "last axis has size 3");
  expect_refused(dft(vector<float>({1}), {}), "at least two axes");
  expect_fails_to_run(dft(vector<float>({1}), {}), "at least two axes");
  expect_refused(dft(ramp(), {}, {Tensor(), number(1)}), "holds the parts of a number");
  expect_refused(dft(ramp(), {}, {Tensor(), number(-3)}), "axis -3");
  expect_refused(dft(ramp(), {}, {number(0)}), "a length of 0");
  expect_fails_to_run(dft(ramp(), {}, {number(0)}), "length 0");
  expect_fails_to_run(dft(tensor<float>({}, {0, 1}), {}), "length 0");
  expect_refused(dft(ramp(), {}, {vector<int64_t>({1, 2})}), "expected one integer");
  expect_refused(dft(ramp(), {kInverse, kOnesided}), "complex numbers only");
  const OpCall both = dft(tensor<float>({1, 2}, {1, 2}), {kOnesided});
  expect_refused(both, "real numbers only");
  expect_fails_to_run(both, "real numbers only");
  expect_refused(dft(tensor<int32_t>({1}, {1, 1}), {}), "int32 is not allowed");
}

}  // namespace
}  // namespace tundish
