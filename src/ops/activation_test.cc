#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

OpCall with(const char* op, Tensor x, std::vector<std::pair<std::string, Attribute>> attributes) {
  return {op, {std::move(x)}, std::move(attributes)};
}

// Formulas of the texts, evaluated in double by Python.
TEST(Activation, follows_the_texts) {
  const Tensor x = vector<double>({-3, -0.5, 0, 0.75, 4});
  const auto is = [&](const OpCall& call, std::initializer_list<double> want) {
    expect_near<double>(run_op(call), {5}, want, 1e-14);
  };
  is(with("Gelu", x, {}),
     {-0.004049694094890287, -0.15426876936299344, 0, 0.5800294857173488, 3.9998733150326675});
  is(with("Gelu", x, {{"approximate", std::string("tanh")}}),
     {-0.0036373920817729943, -0.15428599017485606, 0, 0.5799605551656203, 3.9999297540518075});
  is(with("Swish", x, {{"alpha", 2.0F}}),
     {-0.0074178694699043235, -0.13447071068499755, 0, 0.6131808571452327, 3.9986585994781345});
  is(with("Mish", x, {}),
     {-0.1456474612756246, -0.22074377465173, 0, 0.6100183352182934, 3.9974128069762385});
  is(with("Softplus", x, {}), {0.04858735157374206, 0.4740769841801067, 0.6931471805599453,
                               1.1368710061148999, 4.0181499279178094});
  is(with("Softsign", x, {}), {-0.75, -0.3333333333333333, 0, 0.42857142857142855, 0.8});
  is(with("HardSwish", x, {}), {0, -0.20833333333333334, 0, 0.46875, 4});
  is(with("Celu", x, {{"alpha", 0.5F}}), {-0.4987606239116668, -0.31606027941427883, 0, 0.75, 4});
  is(with("Selu", x, {}),
     {-1.670568733989153, -0.6917581899652425, 0, 0.7880257666110992, 4.202804088592529});
  is(with("Elu", x, {{"alpha", 2.0F}}), {-1.900425863264272, -0.7869386805747332, 0, 0.75, 4});
}

TEST(Activation, cuts_at_bounds) {
  const Tensor x = vector<double>({-3, -0.5, 0, 0.75, 4, kNan, kInf, -kInf});
  expect_values<double>(run_op({"Relu", {x}}), {8}, {0, 0, 0, 0.75, 4, kNan, kInf, 0});
  expect_values<double>(run_op(with("LeakyRelu", x, {{"alpha", 0.5F}})), {8},
                        {-1.5, -0.25, 0, 0.75, 4, kNan, kInf, -kInf});
  expect_values<double>(run_op(with("ThresholdedRelu", x, {{"alpha", 0.75F}})), {8},
                        {0, 0, 0, 0, 4, 0, kInf, 0});
  expect_values<double>(run_op(with("HardSigmoid", x, {{"alpha", 0.5F}, {"beta", 0.25F}})), {8},
                        {0, 0, 0.25, 0.625, 1, kNan, 1, 0});
  expect_values<double>(run_op(with("Shrink", x, {{"lambd", 0.5F}, {"bias", 0.25F}})), {8},
                        {-2.75, 0, 0, 0.5, 3.75, 0, kInf, -kInf});
}

TEST(Activation, has_the_defaults_of_the_texts) {
  const Tensor x = vector<float>({-1, 0.75F, 3});
  expect_values<float>(run_op({"LeakyRelu", {x}}), {3}, {-0.01F, 0.75F, 3});
  expect_values<float>(run_op({"ThresholdedRelu", {x}}), {3}, {0, 0, 3});
  expect_values<float>(run_op({"HardSigmoid", {x}}), {3}, {0.3F, 0.65F, 1});
  expect_values<float>(run_op({"Shrink", {x}}), {3}, {-1, 0.75F, 3});
  expect_near<float>(run_op({"Elu", {x}}), {3}, {-0.63212055F, 0.75F, 3}, 1e-7);
  expect_near<float>(run_op({"Celu", {x}}), {3}, {-0.63212055F, 0.75F, 3}, 1e-7);
  expect_near<float>(run_op({"Swish", {x}}), {3}, {-0.26894143F, 0.50938405F, 2.8577223F}, 2e-7);
}

TEST(Activation, keeps_its_digits_far_out) {
  expect_near<double>(run_op({"Gelu", {vector<double>({-10, -12})}}), {2},
                      {-7.619853024160593e-23, -2.1317785344932424e-32}, 1e-12);
  expect_near<double>(run_op({"Softplus", {vector<double>({-50, 1000, -1000})}}), {3},
                      {1.9287498479639178e-22, 1000, 0}, 1e-15);
  expect_near<double>(run_op({"Mish", {vector<double>({-40, 1000, -1000})}}), {3},
                      {-1.6993417021166355e-16, 1000, 0}, 1e-15);
  expect_near<double>(run_op({"Elu", {vector<double>({-1e-20})}}), {1}, {-1e-20}, 1e-15);
}

TEST(Activation, passes_nan_and_infinities_on) {
  const Tensor x = vector<double>({kNan, kInf});
  for (const char* op : {"Elu", "Selu", "Celu", "HardSwish", "Gelu", "Swish", "Mish", "Softplus"}) {
    expect_near<double>(run_op({op, {x}}), {2}, {kNan, kInf}, 0);
  }
}

TEST(Activation, takes_integers_where_the_texts_do) {
  expect_values<int8_t>(run_op({"Relu", {vector<int8_t>({-128, 0, 5})}}), {3}, {0, 0, 5});
  expect_values<int64_t>(run_op({"Relu", {vector<int64_t>({INT64_MIN, 7})}}), {2}, {0, 7});
  const OpCall shrink =
      with("Shrink", vector<int16_t>({-3, -1, 0, 2, 9}), {{"lambd", 1.5F}, {"bias", 1.5F}});
  expect_values<int16_t>(run_op(shrink), {5}, {-1, 0, 0, 0, 7});
  expect_values<uint64_t>(run_op({"Shrink", {vector<uint64_t>({0, UINT64_MAX})}}), {2},
                          {0, UINT64_MAX});
}

TEST(Activation, computes_halves_in_float) {
  expect_halves<Float16>(run_op({"Relu", {halves<Float16>({-1, 2, NAN})}}), {0, 2, NAN});
  expect_halves<Bfloat16>(run_op({"Mish", {halves<Bfloat16>({1})}}), {0.8650984F});
  expect_halves<Float16>(run_op({"Gelu", {halves<Float16>({-1})}}), {-0.15865526F});
}

TEST(Activation, rejects_types_and_attributes) {
  const Tensor x = vector<double>({1});
  for (const char* op : {"Elu", "Selu", "HardSigmoid", "LeakyRelu", "Swish"}) {
    expect_refused(with(op, x, {{"alpha", int64_t{1}}}), "\"alpha\"");
    expect_refused({op, {vector<int32_t>({1})}}, "int32 is not allowed");
  }
  expect_refused(with("HardSigmoid", x, {{"beta", int64_t{1}}}), "\"beta\"");
  expect_refused({"Relu", {vector<uint8_t>({1})}}, "uint8 is not allowed");
  expect_refused(with("Gelu", x, {{"approximate", std::string("erf")}}), "approximate");
  expect_refused({"Gelu", {strings({"a"})}}, "string is not allowed");
}

TEST(Activation, knows_its_directions) {
  const Tensor x = vector<double>({1});
  EXPECT_EQ(direction({"Relu", {x}}, 0), Monotone::kIncreasing);
  for (const char* op : {"LeakyRelu", "HardSigmoid", "ThresholdedRelu"}) {
    EXPECT_EQ(direction({op, {x}}, 0), Monotone::kIncreasing) << op;
    EXPECT_EQ(direction(with(op, x, {{"alpha", 0.0F}}), 0), Monotone::kNo) << op;
    EXPECT_EQ(direction(with(op, x, {{"alpha", -1.0F}}), 0), Monotone::kNo) << op;
  }
  for (const char* op : {"Relu", "LeakyRelu", "HardSigmoid"}) EXPECT_EQ(traits_of(op), "peinm");
  for (const char* op :
       {"Elu", "Selu", "Celu", "HardSwish", "Gelu", "Swish", "Mish", "Softplus", "Softsign"}) {
    EXPECT_EQ(traits_of(op), "pein");
  }
  EXPECT_EQ(traits_of("ThresholdedRelu"), "peim");
  EXPECT_EQ(traits_of("Shrink"), "pei");
}

}  // namespace
}  // namespace tundish
