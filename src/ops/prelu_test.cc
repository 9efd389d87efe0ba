#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(PRelu, scales_what_is_negative) {
  const Tensor x = tensor<double>({-1, 2, -3, kNan, -kInf, 0}, {2, 3});
  expect_values<double>(run_op({"PRelu", {x, vector<double>({0.5, 9, 2})}}), {2, 3},
                        {-0.5, 2, -6, kNan, -kInf, 0});
  expect_values<double>(run_op({"PRelu", {x, tensor<double>({1, 2}, {2, 1})}}), {2, 3},
                        {-1, 2, -3, kNan, -kInf, 0});
  expect_values<double>(run_op({"PRelu", {tensor<double>({}, {0, 3}), Tensor::scalar(1.0)}}),
                        {0, 3}, {});
}

TEST(PRelu, takes_integers_and_halves) {
  expect_values<int32_t>(run_op({"PRelu", {vector<int32_t>({-2, 3}), vector<int32_t>({5})}}), {2},
                         {-10, 3});
  expect_values<int32_t>(run_op({"PRelu", {vector<int32_t>({INT32_MIN}), vector<int32_t>({2})}}),
                         {1}, {0});
  expect_values<uint32_t>(run_op({"PRelu", {vector<uint32_t>({7}), vector<uint32_t>({5})}}), {1},
                          {7});
  expect_halves<Float16>(run_op({"PRelu", {halves<Float16>({-2, 2}), halves<Float16>({0.25F})}}),
                         {-0.5F, 2});
}

TEST(PRelu, broadcasts_one_way) {
  const Tensor x = vector<double>({1, 2});
  const Tensor wide = tensor<double>({1, 2}, {1, 2});
  expect_refused({"PRelu", {x, wide}}, "slope of float64[1, 2] cannot be broadcast to float64[2]");
  expect_refused({"PRelu", {vector<double>({1}), x}}, "cannot be broadcast to");
  expect_refused({"PRelu", {x, vector<double>({1, 2, 3})}}, "sizes 2 and 3");
  expect_fails_to_run({"PRelu", {vector<double>({1}), x}}, "input 1: slope of shape [2]");
  expect_refused({"PRelu", {x, vector<float>({1})}}, "float64 and float32");
  expect_refused({"PRelu", {vector<int8_t>({1}), vector<int8_t>({1})}}, "int8 is not allowed");
  EXPECT_EQ(inferred({"PRelu", {wide, x}}, {dims({symbol("N"), 2})}), "float64[N, 2]");
}

TEST(PRelu, rises_where_all_slopes_are_positive) {
  const Tensor x = vector<double>({1, 2});
  EXPECT_EQ(direction({"PRelu", {x, vector<double>({0.5, 2})}}, 0), Monotone::kIncreasing);
  EXPECT_EQ(direction({"PRelu", {x, vector<double>({0.5, 0})}}, 0), Monotone::kNo);
  EXPECT_EQ(direction({"PRelu", {x, x}}, 1), Monotone::kNo);
  EXPECT_EQ(traits_of("PRelu"), "peim");
}

}  // namespace
}  // namespace tundish
