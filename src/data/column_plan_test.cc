#include "data/column_plan.h"

#include <gtest/gtest.h>

#include "data/data_for_test.h"

namespace tundish {
namespace {

using data_test::column_contract;
using data_test::contains;
using data_test::matrix_contract;
using Strings = std::vector<std::string>;

bool is_header(const Strings& cells, const DataContract& contract,
               const ReadOptions& options = {}) {
  return looks_like_header(cells, contract, options);
}

TEST(ColumnPlan, detects_headers) {
  const DataContract numbers = matrix_contract({}, 2);
  EXPECT_TRUE(is_header({"a", "b"}, numbers));
  EXPECT_TRUE(is_header({"", "b"}, numbers));
  EXPECT_FALSE(is_header({"1", "b"}, numbers));
  EXPECT_FALSE(is_header({"", "NA"}, numbers));
  const DataContract named = matrix_contract({"1", "2"});
  EXPECT_TRUE(is_header({"1", "2"}, named));
  const DataContract words = column_contract({{"s", DType::kString}});
  EXPECT_FALSE(is_header({"x"}, words));
  EXPECT_TRUE(is_header({"s"}, words));
  EXPECT_TRUE(is_header({"1"}, numbers, {.keep = {"id"}}));
}

TEST(ColumnPlan, spreads_columns_over_inputs) {
  const DataContract contract = column_contract({{"a", DType::kFloat64}, {"b", DType::kString}});
  const Strings names = {"b", "a"};
  Result<ColumnPlan> plan = plan_columns(contract, {}, names, 2);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->slots[0].input, 1);
  EXPECT_EQ(plan->slots[1].input, 0);
  EXPECT_EQ(plan->widths, (std::vector<int64_t>{1, 1}));
}

TEST(ColumnPlan, leaves_kept_columns_out_of_positions) {
  const Strings names = {"id", "x", "y"};
  Result<ColumnPlan> plan = plan_columns(matrix_contract({}, 2), {.keep = {"id"}}, names, 3);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->slots[0].kept, 0);
  EXPECT_EQ(plan->slots[0].input, -1);
  EXPECT_EQ(plan->slots[2].column, 1U);
  Result<ColumnPlan> wide = plan_columns(matrix_contract({}, 1), {.keep = {"id"}}, names, 3);
  ASSERT_FALSE(wide);
  contains(wide.error().to_string(), "has 2 beside 1 kept; surplus: \"y\"");
  EXPECT_FALSE(plan_columns(matrix_contract({}, 1), {.keep = {"id"}}, {}, 1));
}

TEST(ColumnPlan, wants_declared_widths_for_several_inputs) {
  DataContract contract = matrix_contract({});
  contract.inputs.push_back(contract.inputs[0]);
  EXPECT_EQ(plan_columns(contract, {}, {}, 2).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace tundish
