#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Det, of_one_and_of_many) {
  expect_near<double>(run_op({"Det", {tensor<double>({1, 2, 3, 4}, {2, 2})}}), {}, {-2}, 1e-15);
  expect_near<float>(
      run_op({"Det", {tensor<float>({0, 1, 1, 0, 2, 0, 0, 3, 1, 2, 2, 4}, {3, 2, 2})}}), {3},
      {-1, 6, 0}, 0);
  expect_near<double>(run_op({"Det", {tensor<double>({2, -1, 0, 4, 3, 5, 1, 1, -2}, {3, 3})}}), {},
                      {-35}, 1e-14);
  expect_values<double>(run_op({"Det", {tensor<double>({-7}, {1, 1})}}), {}, {-7});
  expect_halves<Float16>(
      run_op({"Det", {Tensor(halves<Float16>({1, 2, 3, 4})).reshaped({1, 2, 2})}}), {-2});
}

TEST(Det, has_its_limits) {
  expect_values<double>(run_op({"Det", {tensor<double>({}, {2, 0, 0})}}), {2}, {1, 1});
  expect_values<double>(run_op({"Det", {tensor<double>({}, {0, 2, 2})}}), {0}, {});
  expect_values<double>(run_op({"Det", {tensor<double>({0, 1, kNan, 1}, {2, 2})}}), {}, {kNan});
  expect_near<double>(run_op({"Det", {tensor<double>({kInf, 0, 0, 1}, {2, 2})}}), {}, {kInf}, 0);
}

TEST(Det, rejects_shapes_and_types) {
  expect_refused({"Det", {tensor<double>({1, 2}, {1, 2})}}, "1 x 2 are not square");
  expect_refused({"Det", {vector<double>({1})}}, "rank 1, expected at least 2");
  expect_fails_to_run({"Det", {tensor<double>({1, 2}, {1, 2})}}, "does not end in square matrices");
  expect_refused({"Det", {tensor<int32_t>({1}, {1, 1})}}, "int32 is not allowed");
  const OpCall call{"Det", {tensor<double>({1}, {1, 1, 1})}};
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3, 3})}), "float64[N]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?...]");
  EXPECT_EQ(traits_of("Det"), "p");
}

}  // namespace
}  // namespace tundish
