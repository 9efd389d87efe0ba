#include "api/checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/model_for_test.h"
#include "ir/builder.h"
#include "tundish/session.h"

namespace tundish {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::string_view kFolder = "scikit-learn-1.9.1/one_feature/";

CheckOptions on_golden_rows() {
  CheckOptions options;
  options.data = CheckRows{{golden_array(cat(kFolder, "X.npy"))}};
  return options;
}

Tensor changed_labels(size_t row) {
  Tensor labels = must(Tensor::copy_of(golden_array(cat(kFolder, "predict.npy")).view()));
  labels.mutable_values<int64_t>()[row] *= -1;
  return labels;
}

TEST(Check, finds_a_conversion_equal_and_proves_it) {
  CheckOptions options = on_golden_rows();
  for (const char* method : {"decision_function", "predict", "score_samples"}) {
    options.expected.emplace_back(method, golden_array(cat(kFolder, method, ".npy")));
  }
  const auto source = open_golden();
  const auto model = converted();
  const CheckReport report = must(check(model, source, options));
  EXPECT_TRUE(report.equal);
  EXPECT_TRUE(report.bit_identical);
  EXPECT_TRUE(report.routing_proven) << report.proof;
  EXPECT_EQ(report.given_rows, 75u);
  EXPECT_GT(report.generated_rows, 0u);
  EXPECT_EQ(report.model_sha256, model->sha256());
  EXPECT_EQ(report.source_sha256, source->sha256());
  ASSERT_TRUE(report.expected);
  EXPECT_EQ(report.expected->rows, 75u);
  EXPECT_EQ(report.expected->labels_different, 0u);
  EXPECT_LT(report.expected->max_abs, 1e-15);  // numpy's pow and log are not the C library's
}

TEST(Check, says_which_expected_label_differs) {
  CheckOptions options = on_golden_rows();
  options.expected = {{"predict", changed_labels(31)}};
  const CheckReport report = must(check(converted(), open_golden(), options));
  EXPECT_FALSE(report.equal);
  EXPECT_EQ(report.labels_different, 0u);  // the two models agree
  EXPECT_EQ(report.expected->labels_different, 1u);
  EXPECT_EQ(report.expected->worst, "predict of row 31");
}

TEST(Check, says_which_expected_score_is_farthest) {
  CheckOptions options = on_golden_rows();
  Tensor scores = must(Tensor::copy_of(golden_array(cat(kFolder, "score_samples.npy")).view()));
  scores.mutable_values<double>()[8] += 0.25;
  scores.mutable_values<double>()[9] += 0.5;
  options.expected = {{"score_samples", scores}};
  const CheckReport report = must(check(converted(), open_golden(), options));
  EXPECT_TRUE(report.equal);  // scores do not decide, the report shows them
  EXPECT_EQ(report.expected->max_abs, 0.5);
  EXPECT_GT(report.expected->max_ulp, 1000u);
  EXPECT_EQ(report.expected->worst, "score_samples of row 9");
}

// A score of several columns: the place is a row, not an element.
TEST(Check, counts_rows_where_an_answer_has_columns) {
  const std::string folder = "scikit-learn-1.9.1/standard/";
  CheckOptions options;
  options.data = CheckRows{{golden_array(folder + "X.npy")}};
  Tensor scaled = must(Tensor::copy_of(golden_array(folder + "transform.npy").view()));
  scaled.mutable_values<double>()[static_cast<size_t>(7 * scaled.shape()[1] + 2)] += 1;
  options.expected = {{"transform", scaled}};
  const std::string file = folder + "model.joblib";
  const CheckReport report = must(check(converted(file), open_golden(file), options));
  EXPECT_EQ(report.expected->worst, "transform of row 7");
}

TEST(Check, refuses_expected_answers_that_do_not_fit) {
  const auto model = converted();
  const auto source = open_golden();
  CheckOptions options;
  options.expected = {{"predict", changed_labels(0)}};
  EXPECT_THAT(refusal_of(check(model, source, options)), HasSubstr("need the rows"));
  options = on_golden_rows();
  options.expected = {{"transform", changed_labels(0)}};
  EXPECT_THAT(refusal_of(check(model, source, options)), HasSubstr("no method \"transform\""));
  const std::vector<int64_t> few(74, 1);
  options.expected = {{"predict", Tensor::of(std::span<const int64_t>(few))}};
  EXPECT_THAT(refusal_of(check(model, source, options)), HasSubstr("the data has 75 rows"));
  options.expected = {{"predict", Tensor::scalar<int64_t>(1)}};
  EXPECT_THAT(refusal_of(check(model, source, options)), HasSubstr("[]"));
  const std::vector<int64_t> many(150, 1);
  options.expected = {{"predict", Tensor::of(std::span<const int64_t>(many), Shape{75, 2})}};
  EXPECT_THAT(refusal_of(check(model, source, options)), HasSubstr("[75, 2]"));
  options.expected = {{"predict", golden_array(cat(kFolder, "score_samples.npy"))}};
  EXPECT_THAT(refusal_of(check(model, source, options)), HasSubstr("cannot compare"));
}

// label = x > threshold, and a second input that the label does not read.
std::shared_ptr<const Model> threshold_model(double threshold, const std::string& output,
                                             int64_t width = 1) {
  Builder builder(builtin_ops(), "threshold");
  const SymbolicShape shape = std::vector<Dim>{Dim::symbol("N"), Dim(width)};
  const ValueId x = must(builder.input("X", ValueType::tensor(DType::kFloat64, shape)));
  const ValueId other = must(builder.input("Y", ValueType::tensor(DType::kFloat64, shape)));
  const ValueId bound = builder.scalar(threshold);
  EXPECT_TRUE(builder.output(must(builder.op("Greater", {x, bound})), output));
  EXPECT_TRUE(builder.output(must(builder.op("Neg", {other})), "negative"));
  return must(model_of(must(export_onnx(must(std::move(builder).finish()), builtin_ops()))));
}

CheckOptions two_inputs(std::initializer_list<double> x, int64_t columns = 1) {
  const auto rows = static_cast<int64_t>(x.size()) / columns;
  const Tensor values =
      Tensor::of(std::span<const double>(x.begin(), x.size()), Shape{rows, columns});
  CheckOptions options;
  options.data = CheckRows{{values, values}};
  return options;
}

TEST(Check, shows_the_row_whose_label_differs) {
  const CheckReport report = must(check(threshold_model(1, "label"), threshold_model(2, "label"),
                                        two_inputs({0, 1.5, 3, 0, 1.75})));
  EXPECT_FALSE(report.equal);
  EXPECT_FALSE(report.routing_proven);
  EXPECT_THAT(report.proof, HasSubstr("not proven, tested on 5 rows"));
  EXPECT_EQ(report.labels_different, 2u);
  ASSERT_EQ(report.examples.size(), 2u);
  EXPECT_EQ(report.examples[0].row, 1u);
  EXPECT_EQ(report.examples[0].origin, "given row 1");
  EXPECT_EQ(report.examples[0].ours, "true");
  EXPECT_EQ(report.examples[0].theirs, "false");
  EXPECT_EQ(report.examples[0].input, (std::vector<std::string>{"X=1.5", "Y=1.5"}));
  EXPECT_EQ(report.examples[1].row, 4u);
  EXPECT_THAT(report.statements, Contains(HasSubstr("no rows were generated")));
}

TEST(Check, counts_a_row_once_and_shows_ten) {
  std::vector<double> x(2 * 40, 1.5);
  const Tensor values = Tensor::of(std::span<const double>(x), Shape{40, 2});
  CheckOptions options;
  options.data = CheckRows{{values, values}};
  const CheckReport report =
      must(check(threshold_model(1, "label", 2), threshold_model(2, "label", 2), options));
  EXPECT_EQ(report.labels_different, 40u);
  EXPECT_EQ(report.examples.size(), 10u);
}

TEST(Check, refuses_models_that_cannot_be_compared) {
  const auto model = threshold_model(1, "label");
  EXPECT_THAT(refusal_of(check(model, converted(), {})), HasSubstr("2 and 1 inputs"));
  const auto mixed = must(check(model, threshold_model(1, "other"), two_inputs({1, 2})));
  EXPECT_TRUE(mixed.equal);  // they share "negative" alone
}

TEST(Check, refuses_inputs_of_different_row_counts) {
  const auto model = threshold_model(1, "label");
  CheckOptions options = two_inputs({1, 2, 3});
  const std::array<double, 2> short_values{1, 2};
  options.data->inputs[1] = Tensor::of(std::span<const double>(short_values), Shape{2, 1});
  EXPECT_THAT(refusal_of(check(model, model, options)), HasSubstr("2 rows"));
  options.data->inputs[1] = Tensor::scalar(1.0);
  EXPECT_FALSE(check(model, model, options));
  options.data->inputs.pop_back();
  EXPECT_FALSE(check(model, model, options));
  options.data->inputs.clear();
  EXPECT_FALSE(check(model, model, options));
}

// An answer that is not one per row (a sum over all rows) has no row to name.
TEST(Check, compares_answers_that_are_not_by_row) {
  const auto flat = [](int64_t add) {
    Builder builder(builtin_ops(), "flat");
    const SymbolicShape shape = std::vector<Dim>{Dim::symbol("N"), Dim(5)};
    const ValueId x = must(builder.input("X", ValueType::tensor(DType::kInt64, shape)));
    AttributeList attributes;
    attributes.set("keepdims", int64_t{0});
    const std::array<int64_t, 1> axes{0};
    const ValueId axis = builder.constant(Tensor::of(std::span<const int64_t>(axes)));
    const ValueId sum = must(builder.op("ReduceSum", {x, axis}, attributes));
    const ValueId moved = must(builder.op("Add", {sum, builder.scalar(add)}));
    EXPECT_TRUE(builder.output(moved, "sum"));
    return must(model_of(must(export_onnx(must(std::move(builder).finish()), builtin_ops()))));
  };
  const std::vector<int64_t> values(10, 1);
  CheckOptions options;
  options.data = CheckRows{{Tensor::of(std::span<const int64_t>(values), Shape{2, 5})}};
  EXPECT_TRUE(must(check(flat(0), flat(0), options)).equal);
  EXPECT_FALSE(must(check(flat(0), flat(1), options)).equal);
}

TEST(Check, a_method_without_its_output_in_both_models_is_refused) {
  const auto model = converted();
  Builder builder(builtin_ops(), "scores");
  const SymbolicShape shape = std::vector<Dim>{Dim::symbol("N"), Dim(int64_t{1})};
  const ValueId x = must(builder.input("X", ValueType::tensor(DType::kFloat64, shape)));
  std::string scores;
  for (const ValueDescription& output : model->outputs()) {
    if (output.dtype == DType::kFloat64) scores = output.name;
  }
  EXPECT_TRUE(builder.output(must(builder.op("Neg", {x})), scores));
  const auto other =
      must(model_of(must(export_onnx(must(std::move(builder).finish()), builtin_ops()))));
  CheckOptions options = on_golden_rows();
  options.expected = {{"predict", changed_labels(0)}};
  EXPECT_THAT(refusal_of(check(model, other, options)), HasSubstr("predict"));
}

TEST(Check, says_how_far_it_is_and_stops_when_told) {
  CheckOptions options = on_golden_rows();
  uint64_t last = 0;
  uint64_t total = 0;
  options.progress = [&](uint64_t done, uint64_t all) {
    EXPECT_GT(done, last);
    last = done;
    total = all;
    return true;
  };
  must(check(converted(), open_golden(), options));
  EXPECT_EQ(last, total);
  options.progress = [](uint64_t, uint64_t) { return false; };
  const auto stopped = check(converted(), open_golden(), options);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace tundish
