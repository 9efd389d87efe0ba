#include "ops/support/as_type.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(AsType, converts_only_other_types) {
  Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const Tensor floats = vector<float>({1.5F, -2});
  EXPECT_EQ(as_type<float>(context, floats.view()).value(), floats.data());
  EXPECT_EQ(as_type<double>(context, floats.view()).value()[1], -2.0);
  EXPECT_EQ(as_type<float>(context, vector<int64_t>({7}).view()).value()[0], 7.0F);
  EXPECT_EQ(as_type<float>(context, vector<bool>({true}).view()).value()[0], 1.0F);
  EXPECT_EQ(as_type<double>(context, halves<Float16>({0.5F}, {1}).view()).value()[0], 0.5);
}

TEST(AsType, outputs_leave_in_their_own_type) {
  Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  auto output = typed_output<double>(context, 0, DType::kFloat32, Shape{1}).value();
  output.values[0] = 2.5;
  finish_output(output);
  expect_values<float>(context.results[0], {1}, {2.5F});
  auto half = typed_output<double>(context, 0, DType::kFloat16, Shape{1}).value();
  half.values[0] = 2.5;
  finish_output(half);
  EXPECT_EQ(static_cast<float>(context.results[0].values<Float16>()[0]), 2.5F);
  auto same = typed_output<float>(context, 0, DType::kFloat32, Shape{1}).value();
  same.values[0] = 3;
  finish_output(same);
  expect_values<float>(context.results[0], {1}, {3});
}

}  // namespace
}  // namespace tundish::ops
