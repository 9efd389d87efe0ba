#include "kernels/winograd.h"

#include <gtest/gtest.h>

#include "kernels/conv_testing.h"

namespace tundish::kernels {
namespace {
using namespace testing;

ConvWorkers workers_of(Isa isa) { return {table_for(isa).gemm, table_for(isa).conv}; }

struct Answer {
  std::vector<float> y;
  bool finite = true;
};

Answer run(const ConvWorkers& workers, const Image& image, const WinogradPlan& plan, size_t calls,
           const GemmEpilogue& more = {}) {
  Answer answer;
  ConvTensors tensors = tensors_of(image, answer.y);
  std::vector<float> weights(winograd_weight_count(image.shape));
  winograd_weights(workers, image.shape, image.weights.data(), weights.data());
  tensors.packed = weights.data();
  tensors.epilogue.residual = more.residual;
  tensors.epilogue.activation = more.activation;
  Memory shared(plan.shared_bytes);
  Memory own(plan.unit_bytes);
  begin_winograd(plan, shared.get());
  if (!plan.layout.direct) {
    lay_out_winograd(workers, plan, image.x.data(), shared.get(), 0, plan.shape.inputs());
  }
  for (size_t unit = 0; unit < plan.units; ++unit) {
    for (const WinogradStage stage : kWinogradStages) {
      const size_t items = winograd_items(plan, stage);
      for (size_t i = 0; i < calls; ++i) {
        answer.finite &= run_winograd(workers, plan, tensors, shared.get(), own.get(), unit, stage,
                                      items * i / calls, items * (i + 1) / calls);
      }
    }
  }
  if (!winograd_finishes(tensors.epilogue)) {
    finish_winograd(workers, plan, tensors, 0, image.shape.outputs());
  }
  return answer;
}

// 1.5e-5 of the greatest answer; the plain sums stay within 2e-6.
void expect_close(const std::vector<float>& y, const std::vector<double>& want) {
  double most = 0;
  for (const double value : want) most = std::max(most, std::abs(value));
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(y[i]), want[i], 1.5e-5 * most) << "element " << i;
  }
}

constexpr Case kCases[] = {
    {1, 32, 32, 56, 56, 3, 3, 1, 1, 1},
    {1, 40, 24, 17, 30, 3, 3, 1, 1, 0},
    {2, 64, 72, 14, 14, 3, 3, 1, 1, 1},
    {1, 64, 130, 13, 13, 3, 3, 1, 1, 2},
};

TEST(Winograd, follows_the_definition) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(::testing::Message() << c);
    const Image image(c);
    for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
      if (!isa_available(isa)) continue;
      SCOPED_TRACE(isa_name(isa));
      const ConvWorkers workers = workers_of(isa);
      WinogradPlan one, many;
      ASSERT_TRUE(plan_winograd(workers, image.shape, 1, &one));
      ASSERT_TRUE(plan_winograd(workers, image.shape, 4, &many));
      const Answer answer = run(workers, image, one, 1);
      EXPECT_TRUE(answer.finite);
      expect_close(answer.y, image.want);
      EXPECT_EQ(answer.y, run(workers, image, many, 3).y);
    }
  }
}

TEST(Winograd, finishes_afterwards_what_tiles_cannot) {
  const Image image(kCases[1]);
  const ConvWorkers workers = workers_of(detect_isa());
  WinogradPlan plan;
  ASSERT_TRUE(plan_winograd(workers, image.shape, 1, &plan));
  GemmEpilogue relu;
  relu.activation = Activation::kRelu;
  std::vector<double> want = image.want;
  for (double& value : want) value = std::max(value, 0.0);
  expect_close(run(workers, image, plan, 1, relu).y, want);
  relu.residual = image.residual.data();
  for (size_t i = 0; i < want.size(); ++i) {
    want[i] = std::max(0.0, image.want[i] + static_cast<double>(image.residual[i]));
  }
  expect_close(run(workers, image, plan, 1, relu).y, want);
}

TEST(Winograd, says_where_a_sum_is_not_finite) {
  Image image(kCases[1]);
  const ConvWorkers workers = workers_of(detect_isa());
  WinogradPlan plan;
  ASSERT_TRUE(plan_winograd(workers, image.shape, 1, &plan));
  const float known = image.x[100];
  image.x[100] = __builtin_inff();
  EXPECT_FALSE(run(workers, image, plan, 1).finite);
  image.x[100] = 3e38f;
  EXPECT_FALSE(run(workers, image, plan, 1).finite);
  image.x[100] = known;
  EXPECT_TRUE(run(workers, image, plan, 1).finite);
}

TEST(Winograd, is_for_kernels_of_three_by_three) {
  const ConvWorkers workers = workers_of(detect_isa());
  WinogradPlan plan;
  EXPECT_FALSE(plan_winograd(workers, geometry_of({1, 64, 64, 56, 56, 3, 3, 2, 1, 1}), 1, &plan));
  EXPECT_FALSE(plan_winograd(workers, geometry_of({1, 64, 64, 56, 56, 3, 3, 1, 2, 1}), 1, &plan));
  EXPECT_FALSE(plan_winograd(workers, geometry_of({1, 64, 64, 56, 56, 5, 5, 1, 1, 1}), 1, &plan));
  EXPECT_FALSE(plan_winograd(workers, geometry_of({1, 3, 64, 56, 56, 3, 3, 1, 1, 1}), 1, &plan));
}

}  // namespace
}  // namespace tundish::kernels
