#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

Tensor rows() { return tensor<float>({1, 2, -3, 0.5F, 0, 0}, {3, 2}); }
ValueCall classify(Tensor x, Attributes attributes) {
  return {"LinearClassifier", {std::move(x)}, std::move(attributes), std::string(kDomainMl), 2};
}
ValueCall regress(Tensor x, Attributes attributes) {
  return {"LinearRegressor", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}
void expect_near(const Result<Tensor>& got, const Shape& shape, const Floats& want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  EXPECT_EQ(got.value().shape().to_string(), shape.to_string());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.value().values<float>()[i], want[i], 1e-6) << i;
  }
}
Attributes three_classes() {
  return {{"coefficients", Floats{.1F, .2F, -.3F, .4F, .5F, -.6F}},
          {"intercepts", Floats{.1F, 0, .2F}},
          {"classlabels_ints", Ints{10, 20, 30}}};
}
Attributes one_row() {
  return {{"coefficients", Floats{.1F, .2F}},
          {"intercepts", Floats{.1F}},
          {"classlabels_strings", Strings{"no", "yes"}}};
}
Attributes with(Attributes attributes, std::string name, Attribute value) {
  std::erase_if(attributes, [&](const auto& old) { return old.first == name; });
  attributes.emplace_back(std::move(name), std::move(value));
  return attributes;
}

// Expected values of this file: ONNX Runtime 1.31.1 (tests/onnx/ml_answers.py).
TEST(LinearClassifier, scores_classes) {
  expect_values<int64_t>(run_tensor(classify(rows(), three_classes())), {3}, {10, 20, 30});
  expect_near(run_tensor(classify(rows(), three_classes()), 1), {3, 3},
              {.6F, .5F, -.5F, -.1F, 1.1F, -1.6F, .1F, 0, .2F});
  const auto transformed = [](std::string name) {
    return run_tensor(classify(rows(), with(three_classes(), "post_transform", std::move(name))),
                      1);
  };
  expect_near(transformed("SOFTMAX"), {3, 3},
              {.44688576F, .40435895F, .14875533F, .22010687F, .7307806F, .0491125F, .332225F,
               .30060962F, .3671654F});
  expect_near(
      transformed("LOGISTIC"), {3, 3},
      {.6456563F, .6224593F, .3775408F, .4750208F, .7502601F, .1679816F, .5249792F, .5F, .549834F});
}

TEST(LinearClassifier, makes_two_scores_of_one) {
  expect_strings(run_tensor(classify(rows(), one_row())), {"yes", "no", "yes"});
  expect_near(run_tensor(classify(rows(), one_row()), 1), {3, 2}, {.4F, .6F, 1.1F, -.1F, .9F, .1F});
  expect_near(run_tensor(classify(rows(), with(one_row(), "post_transform", "LOGISTIC")), 1),
              {3, 2}, {.3543437F, .6456563F, .5249792F, .4750208F, .4750208F, .5249792F});
}

TEST(LinearClassifier, takes_one_row_and_every_type) {
  expect_values<int64_t>(run_tensor(classify(vector<double>({1, 2}), three_classes())), {1}, {10});
  expect_values<int64_t>(run_tensor(classify(vector<int32_t>({1, 2}), three_classes())), {1}, {10});
  expect_near(run_tensor(classify(vector<int64_t>({1, 2}), three_classes()), 1), {1, 3},
              {.6F, .5F, -.5F});
  Attributes plain = three_classes();
  std::erase_if(plain, [](const auto& one) { return one.first == "intercepts"; });
  expect_near(run_tensor(classify(vector<float>({1, 2}), plain), 1), {1, 3}, {.5F, .5F, -.7F});
  EXPECT_EQ(run_tensor(classify(tensor<float>({}, {0, 2}), plain), 1).value().shape()[0], 0);
}

TEST(LinearClassifier, gives_the_first_of_equal_scores) {
  const Attributes equal{{"coefficients", Floats{0, 0}}, {"classlabels_ints", Ints{7, 8}}};
  expect_values<int64_t>(run_tensor(classify(tensor<float>({5}, {1, 1}), equal)), {1}, {7});
  expect_values<int64_t>(run_tensor(classify(tensor<float>({NAN}, {1, 1}), equal)), {1}, {7});
}

TEST(LinearClassifier, infers_shapes) {
  ValueCall call = classify(rows(), one_row());
  EXPECT_EQ(inferred(call), "string[3]");
  EXPECT_EQ(inferred(call, 1), "float32[3, 2]");
  call.inputs[0].type.shape = dims({symbol("N"), symbol("C")});
  EXPECT_EQ(inferred(call), "string[N]");
  EXPECT_EQ(inferred(call, 1), "float32[N, ?]");
}

TEST(LinearClassifier, rejects_numbers_that_do_not_fit) {
  const auto refuse = [](Attributes attributes, std::string_view part) {
    expect_error(graph_of(classify(rows(), std::move(attributes))), ErrorCode::kInvalidModel, part);
  };
  refuse(with(three_classes(), "coefficients", Floats{1, 2, 3}), "3 coefficients");
  refuse(with(three_classes(), "intercepts", Floats{1}), "1 intercepts for 3 classes");
  refuse(with(three_classes(), "classlabels_ints", Ints{1, 2}), "for 2 classes");
  refuse(with(one_row(), "classlabels_strings", Strings{"a"}), "for 1 classes");
  refuse(with(one_row(), "post_transform", "logistic"), "unknown value");
  refuse({{"coefficients", Floats{1, 2}}}, "expected labels");
  refuse({{"classlabels_ints", Ints{1, 2}}}, "\"coefficients\" is missing");
  ValueCall late = classify(rows(), with(three_classes(), "coefficients", Floats{1, 2, 3}));
  late.inputs[0].type.shape.reset();
  expect_error(run_values(late), ErrorCode::kInvalidArgument, "3 coefficients");
  late = classify(tensor<float>({}, {3, 0}), three_classes());
  late.inputs[0].type.shape.reset();
  expect_error(run_values(late), ErrorCode::kInvalidArgument, "0 features");
}

TEST(LinearRegressor, scores_targets) {
  const Attributes one{{"coefficients", Floats{.1F, .2F}}, {"intercepts", Floats{.1F}}};
  expect_near(run_tensor(regress(rows(), one)), {3, 1}, {.6F, -.1F, .1F});
  expect_near(run_tensor(regress(rows(), with(one, "post_transform", "LOGISTIC"))), {3, 1},
              {.6F, -.1F, .1F});
  const Attributes two{{"coefficients", Floats{.1F, .2F, .3F, -.4F}},
                       {"intercepts", Floats{.1F, .3F}},
                       {"targets", int64_t{2}}};
  expect_near(run_tensor(regress(rows(), two)), {3, 2}, {.6F, -.2F, -.1F, -.8F, .1F, .3F});
  expect_near(run_tensor(regress(rows(), with(two, "post_transform", "SOFTMAX"))), {3, 2},
              {.6899745F, .3100255F, .6681877F, .3318122F, .450166F, .549834F});
  EXPECT_EQ(inferred(regress(rows(), two)), "float32[3, 2]");
}

TEST(LinearRegressor, rejects_numbers_that_do_not_fit) {
  const auto refuse = [](Attributes attributes, std::string_view part) {
    expect_error(graph_of(regress(rows(), std::move(attributes))), ErrorCode::kInvalidModel, part);
  };
  refuse({{"coefficients", Floats{1, 2, 3}}}, "3 coefficients for 1 scores of 2 features");
  refuse({{"coefficients", Floats{1, 2}}, {"intercepts", Floats{1, 2}}}, "2 intercepts");
  refuse({{"coefficients", Floats{1, 2}}, {"targets", int64_t{0}}}, "\"targets\" is 0");
  refuse({{"coefficients", Floats{1, 2}}, {"targets", INT64_MAX}}, "2 coefficients");
  const Attributes one{{"coefficients", Floats{.1F, .2F}}};
  expect_error(graph_of(regress(tensor<float>({1}, {1, 1, 1}), one)), ErrorCode::kInvalidModel,
               "expected shape [C] or [N, C]");
  expect_error(graph_of(regress(strings({"a"}), one)), ErrorCode::kInvalidModel, "string");
}

}  // namespace
}  // namespace tundish
