#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall mvn(Tensor x, std::vector<int64_t> axes) {
  return {"MeanVarianceNormalization", {std::move(x)}, {{"axes", std::move(axes)}}};
}

TEST(MeanVarianceNormalization, over_any_axes) {
  const Tensor x = tensor<double>({1, 3, 10, 30}, {2, 2});
  expect_close(run_op(mvn(x, {1})), {2, 2}, {-1, 1, -1, 1}, 1e-8);
  expect_close(run_op(mvn(x, {-2})), {2, 2}, {-1, -1, 1, 1}, 1e-8);
  const double s = std::sqrt(131.5);
  expect_close(run_op(mvn(x, {0, 1})), {2, 2}, {-10 / s, -8 / s, -1 / s, 19 / s}, 1e-8);
  expect_close(run_op({"MeanVarianceNormalization", {x.reshaped({2, 2, 1, 1})}}), {2, 2, 1, 1},
               {-1, -1, 1, 1}, 1e-8);
  expect_close(run_op(mvn(halves<Float16>({1, 3}, {2}), {0})), {2}, {-1, 1});
  expect_close(run_op(mvn(vector<float>({7, 7}), {0})), {2}, {0, 0});
  expect_close(run_op(mvn(tensor<float>({}, {0, 1}), {0})), {0, 1}, {});
}

TEST(MeanVarianceNormalization, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{300, 1000}).value();
  for (int64_t i = 0; i < x.element_count(); ++i) {
    x.mutable_values<float>()[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  }
  OpCall call = mvn(x, {0});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(MeanVarianceNormalization, refusals) {
  const Tensor x = vector<float>({1, 2});
  expect_refused({"MeanVarianceNormalization", {x}}, "axis 2 outside [-1, 1)");
  expect_fails_to_run(mvn(x, {-2}), "axis -2 outside [-1, 1)");
  expect_refused(mvn(vector<int32_t>({1}), {0}), "int32 is not allowed");
}

}  // namespace
}  // namespace tundish
