#include "ops/support/matmul_shape.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(MatMulShape, plans_matrices_vectors_and_batches) {
  const MatMulPlan flat = plan_matmul({2, 3}, {3, 4}).value();
  EXPECT_EQ(flat.out, (Shape{2, 4}));
  EXPECT_EQ(flat.inner, 3);
  EXPECT_EQ(plan_matmul({3}, {3}).value().out, Shape{});
  EXPECT_EQ(plan_matmul({5, 2, 3}, {3}).value().out, (Shape{5, 2}));
  EXPECT_EQ(plan_matmul({3}, {5, 3, 4}).value().out, (Shape{5, 4}));
  const MatMulPlan batches = plan_matmul({2, 1, 2, 3}, {5, 3, 4}).value();
  EXPECT_EQ(batches.out, (Shape{2, 5, 2, 4}));
  EXPECT_EQ(batches.batch, (Shape{2, 5}));
}

TEST(MatMulShape, one_right_matrix_makes_one_tall_product) {
  const MatMulPlan plan = plan_matmul({5, 2, 3}, {1, 3, 4}).value();
  EXPECT_EQ(plan.rows, 10);
  EXPECT_EQ(plan.batch, Shape{});
  EXPECT_EQ(plan.out, (Shape{5, 2, 4}));
}

TEST(MatMulShape, rejects_what_cannot_be_multiplied) {
  expect_error(plan_matmul({}, {3}), ErrorCode::kInvalidArgument, "scalar");
  expect_error(plan_matmul({2, 3}, {4, 3}), ErrorCode::kInvalidArgument,
               "shapes [2, 3] and [4, 3] cannot be multiplied");
  expect_error(plan_matmul({2, 2, 3}, {3, 3, 4}), ErrorCode::kInvalidArgument, "axis");
}

}  // namespace
}  // namespace tundish::ops
