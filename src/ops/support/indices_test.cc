#include "ops/support/indices.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using testing::expect_error;

TEST(Indices, are_checked_in_either_type) {
  const Tensor wide = testing::vector<int64_t>({0, -3, 2});
  EXPECT_TRUE(check_indices(wide.view(), 3, 1).has_value());
  expect_error(check_indices(wide.view(), 2, 1), ErrorCode::kInvalidArgument,
               "input 1: index -3 outside [-2, 2)");
  const Tensor narrow = testing::vector<int32_t>({5});
  expect_error(check_indices(narrow.view(), 5, 2, ErrorCode::kInvalidModel),
               ErrorCode::kInvalidModel, "input 2: index 5 outside [-5, 5)");
  EXPECT_TRUE(check_indices(testing::vector<int32_t>({}).view(), 0, 1).has_value());
}

TEST(Indices, tuples_name_slices) {
  const Tensor indices = testing::tensor<int64_t>({0, 1, -1, 2}, {2, 2});
  const Result<IndexTuples> read = read_tuples({4, 2, 3, 5}, 1, indices.view(), 1);
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(read.value().count, 2);
  EXPECT_EQ(read.value().slice, 5);
  EXPECT_EQ(read.value().offset(0), 5);
  EXPECT_EQ(read.value().offset(1), 25);
  expect_error(read_tuples({4, 2}, 1, indices.view(), 1), ErrorCode::kInvalidArgument,
               "tuples of 2 indices into shape [4, 2] without batch axes");
  expect_error(read_tuples({1, 2}, 0, indices.view(), 3), ErrorCode::kInvalidArgument,
               "input 3: tuple 1, axis 1: index 2 outside [-2, 2)");
  expect_error(read_tuples({1, 2}, 0, Tensor::scalar(int64_t{0}).view(), 1),
               ErrorCode::kInvalidArgument, "input 1 is a scalar");
}

}  // namespace
}  // namespace tundish::ops
