#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Ints = std::vector<int64_t>;

Attributes seeded(Attributes more = {}) {
  more.emplace_back("seed", 3.0F);
  return more;
}
Attributes shaped(Ints shape, Attributes more = {}) {
  more.emplace_back("shape", std::move(shape));
  return seeded(std::move(more));
}
int64_t number(DType dtype) { return static_cast<int64_t>(dtype); }

// Numbers of numpy.random.RandomState(3), as ONNX's reference implementation draws them.
TEST(Random, draws_uniform_numbers) {
  expect_values<double>(
      run_op({"RandomUniform", {}, shaped({2, 3}, {{"dtype", number(DType::kFloat64)}})}), {2, 3},
      {0.5507979025745755, 0.7081478226181048, 0.2909047389129443, 0.510827605197663,
       0.8929469543476547, 0.8962930889334381});
  expect_values<float>(run_op({"RandomUniform", {}, shaped({1}, {{"low", -2.0F}, {"high", 2.0F}})}),
                       {1}, {static_cast<float>(0.5507979025745755 * 4 - 2)});
  const Result<Tensor> many = run_op({"RandomUniform", {}, shaped({1000})});
  for (const float value : many.value().values<float>()) {
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
  }
}

TEST(Random, draws_normal_numbers) {
  const Result<Tensor> made =
      run_op({"RandomNormal", {}, shaped({4}, {{"dtype", number(DType::kFloat64)}})});
  const double want[] = {1.7886284734303186, 0.43650985051198943, 0.09649746807200862,
                         -1.8634927033644908};
  for (size_t i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(made.value().values<double>()[i], want[i]);
  const Result<Tensor> moved =
      run_op({"RandomNormal",
              {},
              shaped({1}, {{"dtype", number(DType::kFloat64)}, {"mean", 10.0F}, {"scale", 2.0F}})});
  EXPECT_DOUBLE_EQ(moved.value().values<double>()[0], want[0] * 2 + 10);
}

TEST(Random, takes_shape_and_type_of_a_tensor) {
  const Tensor like = tensor<double>({9, 9}, {1, 2});
  expect_values<double>(run_op({"RandomUniformLike", {like}, seeded()}), {1, 2},
                        {0.5507979025745755, 0.7081478226181048});
  const Tensor words = strings({"a"});
  expect_values<float>(
      run_op({"RandomUniformLike", {words}, seeded({{"dtype", number(DType::kFloat32)}})}), {1},
      {0.5507979025745755F});
  const Result<Tensor> half =
      run_op({"RandomNormalLike", {like}, seeded({{"dtype", number(DType::kFloat16)}})});
  EXPECT_EQ(half.value().values<Float16>()[0].bits, Float16(1.7886284734303186).bits);
  EXPECT_EQ(inferred({"RandomNormalLike", {like}, seeded()}, {dims({symbol("N"), 2})}),
            "float64[N, 2]");
}

TEST(Random, tosses_coins) {
  const Tensor chances = vector<float>({0, 1, 0.25F, 0.5F});
  expect_values<float>(run_op({"Bernoulli", {chances}, seeded()}), {4}, {0, 1, 0, 1});
  expect_values<bool>(run_op({"Bernoulli", {chances}, seeded({{"dtype", number(DType::kBool)}})}),
                      {4}, {false, true, false, true});
  expect_fails_to_run({"Bernoulli", {vector<float>({0.5F, 1.5F})}, seeded()},
                      "element 1: a probability of 1.5");
  expect_fails_to_run({"Bernoulli", {vector<float>({NAN})}, seeded()}, "a probability of nan");
}

TEST(Random, rejects_attributes) {
  expect_refused({"RandomUniform", {}, shaped({-1})}, "\"shape\"");
  expect_refused({"RandomUniform", {}, seeded()}, "\"shape\" is missing");
  expect_refused({"RandomUniform", {}, shaped({1}, {{"dtype", number(DType::kInt32)}})},
                 "element type 6 is not allowed");
  expect_refused({"RandomUniform", {}, {{"shape", Ints{1}}, {"seed", -1.0F}}}, "\"seed\" is -1");
  expect_refused({"RandomNormalLike", {vector<int32_t>({1})}, seeded()}, "element type 6");
  expect_refused({"Bernoulli", {vector<int32_t>({1})}, seeded()}, "int32 is not allowed");
  for (const char* op : {"RandomUniform", "RandomNormal", "RandomUniformLike", "RandomNormalLike",
                         "Bernoulli", "Multinomial"}) {
    EXPECT_EQ(traits_of(op), "") << op;
  }
}

}  // namespace
}  // namespace tundish
