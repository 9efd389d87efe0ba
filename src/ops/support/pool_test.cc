#include "ops/support/pool.h"

#include "ops/support/testing_images.h"

namespace tundish::ops {
namespace {
using namespace testing;

struct CountTaps {
  using Sum = double;
  double start() const { return 0; }
  static double step(double sum, double) { return sum + 1; }
  double finish(double sum, int64_t taps) const {
    EXPECT_EQ(sum, static_cast<double>(taps));
    return sum;
  }
};

TEST(Pool, sees_each_tap_once) {
  const Tensor x = noise<float>({1, 600}, 1);
  Pool pool;
  pool.planes = 1;
  for (const AxisWindow axis :
       {AxisWindow{5, 1, 1, 3, 2}, AxisWindow{3, 2, 7, 9, 9}, AxisWindow{2, 700, 600, 100, 900}}) {
    WindowSpec spec;
    spec.rank = 1;
    spec.axes[0] = axis;
    pool.plan = plan_windows(spec, std::array<int64_t, 1>{600}, ErrorCode::kInternal).value();
    const int64_t count = pool.plan.out[0];
    Tensor out = Tensor::allocate(DType::kFloat32, {count}).value();
    Node node;
    TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
    pool_planes(context, pool, CountTaps(), x.values<float>().data(),
                out.mutable_values<float>().data());
    for (int64_t i = 0; i < count; ++i) {
      EXPECT_EQ(out.values<float>()[static_cast<size_t>(i)],
                static_cast<float>(taps_inside(axis, 600, i).count()));
    }
  }
}

TEST(Pool, gives_threads_enough_to_do) {
  WindowPlan plan;
  plan.rank = 1;
  plan.in[0] = plan.out[0] = 1000;
  plan.axes[0].kernel = 5;
  EXPECT_EQ(pool_grain(plan), 5);
  plan.axes[0].kernel = 1000;
  EXPECT_EQ(pool_grain(plan), 1);
}

}  // namespace
}  // namespace tundish::ops
