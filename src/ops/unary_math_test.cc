#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kReal[] = {"Floor", "Ceil",  "Round",  "Sqrt", "Reciprocal", "Exp",
                                 "Log",   "Erf",   "Sin",    "Cos",  "Tan",        "Asin",
                                 "Acos",  "Atan",  "Sinh",   "Cosh", "Tanh",       "Asinh",
                                 "Acosh", "Atanh", "Sigmoid"};

TEST(UnaryMath, turns_signs) {
  const Tensor x = vector<double>({1.5, -2, 0.0, -0.0, kNan, kInf, -kInf});
  expect_values<double>(run_op({"Neg", {x}}), {7}, {-1.5, 2, -0.0, 0.0, kNan, -kInf, kInf});
  expect_values<double>(run_op({"Abs", {x}}), {7}, {1.5, 2, 0.0, 0.0, kNan, kInf, kInf});
  expect_values<double>(run_op({"Sign", {x}}), {7}, {1, -1, 0.0, 0.0, kNan, 1, -1});
}

TEST(UnaryMath, keeps_the_least_integer) {
  const Tensor x = vector<int8_t>({-128, 5, 0});
  expect_values<int8_t>(run_op({"Neg", {x}}), {3}, {-128, -5, 0});
  expect_values<int8_t>(run_op({"Abs", {x}}), {3}, {-128, 5, 0});
  expect_values<int8_t>(run_op({"Sign", {x}}), {3}, {-1, 1, 0});
  expect_values<int64_t>(run_op({"Neg", {vector<int64_t>({INT64_MIN})}}), {1}, {INT64_MIN});
  expect_values<int32_t>(run_op({"Abs", {vector<int32_t>({INT32_MIN, -7})}}), {2}, {INT32_MIN, 7});
  expect_values<uint8_t>(run_op({"Abs", {vector<uint8_t>({200})}}), {1}, {200});
  expect_values<uint64_t>(run_op({"Sign", {vector<uint64_t>({0, ~uint64_t{0}})}}), {2}, {0, 1});
}

TEST(UnaryMath, rounds) {
  const Tensor x = vector<double>({1.5, -1.5, -0.5, 0.5, -0.0, kNan, -kInf});
  expect_values<double>(run_op({"Floor", {x}}), {7}, {1, -2, -1, 0.0, -0.0, kNan, -kInf});
  expect_values<double>(run_op({"Ceil", {x}}), {7}, {2, -1, -0.0, 1, -0.0, kNan, -kInf});
  expect_values<float>(run_op({"Floor", {vector<float>({8388607.5F})}}), {1}, {8388607});
}

TEST(UnaryMath, roots_and_inverses) {
  const Tensor x = vector<double>({4, 2, 0.0, -0.0, -1, kInf, kNan});
  expect_values<double>(run_op({"Sqrt", {x}}), {7},
                        {2, 1.4142135623730951, 0.0, -0.0, kNan, kInf, kNan});
  expect_values<double>(run_op({"Reciprocal", {x}}), {7}, {0.25, 0.5, kInf, -kInf, -1, 0.0, kNan});
  expect_values<float>(run_op({"Sqrt", {vector<float>({2})}}), {1}, {1.4142135F});
}

TEST(UnaryMath, has_the_limits_of_each_function) {
  const Tensor x = vector<double>({0.0, -0.0, 1, kInf, -kInf, kNan, 1000, -1000});
  expect_values<double>(run_op({"Exp", {x}}), {8},
                        {1, 1, 2.718281828459045, kInf, 0, kNan, kInf, 0});
  expect_values<double>(run_op({"Log", {x}}), {8},
                        {-kInf, -kInf, 0, kInf, kNan, kNan, 6.907755278982137, kNan});
  expect_values<double>(run_op({"Tanh", {x}}), {8},
                        {0.0, -0.0, 0.7615941559557649, 1, -1, kNan, 1, -1});
  expect_values<double>(run_op({"Erf", {x}}), {8},
                        {0.0, -0.0, 0.8427007929497149, 1, -1, kNan, 1, -1});
  expect_values<double>(run_op({"Sigmoid", {x}}), {8},
                        {0.5, 0.5, 0.7310585786300049, 1, 0, kNan, 1, 0});
  expect_values<float>(run_op({"Sigmoid", {vector<float>({-200, 100})}}), {2}, {0, 1});
}

TEST(UnaryMath, rounds_halves_to_even) {
  const Tensor x = vector<double>({0.5, 1.5, -2.5, -0.5, 2.3, -4.5, 0.9, kNan, kInf});
  expect_values<double>(run_op({"Round", {x}}), {9}, {0.0, 2, -2, -0.0, 2, -4, 1, kNan, kInf});
  expect_values<float>(run_op({"Round", {vector<float>({8388607.5F, -1e30F})}}), {2},
                       {8388608, -1e30F});
}

// Values of Python's math module.
TEST(UnaryMath, has_trigonometric_and_hyperbolic_functions) {
  const Tensor x = vector<double>({-0.75, 0.5, 2.5});
  const auto is = [&](const char* op, std::initializer_list<double> want) {
    expect_near<double>(run_op({op, {x}}), {3}, want, 4e-16);
    Tensor narrow = vector<float>({-0.75F, 0.5F, 2.5F});
    expect_near<float>(run_op({op, {narrow}}), {3},
                       {static_cast<float>(want.begin()[0]), static_cast<float>(want.begin()[1]),
                        static_cast<float>(want.begin()[2])},
                       2e-7);
  };
  is("Sin", {-0.6816387600233341, 0.479425538604203, 0.5984721441039564});
  is("Cos", {0.7316888688738209, 0.8775825618903728, -0.8011436155469337});
  is("Tan", {-0.9315964599440725, 0.5463024898437905, -0.7470222972386603});
  is("Asin", {-0.848062078981481, 0.5235987755982989, kNan});
  is("Acos", {2.4188584057763776, 1.0471975511965979, kNan});
  is("Atan", {-0.6435011087932844, 0.4636476090008061, 1.1902899496825317});
  is("Sinh", {-0.82231673193583, 0.5210953054937474, 6.0502044810397875});
  is("Cosh", {1.2946832846768448, 1.1276259652063807, 6.132289479663686});
  is("Tanh", {-0.6351489523872873, 0.46211715726000973, 0.9866142981514303});
  is("Asinh", {-0.6931471805599453, 0.48121182505960347, 1.6472311463710958});
  is("Acosh", {kNan, kNan, 1.566799236972411});
  is("Atanh", {-0.9729550745276566, 0.5493061443340549, kNan});
}

TEST(UnaryMath, computes_halves_in_float) {
  expect_halves<Float16>(run_op({"Exp", {halves<Float16>({0, 1, 12, -20})}}),
                         {1, 2.71828182F, INFINITY, 2.0611536e-9F});
  expect_halves<Bfloat16>(run_op({"Neg", {halves<Bfloat16>({1.5F, -0.0F})}}), {-1.5F, 0.0F});
  expect_halves<Bfloat16>(run_op({"Sqrt", {halves<Bfloat16>({2})}}), {1.4142135F});
}

TEST(UnaryMath, keeps_shapes) {
  for (const char* op : kReal) {
    expect_values<double>(run_op({op, {tensor<double>({}, {0, 2})}}), {0, 2}, {});
    EXPECT_EQ(run_op({op, {Tensor::scalar(0.5F)}}).value().shape().rank(), 0U);
    EXPECT_EQ(inferred({op, {vector<double>({1})}}, {dims({symbol("N"), 2})}), "float64[N, 2]");
  }
}

TEST(UnaryMath, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat64, Shape{300'000}).value();
  for (int64_t i = 0; i < 300'000; ++i) x.mutable_values<double>()[i] = std::sin(double(i));
  for (const char* op : {"Exp", "Neg"}) {
    const Tensor one = run_op({op, {x}}).value();
    EXPECT_TRUE(same_bits(one, run_op({op, {x}, {}, "", 3}).value()));
  }
  Tensor half = Tensor::allocate(DType::kFloat16, Shape{300'000}).value();
  for (int64_t i = 0; i < 300'000; ++i) {
    half.mutable_values<Float16>()[i] = Float16(static_cast<float>(i % 1000));
  }
  const Tensor one = run_op({"Neg", {half}}).value();
  EXPECT_EQ(static_cast<float>(one.values<Float16>()[299'999]), -999);
  EXPECT_TRUE(same_bits(one, run_op({"Neg", {half}, {}, "", 3}).value()));
}

TEST(UnaryMath, rejects_types) {
  for (const char* op : kReal) {
    expect_refused({op, {vector<int64_t>({1})}}, "int64 is not allowed");
  }
  expect_refused({"Neg", {vector<uint32_t>({1})}}, "uint32 is not allowed");
  expect_refused({"Abs", {vector<bool>({true})}}, "bool is not allowed");
  expect_refused({"Sign", {strings({"a"})}}, "string is not allowed");
}

TEST(UnaryMath, knows_its_directions) {
  const Tensor x = vector<double>({1});
  EXPECT_EQ(direction({"Neg", {x}}, 0), Monotone::kDecreasing);
  EXPECT_EQ(direction({"Neg", {vector<int32_t>({1})}}, 0), Monotone::kNo);
  for (const char* op : {"Sign", "Floor", "Ceil", "Round"}) {
    EXPECT_EQ(direction({op, {x}}, 0), Monotone::kIncreasing);
    EXPECT_EQ(traits_of(op), "peinm");
  }
  for (const char* op : {"Abs", "Sqrt", "Reciprocal", "Exp", "Log", "Tanh", "Sigmoid", "Erf", "Sin",
                         "Acos", "Atanh"}) {
    EXPECT_EQ(direction({op, {x}}, 0), Monotone::kNo);
    EXPECT_EQ(traits_of(op), "pein");
  }
}

}  // namespace
}  // namespace tundish
