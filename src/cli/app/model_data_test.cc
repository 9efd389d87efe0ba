#include "cli/app/model_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/app/command.h"

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kExample = std::string(TUNDISH_SOURCE_DIR) + "/examples/isolation_forest/";

std::shared_ptr<const Model> example() {
  Result<std::shared_ptr<const Model>> model = open_pieces(kExample + "model.joblib", {}, {});
  EXPECT_TRUE(model) << model.error().to_string();
  return model ? *model : nullptr;
}

TEST(ModelData, pieces_keep_the_order_of_steps) {
  EXPECT_THAT(ordered_pieces("m", {}), ElementsAre("m"));
  EXPECT_THAT(ordered_pieces("", {"s", "m"}), ElementsAre("s", "m"));
  EXPECT_THAT(ordered_pieces("m", {"s"}), ElementsAre("s", "m"));
  EXPECT_THAT(ordered_pieces("m", {"s", "m"}), ElementsAre("s", "m"));
}

TEST(ModelData, wrong_words_are_wrong_usage) {
  OpenOptions options;
  options.select = "nothing[7]";
  const auto model = open_pieces(kExample + "model.joblib", {}, options);
  ASSERT_FALSE(model);
  EXPECT_TRUE(is_usage_error(model.error())) << model.error().to_string();
}

TEST(ModelData, a_name_before_equals_must_be_an_input) {
  const auto model = example();
  const std::string input = model->inputs().at(0).name;
  const auto files = input_files({input + "=a.npy", "b=c.csv"}, *model);
  EXPECT_EQ(files[0].input_name, input);
  EXPECT_EQ(files[0].path, "a.npy");
  EXPECT_EQ(files[1].input_name, "");
  EXPECT_EQ(files[1].path, "b=c.csv");
}

TEST(ModelData, the_contract_names_columns_and_values) {
  const DataContract contract = data_contract(*example());
  ASSERT_EQ(contract.inputs.size(), 1u);
  EXPECT_EQ(contract.inputs[0].form, InputForm::kMatrix);
  EXPECT_EQ(contract.inputs[0].width, 6);
}

TEST(ModelData, methods_share_outputs_and_unknown_ones_are_listed) {
  const auto model = example();
  const auto plan = plan_methods(*model, {"predict", "score_samples", "predict"});
  ASSERT_TRUE(plan) << plan.error().to_string();
  EXPECT_EQ(plan->outputs.size(), 2u);
  EXPECT_EQ(plan->answers.size(), 3u);
  EXPECT_TRUE(plan->answers[0].one_value_a_row);
  const auto unknown = plan_methods(*model, {"transform"});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message(), HasSubstr("decision_function"));
  const auto output = plan_outputs(*model, {"nothing"});
  ASSERT_FALSE(output);
  EXPECT_THAT(output.error().message(), HasSubstr("score_samples"));
}

TEST(ModelData, one_value_a_row_loses_its_axis) {
  const double values[] = {1, 2, 3};
  const Tensor column = Tensor::of(std::span<const double>(values), Shape{3, 1});
  Answer answer;
  EXPECT_EQ(shaped(answer, column).shape(), (Shape{3, 1}));
  answer.one_value_a_row = true;
  EXPECT_EQ(shaped(answer, column).shape(), (Shape{3}));
}

TEST(ModelData, rows_and_answers_are_read_whole) {
  const auto model = example();
  const auto rows = read_all_rows(*model, {kExample + "rows.csv"}, {});
  ASSERT_TRUE(rows) << rows.error().to_string();
  const auto answers = read_expected(*model, kExample + "expected");
  ASSERT_TRUE(answers) << answers.error().to_string();
  EXPECT_EQ(answers->size(), 3u);
  for (const auto& [method, array] : *answers) {
    EXPECT_EQ(array.shape()[0], rows->inputs[0].shape()[0]) << method;
  }
  const auto one = read_expected(*model, kExample + "expected/predict.npy");
  ASSERT_TRUE(one) << one.error().to_string();
  EXPECT_EQ(one->at(0).first, "predict");
  EXPECT_FALSE(read_expected(*model, kExample));
}

}  // namespace
}  // namespace tundish
