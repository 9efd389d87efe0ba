#include "tools/bench/ort_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tools/bench/peer_for_test.h"

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kVariable = "TUNDISH_ORT_LIBRARY";

TEST(OrtLibrary, says_what_would_help_where_there_is_none) {
  const VariableForTest unset(kVariable, nullptr);
  for (const char* python : {"/no/such/python", "it's quoted"}) {
    const auto library = OrtLibrary::load("", python);
    ASSERT_FALSE(library);
    EXPECT_EQ(library.error().code(), ErrorCode::kNotFound);
    const std::string text = library.error().to_string();
    EXPECT_THAT(text, HasSubstr(python));
    EXPECT_THAT(text, HasSubstr("--ort-library"));
    EXPECT_THAT(text, HasSubstr(kVariable));
    EXPECT_THAT(text, HasSubstr("--python"));
  }
}

TEST(OrtLibrary, names_the_file_that_cannot_be_loaded) {
  EXPECT_THAT(refusal_of(OrtLibrary::load("/no/such/libonnxruntime.so", "python3")),
              HasSubstr("/no/such/libonnxruntime.so"));
  const VariableForTest set(kVariable, "/no/such/variable.so");
  EXPECT_THAT(refusal_of(OrtLibrary::load("", "/no/such/python")),
              HasSubstr("/no/such/variable.so"));
}

TEST(OrtLibrary, knows_other_libraries_from_its_own) {
  const auto library = OrtLibrary::load("libm.so.6", "python3");
  ASSERT_FALSE(library);
  EXPECT_THAT(library.error().to_string(), HasSubstr("no ONNX Runtime library"));
}

class OrtSessions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (variable(kVariable).empty()) GTEST_SKIP() << kVariable << " names no library";
    library_ = must(OrtLibrary::load("", "python3"));
  }
  std::shared_ptr<const OrtLibrary> library_;
};

TEST_F(OrtSessions, answer_as_we_do) {
  EXPECT_FALSE(library_->version().empty());
  EXPECT_EQ(library_->path(), variable(kVariable));
  const auto theirs = must(OrtSession::open(library_, foreign_model(), 1));
  const auto model = must(Model::open(foreign_model()));
  ASSERT_EQ(theirs->input_names().size(), 1u);
  EXPECT_EQ(theirs->input_names()[0], model->inputs()[0].name);
  EXPECT_THAT(theirs->input_types(), ElementsAre(DType::kFloat32));
  ASSERT_EQ(theirs->output_names().size(), model->outputs().size());
  const int64_t columns = model->inputs()[0].dims[1];
  std::vector<float> values(static_cast<size_t>(3 * columns));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 4 - 1;
  const TensorView rows = matrix_view(values.data(), 3, columns);
  const auto feed = must(theirs->feed({rows}));
  ASSERT_TRUE(theirs->run(*feed, {0}));
  const Tensor answer = must(theirs->run_copy(*feed, 0));
  Session ours = must(Session::create(model));
  const auto wanted = must(ours.run({&rows, 1}))[0];
  ASSERT_EQ(answer.shape(), wanted.shape);
  ASSERT_EQ(answer.dtype(), DType::kFloat32);
  for (size_t i = 0; i < answer.values<float>().size(); ++i) {
    EXPECT_NEAR(answer.values<float>()[i], wanted.values<float>()[i], 1e-5);
  }
}

TEST_F(OrtSessions, pass_its_words_on) {
  EXPECT_THAT(refusal_of(OrtSession::open(library_, golden_path("none.onnx"), 1)),
              HasSubstr("ONNX Runtime: "));
  EXPECT_THAT(refusal_of(OrtSession::open(library_, small_forest(), 1)),
              HasSubstr("ONNX Runtime: "));
  const auto session = must(OrtSession::open(library_, foreign_model(), 1));
  const std::array<double, 8> values{};
  const auto wrong_type = must(session->feed({matrix_view(values.data(), 2, 4)}));
  EXPECT_THAT(refusal_of(session->run(*wrong_type, {0})), HasSubstr("ONNX Runtime: "));
  EXPECT_THAT(refusal_of(session->run_copy(*wrong_type, 0)), HasSubstr("ONNX Runtime: "));
}

TEST_F(OrtSessions, refuse_another_number_of_inputs) {
  const auto session = must(OrtSession::open(library_, foreign_model(), 1));
  const std::array<float, 8> values{};
  const TensorView rows = matrix_view(values.data(), 2, 4);
  EXPECT_THAT(refusal_of(session->feed({rows, rows})), HasSubstr("has 1 inputs, 2 are given"));
  EXPECT_FALSE(session->feed({}));
  const auto feed = must(session->feed({rows}));
  EXPECT_THAT(refusal_of(session->run(*feed, std::vector<size_t>(17, 0))), HasSubstr("16"));
}

}  // namespace
}  // namespace tundish
