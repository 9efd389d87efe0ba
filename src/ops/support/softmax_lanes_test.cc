#include "ops/support/softmax_lanes.h"

#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(SoftmaxLanes, strided_lanes_equal_dense_ones) {
  constexpr int64_t kSize = 5;
  constexpr int64_t kInner = 130;
  std::vector<double> x(kSize * kInner);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i)) * 20;
  std::vector<double> y(x.size());
  Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 2);
  for (const SoftmaxKind kind : {SoftmaxKind::kSoftmax, SoftmaxKind::kLogSoftmax}) {
    softmax_lanes(context, kind, {1, kSize, kInner}, x.data(), y.data());
    for (int64_t lane = 0; lane < kInner; ++lane) {
      double in[kSize];
      double out[kSize];
      for (int64_t i = 0; i < kSize; ++i) in[i] = x[static_cast<size_t>(i * kInner + lane)];
      softmax_lanes(context, kind, {1, kSize, 1}, in, out);
      for (int64_t i = 0; i < kSize; ++i) {
        EXPECT_NEAR(y[static_cast<size_t>(i * kInner + lane)], out[i], 1e-13);
      }
    }
  }
}

TEST(SoftmaxLanes, works_in_place_and_on_nothing) {
  float x[] = {0, 0, 1000, 1000};
  Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  softmax_lanes(context, SoftmaxKind::kSoftmax, {2, 2, 1}, x, x);
  for (const float value : x) EXPECT_EQ(value, 0.5F);
  softmax_lanes(context, SoftmaxKind::kSoftmax, {2, 0, 3}, x, x);
  softmax_lanes(context, SoftmaxKind::kSoftmax, {0, 2, 1}, x, x);
}

TEST(SoftmaxLanes, without_a_finite_largest_number_is_nan) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  float x[] = {-kInf, -kInf, kInf, 0, std::nanf(""), 0, -kInf, 0};
  float y[8];
  Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  softmax_lanes(context, SoftmaxKind::kSoftmax, {4, 2, 1}, x, y);
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[2]) && std::isnan(y[4]) && std::isnan(y[5]));
  EXPECT_EQ(y[6], 0.0F);
  EXPECT_EQ(y[7], 1.0F);
}

}  // namespace
}  // namespace tundish::ops
