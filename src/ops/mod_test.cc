#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

OpCall mod(Tensor a, Tensor b, int64_t fmod = 0) {
  return {"Mod", {std::move(a), std::move(b)}, {{"fmod", fmod}}};
}

TEST(Mod, has_the_sign_of_the_divisor) {
  const Tensor a = vector<int32_t>({-4, 7, 5, 4, -7, 8, 6});
  const Tensor b = vector<int32_t>({2, -3, 8, -2, 3, 5, -3});
  expect_values<int32_t>(run_op(mod(a, b)), {7}, {0, -2, 5, 0, 2, 3, 0});
  expect_values<int32_t>(run_op(mod(a, b, 1)), {7}, {0, 1, 5, 0, -1, 3, 0});
  expect_values<uint8_t>(run_op(mod(vector<uint8_t>({250, 7}), vector<uint8_t>({7}))), {2}, {5, 0});
  expect_values<int64_t>(run_op(mod(vector<int64_t>({INT64_MIN}), vector<int64_t>({-1}))), {1},
                         {0});
  expect_values<int8_t>(run_op(mod(vector<int8_t>({-128, -128}), vector<int8_t>({-1, 127}))), {2},
                        {0, 126});
}

TEST(Mod, of_reals_has_the_sign_of_the_dividend) {
  const Tensor a = vector<double>({-4.25, 7.5, kInf, 1, 5, kNan, -0.0});
  const Tensor b = vector<double>({2, -3, 2, 0, -kInf, 1, 2});
  expect_values<double>(run_op(mod(a, b, 1)), {7}, {-0.25, 1.5, kNan, kNan, 5, kNan, -0.0});
  expect_halves<Float16>(run_op(mod(halves<Float16>({-5, 5}), halves<Float16>({3}), 1)), {-2, 2});
}

TEST(Mod, broadcasts) {
  expect_values<int64_t>(
      run_op(mod(tensor<int64_t>({1, 2, 3, 4}, {2, 2}), vector<int64_t>({2, 3}))), {2, 2},
      {1, 2, 1, 1});
  EXPECT_EQ(inferred(mod(vector<int64_t>({1}), vector<int64_t>({7})), {dims({symbol("N")})}),
            "int64[N]");
}

TEST(Mod, rejects_zero_and_types) {
  const Tensor zero = vector<int32_t>({3, 0});
  for (const int64_t fmod : {0, 1}) {
    expect_fails_to_run(mod(vector<int32_t>({1}), zero, fmod),
                        "division of integers by zero (element 1 of the divisor)");
  }
  expect_refused(mod(vector<float>({1}), vector<float>({1})), "float32 needs the attribute fmod=1");
  expect_refused(mod(vector<bool>({true}), vector<bool>({true})), "bool is not allowed");
  expect_refused({"Mod", {zero, zero}, {{"fmod", 1.0F}}}, "\"fmod\"");
  EXPECT_EQ(traits_of("Mod"), "pein");
}

}  // namespace
}  // namespace tundish
