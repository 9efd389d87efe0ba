#include "tundish/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/model_for_test.h"
#include "base/hash.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

Result<std::shared_ptr<const Model>> open_with(std::string_view below, const OpenOptions& options) {
  return Model::open(golden_path(below), options);
}

TEST(Model, opens_a_joblib_and_says_what_it_is) {
  const auto model = open_golden();
  EXPECT_EQ(model->source().library, "scikit-learn");
  EXPECT_EQ(model->source().version, "1.9.1");
  EXPECT_EQ(model->source().file_name, "model.z3.joblib");
  EXPECT_EQ(model->source().sha256, model->sha256());
  EXPECT_EQ(model->sha256().size(), 64u);
  EXPECT_EQ(model->file_bytes(), 10'810u);
  EXPECT_EQ(model->contract().count, 1);
  EXPECT_EQ(model->default_method(), "decision_function");
  ASSERT_NE(model->find_method("predict"), nullptr);
  EXPECT_EQ(model->find_method("predict")->dtype, DType::kInt64);
  EXPECT_EQ(model->find_method("transform"), nullptr);
  ASSERT_EQ(model->inputs().size(), 1u);
  EXPECT_EQ(model->inputs()[0].dims, (std::vector<int64_t>{-1, 1}));
}

TEST(Model, opens_plain_onnx_without_a_contract) {
  const auto model = open_golden("onnx_import/random_forest/model.onnx");
  EXPECT_FALSE(model->contract().present);
  EXPECT_TRUE(model->methods().empty());
  EXPECT_TRUE(model->default_method().empty());
  EXPECT_TRUE(model->source().sha256.empty());
}

TEST(Model, names_the_file_that_cannot_be_read) {
  const auto missing = Model::open(golden_path("no_such_model.joblib"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().to_string(), HasSubstr("no_such_model.joblib"));
  const auto folder = Model::open(golden_path("data"));
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code(), ErrorCode::kIo);
  EXPECT_THAT(folder.error().to_string(), HasSubstr("not a regular file"));
}

TEST(Model, refuses_what_is_no_model) {
  const FileForTest empty("empty.joblib", "");
  const auto nothing = Model::open(empty.path());
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::kInvalidModel);
  EXPECT_THAT(nothing.error().to_string(), HasSubstr("empty"));
  EXPECT_THAT(nothing.error().to_string(), HasSubstr("empty.joblib"));
  const FileForTest page("page.joblib", "<!DOCTYPE html><html><body>404</body></html>");
  const auto html = Model::open(page.path());
  ASSERT_FALSE(html);
  EXPECT_EQ(html.error().code(), ErrorCode::kInvalidModel);
  EXPECT_THAT(html.error().to_string(), HasSubstr("HTML"));
  EXPECT_FALSE(open_with("data/f8.npy", {}));
}

TEST(Model, a_wrong_selection_lists_the_choices) {
  OpenOptions options;
  options.select = "evening";
  const std::string text =
      refusal_of(open_with("scikit-learn-1.9.1/dict_two_models_day/model.z3.joblib", options));
  EXPECT_THAT(text, HasSubstr("evening"));
  EXPECT_THAT(text, HasSubstr("day"));
  EXPECT_THAT(text, HasSubstr("night"));
  // and without any selection, two models are not one
  const std::string both =
      refusal_of(open_with("scikit-learn-1.9.1/dict_two_models_day/model.z3.joblib", {}));
  EXPECT_THAT(both, HasSubstr("day"));
  EXPECT_THAT(both, HasSubstr("night"));
}

TEST(Model, joins_steps_and_names_each_file) {
  const std::string folder = "scikit-learn-1.9.1/side_by_side/";
  OpenOptions options;
  options.steps = {golden_path(folder + "model.joblib")};
  const auto model = must(open_with(folder + "scaler.joblib", options));
  EXPECT_EQ(model->source().file_name, "scaler.joblib,model.joblib");
  EXPECT_EQ(model->source().sha256.size(), 129u);
  EXPECT_EQ(model->source().estimator, "Pipeline(StandardScaler, IsolationForest)");
  options.steps = {golden_path("no_such_step.joblib")};
  EXPECT_THAT(refusal_of(open_with(folder + "scaler.joblib", options)),
              HasSubstr("no_such_step.joblib"));
}

TEST(Model, keeps_to_its_memory_limit) {
  OpenOptions options;
  options.limits.max_memory_bytes = 4096;
  const auto model = open_with(kSmallForest, options);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code(), ErrorCode::kLimit);
}

// The digest of the artefact: one bit anywhere is found before anything is parsed or, in the digest
// entry itself, by the producer's name.
TEST(Model, refuses_a_change_of_any_byte) {
  const std::string bytes = must(convert(open_golden())).bytes;
  ASSERT_TRUE(model_of(bytes));
  const auto damaged = std::make_shared<std::string>(bytes);
  for (size_t at = 0; at < bytes.size(); ++at) {
    const auto bit = static_cast<char>(1 << (at % 8));
    (*damaged)[at] = static_cast<char>(bytes[at] ^ bit);
    const auto model = Model::from_bytes(as_bytes(*damaged), damaged);
    (*damaged)[at] = bytes[at];
    ASSERT_FALSE(model) << "byte " << at << " of " << bytes.size();
    ASSERT_EQ(model.error().code(), ErrorCode::kInvalidModel) << model.error().to_string();
  }
}

TEST(Model, refuses_every_shorter_file) {
  const std::string bytes = must(convert(open_golden())).bytes;
  for (size_t size = 0; size < bytes.size(); size += size + 300 < bytes.size() ? 61 : 1) {
    ASSERT_FALSE(model_of(bytes.substr(0, size))) << size << " of " << bytes.size() << " bytes";
  }
  ASSERT_FALSE(model_of(bytes + '\0'));
  const FileForTest cut("cut.onnx", bytes.substr(0, bytes.size() - 1));
  EXPECT_THAT(refusal_of(Model::open(cut.path())), HasSubstr("cut.onnx"));
}

}  // namespace
}  // namespace tundish
