#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall lp(Tensor x, int64_t p, int64_t axis) {
  return {"LpNormalization", {std::move(x)}, {{"p", p}, {"axis", axis}}};
}

TEST(LpNormalization, divides_by_the_norm) {
  const Tensor x = tensor<float>({3, -4, 0, 0}, {2, 2});
  expect_close(run_op({"LpNormalization", {x}}), {2, 2}, {0.6, -0.8, 0, 0});
  expect_close(run_op(lp(x, 1, 1)), {2, 2}, {3 / 7.0, -4 / 7.0, 0, 0});
  expect_close(run_op(lp(x, 2, 0)), {2, 2}, {1, -1, 0, 0});
  expect_close(run_op(lp(halves<Bfloat16>({3, 4}, {2}), 2, -1)), {2}, {0.6, 0.8}, 1e-2);
  expect_close(run_op(lp(tensor<double>({}, {0, 2}), 2, 0)), {0, 2}, {});
}

TEST(LpNormalization, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{90, 1000}).value();
  for (int64_t i = 0; i < x.element_count(); ++i) {
    x.mutable_values<float>()[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  }
  for (const int64_t axis : {0, 1}) {
    OpCall call = lp(x, 2, axis);
    const Tensor one = run_op(call).value();
    call.thread_count = 3;
    EXPECT_TRUE(same_bits(one, run_op(call).value()));
  }
}

TEST(LpNormalization, refusals) {
  const Tensor x = vector<float>({1});
  expect_refused(lp(x, 3, 0), "p is 3, not 1 or 2");
  expect_refused(lp(x, 2, 1), "axis 1 outside [-1, 1)");
  expect_fails_to_run(lp(x, 2, -2), "axis -2 outside");
  expect_refused(lp(vector<int64_t>({1}), 2, 0), "int64 is not allowed");
  EXPECT_EQ(traits_of("LpNormalization"), "pi");
}

}  // namespace
}  // namespace tundish
