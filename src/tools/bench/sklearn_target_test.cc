#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tools/bench/bench.h"
#include "tools/bench/peer_for_test.h"
#include "tools/bench/target.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

constexpr const char* kVariable = "TUNDISH_PEER_PYTHON";

PeerOptions options_for(const std::string& python) {
  PeerOptions options;
  options.model_path = small_forest();
  options.method = "decision_function";
  options.python = python;
  return options;
}

std::shared_ptr<const BenchRows> three_rows() { return bench_rows(matrix_of({1, 2, 3}, 1), 7); }

// A shell script in the place of Python.
class ScriptForTest {
 public:
  explicit ScriptForTest(std::string_view lines)
      : path_(cat(::testing::TempDir(), "tundish_python_", ::getpid())) {
    std::ofstream(path_) << "#!/bin/sh\n" << lines;
    ::chmod(path_.c_str(), 0700);
  }
  ~ScriptForTest() { std::remove(path_.c_str()); }
  ScriptForTest(const ScriptForTest&) = delete;
  ScriptForTest& operator=(const ScriptForTest&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(SklearnTarget, names_the_python_that_is_not_there) {
  const auto target = open_sklearn_target(options_for("/no/such/python"), three_rows());
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(target.error().to_string(), HasSubstr("cannot start \"/no/such/python\""));
}

TEST(SklearnTarget, names_the_program_that_is_no_python) {
  const ScriptForTest mute("exit 0\n");
  const std::string text = refusal_of(open_sklearn_target(options_for(mute.path()), three_rows()));
  EXPECT_THAT(text, HasSubstr(mute.path()));
  EXPECT_THAT(text, HasSubstr("--python"));
  const ScriptForTest chatty("echo hello\n");
  EXPECT_THAT(refusal_of(open_sklearn_target(options_for(chatty.path()), three_rows())),
              HasSubstr("answered strangely"));
}

TEST(SklearnTarget, says_that_the_package_is_missing) {
  const ScriptForTest bare("echo \"failed ModuleNotFoundError: No module named 'sklearn'\"\n");
  const auto target = open_sklearn_target(options_for(bare.path()), three_rows());
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(target.error().to_string(), HasSubstr("has no scikit-learn"));
  EXPECT_THAT(target.error().to_string(), HasSubstr("No module named 'sklearn'"));
}

// A process that has ended is an error of the next command, not a signal that ends this one.
TEST(SklearnTarget, outlives_its_process) {
  const ScriptForTest brief("echo ready 1.0 2.5\nread line\necho prepared\nexit 0\n");
  const auto target = must(open_sklearn_target(options_for(brief.path()), three_rows()));
  EXPECT_EQ(target->version(), "1.0");
  EXPECT_EQ(target->load_ms(), 2.5);
  ASSERT_TRUE(target->prepare(1));
  BenchSamples samples;
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(target->run_round(0, 1, samples));
  EXPECT_EQ(samples.calls, 0);
}

TEST(SklearnTarget, reads_times) {
  const ScriptForTest timed(
      "echo ready 1.0 2\nread line\necho prepared\nread line\necho times 700 100 250.5 300\n"
      "read line\n");
  const auto target = must(open_sklearn_target(options_for(timed.path()), three_rows()));
  ASSERT_TRUE(target->prepare(1));
  BenchSamples samples;
  ASSERT_TRUE(target->run_round(0, 1, samples));
  EXPECT_EQ(samples.calls, 3);
  EXPECT_EQ(samples.cpu_ns, 700);
  EXPECT_THAT(samples.call_ns, ::testing::ElementsAre(100, 250.5, 300));
}

class SklearnPeer : public ::testing::Test {
 protected:
  void SetUp() override {
    python_ = variable(kVariable);
    if (python_.empty()) GTEST_SKIP() << kVariable << " names no Python with scikit-learn";
  }
  std::string python_;
};

TEST_F(SklearnPeer, runs_rounds) {
  const auto target = must(open_sklearn_target(options_for(python_), three_rows()));
  EXPECT_EQ(target->name(), "scikit-learn");
  EXPECT_FALSE(target->version().empty());
  EXPECT_GT(target->load_ms(), 0);
  ASSERT_TRUE(target->prepare(7));
  BenchSamples samples;
  ASSERT_TRUE(target->run_round(0, 4, samples));
  EXPECT_EQ(samples.calls, 4);
  EXPECT_GT(samples.cpu_ns, 0);
}

TEST_F(SklearnPeer, passes_its_words_on) {
  PeerOptions options = options_for(python_);
  options.model_path = golden_path("none.joblib");
  EXPECT_THAT(refusal_of(open_sklearn_target(options, three_rows())),
              HasSubstr("FileNotFoundError"));
  options = options_for(python_);
  options.method = "transform";
  EXPECT_THAT(refusal_of(open_sklearn_target(options, three_rows())), HasSubstr("AttributeError"));
  const auto target =
      must(open_sklearn_target(options_for(python_), bench_rows(matrix_of({1, 2, 3, 4}, 2), 1)));
  EXPECT_THAT(refusal_of(target->prepare(1)), HasSubstr("expecting 1 features"));
}

}  // namespace
}  // namespace tundish
