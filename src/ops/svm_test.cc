#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

Tensor rows() { return tensor<float>({1, 2, -3, 0.5F, 0, 0}, {3, 2}); }
const Floats kVectors = {1, 2, -3, .4F, .5F, 0, .2F, -.1F, 2, 2};

Attributes with(Attributes attributes, std::string name, Attribute value) {
  std::erase_if(attributes, [&](const auto& old) { return old.first == name; });
  attributes.emplace_back(std::move(name), std::move(value));
  return attributes;
}
Attributes kernel(std::string type, Floats parameters) {
  return {{"kernel_type", std::move(type)},
          {"kernel_params", std::move(parameters)},
          {"support_vectors", kVectors}};
}
Attributes three_classes(Attributes attributes) {
  attributes.emplace_back("classlabels_ints", Ints{10, 20, 30});
  attributes.emplace_back("vectors_per_class", Ints{2, 1, 2});
  attributes.emplace_back("coefficients",
                          Floats{.5F, -.2F, .3F, .7F, -.9F, .1F, .4F, -.6F, .2F, -.8F});
  attributes.emplace_back("rho", Floats{.1F, -.2F, .3F});
  return attributes;
}
Attributes two_classes(Attributes attributes) {
  attributes.emplace_back("classlabels_strings", std::vector<std::string>{"a", "b"});
  attributes.emplace_back("vectors_per_class", Ints{3, 2});
  attributes.emplace_back("coefficients", Floats{.5F, -.2F, .3F, .7F, -.9F});
  attributes.emplace_back("rho", Floats{.1F});
  return attributes;
}
Attributes probabilities(Attributes attributes, Floats a, Floats b) {
  attributes.emplace_back("prob_a", std::move(a));
  attributes.emplace_back("prob_b", std::move(b));
  return attributes;
}
Attributes rbf() { return kernel("RBF", {.4F, 0, 0}); }
ValueCall classify(Attributes attributes, Tensor x = rows()) {
  return {"SVMClassifier", {std::move(x)}, std::move(attributes), std::string(kDomainMl), 2};
}
ValueCall regress(Attributes attributes, Tensor x = rows()) {
  return {"SVMRegressor", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}
void expect_near(const Result<Tensor>& got, const Shape& shape, const Floats& want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().shape().to_string(), shape.to_string());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.value().values<float>()[i], want[i], 8e-6F * std::max(1.0F, std::fabs(want[i])))
        << i;
  }
}

// Expected values of this file: ONNX Runtime 1.31.1 (tests/onnx/ml_answers.py).
TEST(SvmClassifier, scores_pairs_with_every_kernel) {
  const ValueCall call = classify(three_classes(rbf()));
  expect_values<int64_t>(run_tensor(call), {3}, {30, 20, 10});
  expect_near(run_tensor(call, 1), {3, 3},
              {.6546861F, -.6101902F, -.3193353F, -.0968424F, .208539F, .298824F, .433993F,
               .473238F, -.0794725F});
  expect_near(run_tensor(classify(three_classes(kernel("LINEAR", {}))), 1), {3, 3},
              {3.19F, -5.98F, -4.8F, -3.19F, 7.325F, 5.07F, .1F, -.2F, .3F});
  expect_near(
      run_tensor(classify(three_classes(kernel("POLY", {.5F, .3F, 2}))), 1), {3, 3},
      {3.98275F, -8.898F, -8.5755F, -4.39625F, 5.0974402F, -3.69338F, .154F, -.173F, .192F});
  expect_near(run_tensor(classify(three_classes(kernel("SIGMOID", {.3F, .1F, 0}))), 1), {3, 3},
              {.735905F, -1.1018701F, -.592008F, -.430664F, .881689F, 1.19116F, .159801F, -.1701F,
               .180398F});
}

TEST(SvmClassifier, gives_two_scores_for_two_classes) {
  const ValueCall call = classify(two_classes(rbf()));
  expect_strings(run_tensor(call), {"a", "b", "a"});
  expect_near(run_tensor(call, 1), {3, 2},
              {-.144257F, .144257F, .0867737F, -.0867737F, -1.083446F, 1.083446F});
  const auto transformed = [](std::string name) {
    return run_tensor(classify(with(two_classes(rbf()), "post_transform", std::move(name))), 1);
  };
  expect_near(transformed("LOGISTIC"), {3, 2},
              {.463998F, .536002F, .52168F, .47832F, .252854F, .747146F});
  expect_near(transformed("SOFTMAX"), {3, 2},
              {.855743F, .144257F, 1.08677F, -.0867737F, -.083446F, 1.083446F});
}

TEST(SvmClassifier, gives_probabilities) {
  const ValueCall three =
      classify(probabilities(three_classes(rbf()), {-1, -2, -1.5F}, {.1F, .2F, -.1F}));
  expect_values<int64_t>(run_tensor(three), {3}, {30, 20, 10});
  expect_near(
      run_tensor(three, 1), {3, 3},
      {.204681F, .255612F, .539707F, .330689F, .417141F, .25217F, .45667F, .29534F, .24799F});
  const ValueCall two = classify(probabilities(two_classes(rbf()), {-1}, {.1F}));
  expect_near(run_tensor(two, 1), {3, 2},
              {.511062F, .488938F, .453401F, .546599F, .727791F, .272209F});
  const ValueCall logistic =
      classify(with(probabilities(two_classes(rbf()), {-1}, {.1F}), "post_transform", "LOGISTIC"));
  expect_near(run_tensor(logistic, 1), {3, 2},
              {.625055F, .619856F, .611448F, .633346F, .67432F, .567635F});
}

TEST(SvmClassifier, is_linear_without_vectors) {
  const Attributes linear{{"classlabels_ints", Ints{10, 20, 30}},
                          {"coefficients", Floats{.1F, .2F, .3F, .4F, -.5F, .6F}},
                          {"rho", Floats{.1F, .2F, .3F}}};
  expect_values<int64_t>(run_tensor(classify(linear)), {3}, {20, 30, 10});
  expect_near(run_tensor(classify(linear), 1), {3, 3},
              {.6F, 1.2F, .8F, -.1F, -.6F, 1.9F, .1F, .1F, .1F});
  const Attributes one{
      {"classlabels_ints", Ints{7}}, {"coefficients", Floats{.1F, -.2F}}, {"rho", Floats{.1F}}};
  expect_values<int64_t>(run_tensor(classify(one)), {3}, {7, 7, 7});
  expect_near(run_tensor(classify(one), 1), {3, 1}, {-.2F, -.3F, .1F});
}

TEST(SvmClassifier, infers_shapes) {
  ValueCall call = classify(three_classes(rbf()));
  call.inputs[0].type.shape = dims({symbol("N"), symbol("C")});
  EXPECT_EQ(inferred(call), "int64[N]");
  EXPECT_EQ(inferred(call, 1), "float32[N, 3]");
  EXPECT_EQ(inferred(classify(two_classes(rbf())), 1), "float32[3, 2]");
  EXPECT_EQ(inferred(classify(two_classes(rbf()), vector<int64_t>({1, 2})), 1), "float32[1, 2]");
}

TEST(SvmClassifier, rejects_numbers_that_do_not_fit) {
  const auto refuse = [](Attributes attributes, std::string_view part) {
    expect_error(graph_of(classify(std::move(attributes))), ErrorCode::kInvalidModel, part);
  };
  const Attributes good = three_classes(rbf());
  refuse(with(good, "kernel_type", "rbf"), "unknown value \"rbf\"");
  refuse(with(good, "kernel_params", Floats{1}), "expected gamma, coef0 and degree");
  refuse(with(good, "rho", Floats{1}), "for 3 pairs of classes");
  refuse(with(good, "prob_a", Floats{1}), "for 3 pairs of classes");
  refuse(with(good, "coefficients", Floats{1, 2, 3, 4, 5}), "5 coefficients for 5 support");
  refuse(with(good, "vectors_per_class", Ints{2, 3}), "2 entries for 3 classes");
  refuse(with(good, "vectors_per_class", Ints{2, -1, 4}), "-1 vectors");
  refuse(with(good, "vectors_per_class", Ints{2, INT64_MAX, 4}), "9223372036854775807 vectors");
  refuse(with(good, "support_vectors", Floats{1, 2, 3}), "3 numbers of 5 vectors");
  refuse(with(good, "support_vectors", Floats{1, 2, 3, 4, 5}), "for 2 features");
  refuse(with(good, "coefficients", Floats{}), "\"coefficients\" is missing");
  refuse(with(good, "rho", Floats{}), "\"rho\" is missing");
  ValueCall late = classify(good, tensor<float>({1, 2, 3}, {1, 3}));
  late.inputs[0].type.shape.reset();
  expect_error(run_values(late), ErrorCode::kInvalidArgument, "for 3 features");
  const Ints many(20000, 1);
  expect_error(graph_of(classify(with(good, "classlabels_ints", many))), ErrorCode::kLimit,
               "20000 classes");
}

Attributes regression(Attributes attributes) {
  attributes.emplace_back("coefficients", Floats{.5F, -.2F, .3F, .7F, -.9F});
  attributes.emplace_back("rho", Floats{.1F});
  attributes.emplace_back("n_supports", int64_t{5});
  return attributes;
}

TEST(SvmRegressor, sums_kernels) {
  expect_near(run_tensor(regress(regression(rbf()))), {3, 1}, {.144257F, -.0867737F, 1.083446F});
  expect_near(run_tensor(regress(regression(kernel("POLY", {.5F, .3F, 2})))), {3, 1},
              {-5.75525F, -8.7518101F, .136F});
  expect_near(run_tensor(regress(with(regression(rbf()), "one_class", int64_t{1}))), {3, 1},
              {1, -1, 1});
  const Attributes linear{{"coefficients", Floats{.5F, .6F}}, {"rho", Floats{.1F}}};
  expect_near(run_tensor(regress(linear)), {3, 1}, {1.8F, -1.1F, .1F});
  expect_near(run_tensor(regress(linear, vector<double>({1, 2}))), {1, 1}, {1.8F});
  EXPECT_EQ(inferred(regress(linear)), "float32[3, 1]");
}

TEST(SvmRegressor, rejects_numbers_that_do_not_fit) {
  const auto refuse = [](Attributes attributes, std::string_view part) {
    expect_error(graph_of(regress(std::move(attributes))), ErrorCode::kInvalidModel, part);
  };
  refuse(with(regression(rbf()), "n_supports", int64_t{-1}), "\"n_supports\" is -1");
  refuse(with(regression(rbf()), "n_supports", INT64_MAX), "5 coefficients for");
  refuse(with(regression(rbf()), "n_supports", int64_t{0}), "5 coefficients of 1 rows");
  refuse(with(regression(rbf()), "support_vectors", Floats{1, 2, 3, 4, 5}), "for 2 features");
}

}  // namespace
}  // namespace tundish
