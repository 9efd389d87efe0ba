#include "ops/support/dynamic_range.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

DynamicRange range_of(std::vector<float> x, int threads = 1) {
  const Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), threads);
  return dynamic_range(context, x.data(), static_cast<int64_t>(x.size())).value();
}

TEST(DynamicRange, holds_zero) {
  EXPECT_EQ(range_of({1, 51}).scale, 0.2F);
  EXPECT_EQ(range_of({1, 51}).zero_point, 0);
  EXPECT_EQ(range_of({-51}).zero_point, 255);
  EXPECT_EQ(range_of({}).scale, 1 / 255.0F);
}

TEST(DynamicRange, does_not_depend_on_threads) {
  std::vector<float> x(200000, 1);
  x[199999] = -3;
  EXPECT_EQ(range_of(x, 1).scale, range_of(x, 2).scale);
  EXPECT_EQ(range_of(x, 2).zero_point, 191);
}

}  // namespace
}  // namespace tundish::ops
