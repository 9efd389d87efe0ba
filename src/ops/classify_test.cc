#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

OpCall is_inf(Tensor x, int64_t negative, int64_t positive) {
  return {"IsInf", {std::move(x)}, {{"detect_negative", negative}, {"detect_positive", positive}}};
}

TEST(Classify, finds_nan) {
  expect_values<bool>(run_op({"IsNaN", {vector<double>({kNan, -kNan, kInf, 0})}}), {4},
                      {1, 1, 0, 0});
  expect_values<bool>(run_op({"IsNaN", {tensor<float>({NAN, 1}, {2, 1})}}), {2, 1}, {1, 0});
  expect_values<bool>(run_op({"IsNaN", {tensor<float>({}, {0})}}), {0}, {});
  expect_values<bool>(run_op({"IsNaN", {halves<Bfloat16>({NAN, INFINITY, 1})}}), {3}, {1, 0, 0});
}

TEST(Classify, finds_infinities_of_either_sign) {
  const Tensor x = vector<double>({kNan, -kInf, kInf, 1e308});
  expect_values<bool>(run_op({"IsInf", {x}}), {4}, {0, 1, 1, 0});
  expect_values<bool>(run_op(is_inf(x, 0, 1)), {4}, {0, 0, 1, 0});
  expect_values<bool>(run_op(is_inf(x, 1, 0)), {4}, {0, 1, 0, 0});
  expect_values<bool>(run_op(is_inf(x, 0, 0)), {4}, {0, 0, 0, 0});
  expect_values<bool>(run_op({"IsInf", {halves<Float16>({NAN, -INFINITY, 65504})}}), {3},
                      {0, 1, 0});
}

// Bits of ONNX's page "Float stored in 8 bits".
TEST(Classify, knows_the_types_of_eight_bits) {
  const uint8_t bits[] = {0x7f, 0xff, 0x80, 0x7c, 0xfc, 0x7d, 0x7e};
  const auto answers = [&](const char* op, DType dtype) {
    Tensor x = Tensor::allocate(dtype, Shape{7}).value();
    std::memcpy(x.mutable_data(), bits, 7);
    const Tensor found = run_op({op, {x}}).value();
    std::string text;
    for (const bool one : found.values<bool>()) text += one ? '1' : '0';
    return text;
  };
  EXPECT_EQ(answers("IsNaN", DType::kFloat8E4M3FN), "1100000");
  EXPECT_EQ(answers("IsNaN", DType::kFloat8E4M3FNUZ), "0010000");
  EXPECT_EQ(answers("IsNaN", DType::kFloat8E5M2), "1100011");
  EXPECT_EQ(answers("IsNaN", DType::kFloat8E5M2FNUZ), "0010000");
  EXPECT_EQ(answers("IsInf", DType::kFloat8E4M3FN), "0000000");
  EXPECT_EQ(answers("IsInf", DType::kFloat8E4M3FNUZ), "0000000");
  EXPECT_EQ(answers("IsInf", DType::kFloat8E5M2), "0001100");
  EXPECT_EQ(answers("IsInf", DType::kFloat8E5M2FNUZ), "0000000");
}

TEST(Classify, rejects_types_and_attributes) {
  for (const char* op : {"IsNaN", "IsInf"}) {
    expect_refused({op, {vector<int64_t>({1})}}, "int64 is not allowed");
    EXPECT_EQ(inferred({op, {vector<double>({1})}}, {dims({symbol("N"), 2})}), "bool[N, 2]");
    EXPECT_EQ(traits_of(op), "pe");
  }
  expect_refused({"IsInf", {vector<float>({1})}, {{"detect_negative", 1.0F}}}, "detect_negative");
}

}  // namespace
}  // namespace tundish
