#include "ort/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kVariable = "TUNDISH_ORT_LIBRARY";
/// Another converter's file: float32 rows of four columns.
constexpr const char* kModel =
    TUNDISH_SOURCE_DIR "/tests/golden/onnx_import/random_forest/model.onnx";

class OrtSessions : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv(kVariable);
    if (path == nullptr || *path == 0) GTEST_SKIP() << kVariable << " names no library";
    auto loaded = ort::Library::load(path);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().to_string();
    library_ = *loaded;
  }
  Result<std::unique_ptr<ort::Session>> open(const ort::SessionSettings& settings = {}) {
    return ort::Session::open(library_, kModel, settings);
  }
  std::shared_ptr<const ort::Library> library_;
  Tensor rows_ = Tensor::allocate(DType::kFloat32, Shape{3, 4}).value();
};

TEST_F(OrtSessions, know_their_library_and_model) {
  EXPECT_FALSE(library_->version().empty());
  const auto session = open().value();
  EXPECT_EQ(session->input_names().size(), 1u);
  EXPECT_THAT(session->input_types(), ElementsAre(DType::kFloat32));
  EXPECT_FALSE(session->output_names().empty());
}

TEST_F(OrtSessions, answer_with_tensors_sequences_and_maps) {
  const auto session = open({.thread_count = 1, .providers = {"CPU"}}).value();
  const Value input(rows_);
  const auto feed = session->feed({&input, 1}).value();
  std::vector<size_t> outputs;
  for (size_t i = 0; i < session->output_names().size(); ++i) outputs.push_back(i);
  ort::Session::Values answers(library_);
  for (int turn = 0; turn < 2; ++turn) {
    ASSERT_TRUE(session->run(*feed, outputs, answers));
    ASSERT_EQ(answers.size(), outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Result<Value> copy = session->copy(answers, i);
      ASSERT_TRUE(copy.has_value()) << copy.error().to_string();
      if (copy->tensor() != nullptr) {
        EXPECT_EQ(copy->tensor()->shape()[0], 3);
      }
    }
  }
}

TEST_F(OrtSessions, pass_its_words_on) {
  const auto missing = ort::Session::open(library_, "/no/such/model.onnx", {});
  EXPECT_THAT(missing.error().to_string(), HasSubstr("ONNX Runtime: "));
  const auto session = open().value();
  const Value wrong(Tensor::allocate(DType::kFloat64, Shape{2, 4}).value());
  const auto feed = session->feed({&wrong, 1}).value();
  ort::Session::Values answers(library_);
  const size_t first = 0;
  EXPECT_THAT(session->run(*feed, {&first, 1}, answers).error().to_string(),
              HasSubstr("ONNX Runtime: "));
}

TEST_F(OrtSessions, refuse_what_is_not_there) {
  const auto session = open().value();
  EXPECT_THAT(session->feed({}).error().to_string(), HasSubstr("has 1 inputs, 0 are given"));
  const auto none = open({.thread_count = 1, .providers = {"NoSuch"}});
  EXPECT_EQ(none.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(none.error().to_string(), HasSubstr("no provider \"NoSuch\"; it has"));
}

}  // namespace
}  // namespace tundish
