#include "import/sklearn/core/chain.h"

#include <gtest/gtest.h>

#include "import/sklearn/core/fake_ops.h"

namespace tundish::sklearn {
namespace {

// Passes its input through under a given description.
class Step : public Estimator {
 public:
  explicit Step(Description description) : Estimator(std::move(description), "step") {}
  Result<Answers> build(Builder&, const Features& input,
                        std::span<const std::string>) const override {
    return Answers{{description().methods.front(), input.value, input.dtype}};
  }
  std::vector<std::string> output_names(std::span<const std::string> input) const override {
    std::vector<std::string> names;
    for (const std::string& name : input) names.push_back(description().name + "_" + name);
    return names;
  }
};

Description transformer(SpecialValues accepts, SpecialValues removes = {}) {
  Description description;
  description.name = "T";
  description.contract_estimator = "T";
  description.methods = {"transform"};
  description.feature_count = 3;
  description.behaviour = {.accepts = accepts, .removes = removes, .accepts_no_rows = true};
  return description;
}

EstimatorPointer step(Description description) {
  return std::make_unique<Step>(std::move(description));
}

template <class... Steps> Result<EstimatorPointer> chain(Steps... steps) {
  std::vector<EstimatorPointer> list;
  (list.push_back(std::move(steps)), ...);
  return make_chain(std::move(list), {}, "place");
}

TEST(Chain, a_value_gets_through_up_to_the_step_that_removes_it) {
  const SpecialValues nan_only = {.nan = true};
  auto kept = chain(step(transformer(nan_only)), step(transformer({})));
  ASSERT_TRUE(kept);
  EXPECT_FALSE((*kept)->description().behaviour.accepts.nan);
  auto removed = chain(step(transformer(nan_only, nan_only)), step(transformer({})));
  ASSERT_TRUE(removed);
  EXPECT_TRUE((*removed)->description().behaviour.accepts.nan);
  EXPECT_TRUE((*removed)->description().behaviour.removes.nan);
  EXPECT_FALSE((*removed)->description().behaviour.accepts.infinity);
  auto late = chain(step(transformer({})), step(transformer(nan_only, nan_only)));
  EXPECT_FALSE((*late)->description().behaviour.accepts.nan);
}

TEST(Chain, describes_itself_by_its_first_and_last_step) {
  Description last = transformer({});
  last.name = "P";
  last.kind = EstimatorKind::kRegressor;
  last.methods = {"predict"};
  last.feature_count = 9;
  const auto whole = chain(EstimatorPointer(), step(transformer({})), step(last));
  ASSERT_TRUE(whole);
  const Description& description = (*whole)->description();
  EXPECT_EQ(description.name, "Pipeline(passthrough, T, P)");
  EXPECT_EQ(description.contract_estimator, "T");
  EXPECT_EQ(description.kind, EstimatorKind::kRegressor);
  EXPECT_EQ(description.methods, std::vector<std::string>{"predict"});
  EXPECT_EQ(description.feature_count, 3);
}

TEST(Chain, names_of_columns_go_through_the_steps) {
  const auto whole = chain(step(transformer({})), EstimatorPointer(), step(transformer({})));
  ASSERT_TRUE(whole);
  const std::vector<std::string> names = {"a"};
  EXPECT_EQ((*whole)->output_names(names), std::vector<std::string>{"T_T_a"});
}

TEST(Chain, refuses_what_is_no_chain) {
  EXPECT_FALSE(chain());
  EXPECT_FALSE(chain(EstimatorPointer()));
  Description predictor = transformer({});
  predictor.kind = EstimatorKind::kClassifier;
  const auto middle = chain(step(predictor), step(transformer({})));
  ASSERT_FALSE(middle);
  EXPECT_NE(middle.error().to_string().find("T is not the last step"), std::string::npos);
}

TEST(Chain, refuses_a_width_that_does_not_fit) {
  Description wide = transformer({});
  wide.feature_count = 4;
  const auto whole = chain(step(transformer({})), step(wide));
  ASSERT_TRUE(whole);
  Builder builder(fake_ops(), "g");
  const auto type = ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim::symbol("N"), Dim(3)});
  Result<ValueId> x = builder.input("X", type);
  ASSERT_TRUE(x);
  const std::vector<std::string> methods = {"transform"};
  const auto answers = (*whole)->build(builder, {*x, DType::kFloat64, 3, {}}, methods);
  ASSERT_FALSE(answers);
  EXPECT_NE(answers.error().to_string().find("fitted on 4 features"), std::string::npos);
}

}  // namespace
}  // namespace tundish::sklearn
