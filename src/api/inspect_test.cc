#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "api/model_for_test.h"
#include "tundish/convert.h"

namespace tundish {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

std::string fact(const InspectReport& report, std::string_view name) {
  for (const auto& [key, value] : report.facts) {
    if (key == name) return value;
  }
  return "";
}

bool has_line(const std::vector<std::string>& lines, std::string_view part) {
  return std::ranges::any_of(lines, [&](const auto& line) { return line.find(part) != line.npos; });
}

TEST(Inspect, shows_a_joblib_model) {
  const InspectReport report = must(inspect(golden_path(kSmallForest)));
  EXPECT_EQ(report.format, "joblib");
  EXPECT_EQ(report.file_bytes, 10'810u);
  EXPECT_FALSE(report.refused);
  ASSERT_NE(report.model, nullptr);
  EXPECT_EQ(report.sha256, report.model->sha256());
  EXPECT_EQ(fact(report, "estimator"), "IsolationForest");
  EXPECT_EQ(fact(report, "trained with"), "scikit-learn 1.9.1");
  EXPECT_THAT(fact(report, "compression"), HasSubstr("zlib"));
  EXPECT_THAT(fact(report, "trees"), HasSubstr("8 trees"));
  EXPECT_THAT(fact(report, "contract"), AllOf(HasSubstr("1 features"), HasSubstr("NaN accepted")));
  EXPECT_TRUE(has_line(report.tree, "IsolationForest"));
  EXPECT_TRUE(has_line(report.tree, "estimators_"));
  ASSERT_FALSE(report.globals.empty());
  for (const auto& global : report.globals) EXPECT_EQ(global.standing, "allowed") << global.name;
}

TEST(Inspect, shows_an_onnx_file_and_its_graph_when_asked) {
  const FileForTest file("inspected.onnx", must(convert(open_golden())).bytes);
  InspectReport report = must(inspect(file.path()));
  EXPECT_EQ(report.format, "onnx");
  EXPECT_TRUE(report.tree.empty());
  EXPECT_TRUE(report.graph_text.empty() && report.graph_dot.empty());
  EXPECT_THAT(fact(report, "made from"), HasSubstr("model.z3.joblib"));
  EXPECT_THAT(fact(report, "nodes"), HasSubstr("tundish.TreeEnsemble"));
  EXPECT_FALSE(fact(report, "tundish.certificate").empty());
  InspectOptions options;
  options.graph = options.dot = true;
  report = must(inspect(file.path(), options));
  EXPECT_THAT(report.graph_text, HasSubstr("TreeEnsemble"));
  EXPECT_THAT(report.graph_dot, HasSubstr("digraph"));
}

TEST(Inspect, shows_a_refused_pickle_without_running_it) {
  const std::filesystem::path marker = "/tmp/tundish_hostile_marker";
  const bool before = std::filesystem::exists(marker);
  const InspectReport report = must(inspect(golden_path("hostile/exec_os_system_p2.pkl")));
  EXPECT_EQ(report.format, "pickle");
  ASSERT_TRUE(report.refused);
  EXPECT_EQ(report.refused->code(), ErrorCode::kUntrusted);
  EXPECT_EQ(report.model, nullptr);
  ASSERT_EQ(report.globals.size(), 1u);
  EXPECT_EQ(report.globals[0].module, "posix");
  EXPECT_EQ(report.globals[0].name, "system");
  EXPECT_EQ(report.globals[0].standing, "refused");
  EXPECT_EQ(report.globals[0].offset, 2u);
  EXPECT_TRUE(has_line(report.tree, "posix.system"));
  EXPECT_TRUE(has_line(report.tree, "touch"));
  EXPECT_EQ(std::filesystem::exists(marker), before);
}

// A payload beside a real model: the model's names are allowed, the payload's name is refused.
TEST(Inspect, tells_the_payload_from_the_model_around_it) {
  const InspectReport report =
      must(inspect(golden_path("hostile/exec_real_logreg_plus_payload.pkl")));
  ASSERT_TRUE(report.refused);
  size_t refused = 0;
  size_t allowed = 0;
  for (const auto& global : report.globals) {
    refused += global.standing == "refused" ? 1 : 0;
    allowed += global.standing == "allowed" ? 1 : 0;
  }
  EXPECT_GE(refused, 1u);
  EXPECT_GE(allowed, 1u);
}

TEST(Inspect, every_hostile_file_ends_in_a_report_or_an_error) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("hostile"))) {
    const std::string suffix = entry.path().extension().string();
    if (suffix != ".pkl" && suffix != ".joblib") continue;
    if (entry.path().filename().string().starts_with("bomb_")) continue;  // seconds of unpacking
    SCOPED_TRACE(entry.path().filename().string());
    const auto report = inspect(entry.path().string());
    ++count;
    if (!report) {
      EXPECT_NE(report.error().code(), ErrorCode::kInternal);
      continue;
    }
    EXPECT_TRUE(report->refused);
    EXPECT_LE(report->tree.size(), 401u);
    for (const std::string& line : report->tree) {
      EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 0x7f; })) << line;
    }
  }
  EXPECT_GT(count, 80u);
}

TEST(Inspect, fails_where_nothing_can_be_shown) {
  const auto missing = inspect(golden_path("no_such_file.joblib"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  const FileForTest text("words.txt", "just some words\n");
  EXPECT_THAT(refusal_of(inspect(text.path())), HasSubstr("words.txt"));
  EXPECT_FALSE(inspect(golden_path("data")));
}

}  // namespace
}  // namespace tundish
