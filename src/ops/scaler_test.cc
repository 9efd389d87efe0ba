#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Floats = std::vector<float>;

OpCall scaler(Tensor x, Floats offset, Floats scale) {
  return {"Scaler",
          {std::move(x)},
          {{"offset", std::move(offset)}, {"scale", std::move(scale)}},
          std::string(kDomainMl)};
}

TEST(Scaler, moves_and_stretches_columns) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_values<float>(run_op(scaler(x, {1, 4}, {2, 0.5F})), {2, 2}, {0, -1, 4, 0});
  expect_values<float>(run_op(scaler(x, {1}, {2})), {2, 2}, {0, 2, 4, 6});
  expect_values<float>(run_op(scaler(vector<float>({1, 2}), {1, 4}, {2, 0.5F})), {2}, {0, -1});
  expect_values<float>(run_op(scaler(Tensor::scalar(3.0F), {1}, {2})), {}, {4});
  expect_values<float>(run_op(scaler(tensor<float>({}, {0, 2}), {1, 4}, {2, 1})), {0, 2}, {});
  const Tensor cube = tensor<float>({1, 2, 3, 4}, {2, 1, 2});
  expect_values<float>(run_op(scaler(cube, {1, 4}, {2, 0.5F})), {2, 1, 2}, {0, -1, 4, 0});
}

TEST(Scaler, computes_in_the_wider_type) {
  // 1 + 2^-30 is 1 in float32 but not in float64.
  const double close = 1 + 9.313225746154785e-10;
  expect_values<float>(run_op(scaler(vector<double>({close}), {1}, {1})), {1}, {9.313226e-10F});
  expect_values<float>(run_op(scaler(vector<int64_t>({16777217}), {16777216}, {1})), {1}, {0});
  expect_values<float>(run_op(scaler(vector<int32_t>({-3, 5}), {1}, {-0.5F})), {2}, {2, -2});
  expect_values<float>(run_op(scaler(vector<double>({1e300, NAN, -INFINITY}), {0}, {1})), {3},
                       {INFINITY, NAN, -INFINITY});
}

TEST(Scaler, infers_shapes) {
  const OpCall call = scaler(tensor<double>({1, 2}, {1, 2}), {1, 4}, {2, 0.5F});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float32[N, 2]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("F")})}), "float32[N, F]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?...]");
}

TEST(Scaler, rejects_attributes_and_types) {
  const Tensor x = vector<float>({1, 2});
  expect_refused(scaler(x, {1, 2, 3}, {1, 2, 3}), "scale has 3 values, the input 2 columns");
  expect_fails_to_run(scaler(x, {1, 2, 3}, {1, 2, 3}), "scale has 3 values, the input 2 columns");
  expect_refused(scaler(x, {1, 2}, {1}), "offset has 2 values, scale 1");
  expect_refused(scaler(x, {}, {}), "at least one");
  expect_refused({"Scaler", {x}, {}, std::string(kDomainMl)}, "at least one");
  expect_refused(scaler(vector<uint8_t>({1}), {1}, {1}), "uint8 is not allowed");
  OpCall wrong = scaler(x, {1}, {1});
  wrong.attributes[0].second = std::string("1");
  expect_refused(wrong, "\"offset\"");
}

TEST(Scaler, knows_its_directions) {
  const Tensor x = vector<double>({1, 2});
  EXPECT_EQ(direction(scaler(x, {5, -5}, {2, 1}), 0), Monotone::kIncreasing);
  EXPECT_EQ(direction(scaler(x, {5}, {-2}), 0), Monotone::kDecreasing);
  EXPECT_EQ(direction(scaler(x, {5, 5}, {-2, 1}), 0), Monotone::kNo);
  EXPECT_EQ(direction(scaler(x, {5}, {0}), 0), Monotone::kNo);
  EXPECT_EQ(direction(scaler(x, {INFINITY}, {1}), 0), Monotone::kNo);
  EXPECT_EQ(direction(scaler(x, {1}, {INFINITY}), 0), Monotone::kNo);
  EXPECT_EQ(traits_of("Scaler", kDomainMl), "peinm");
}

}  // namespace
}  // namespace tundish
