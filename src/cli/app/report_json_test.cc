#include "cli/app/report_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace tundish {
namespace {

using nlohmann::json;

CheckReport report() {
  CheckReport result;
  result.equal = true;
  result.given_rows = 2000;
  result.generated_rows = 31204;
  result.max_ulp = 2;
  result.routing_proven = true;
  result.proof = "every comparison";
  result.model_sha256 = "aa";
  result.source_sha256 = "bb";
  return result;
}

TEST(ReportJson, check_has_the_promised_keys) {
  const json document = json::parse(check_json(report()));
  EXPECT_EQ(document["equal"], true);
  EXPECT_EQ(document["rows"]["given"], 2000);
  EXPECT_EQ(document["rows"]["generated"], 31204);
  EXPECT_EQ(document["labels"]["different"], 0);
  EXPECT_TRUE(document["labels"]["examples"].is_array());
  EXPECT_EQ(document["scores"]["max_ulp"], 2);
  EXPECT_EQ(document["proven"]["routing"], true);
  EXPECT_EQ(document["proven"]["why"], "every comparison");
  EXPECT_EQ(document["model_sha256"], "aa");
  EXPECT_EQ(document["source_sha256"], "bb");
  EXPECT_FALSE(document.contains("expected"));
}

TEST(ReportJson, infinite_differences_are_null) {
  CheckReport infinite = report();
  infinite.max_abs = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(json::parse(check_json(infinite))["scores"]["max_abs"].is_null());
}

TEST(ReportJson, convert_lists_models_and_errors_in_order) {
  ConvertedSource good;
  good.source = "a.joblib";
  good.output = "a.onnx";
  good.output_bytes = 312;
  good.conversion.emplace();
  good.conversion->source.estimator = "IsolationForest";
  good.conversion->source.library = "scikit-learn";
  good.conversion->source.version = "1.2.2";
  good.conversion->source_bytes = 1460;
  good.conversion->check = report();
  ConvertedSource bad;
  bad.source = "b\xff.pkl";  // a file name that is not UTF-8
  bad.error = Unsupported("class \"X\"");
  const json models = json::parse(convert_json({good, bad}))["models"];
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0]["ok"], true);
  EXPECT_EQ(models[0]["library"], "scikit-learn 1.2.2");
  EXPECT_EQ(models[0]["bytes"]["output"], 312);
  EXPECT_EQ(models[0]["check"]["equal"], true);
  EXPECT_TRUE(models[0]["error"].is_null());
  EXPECT_EQ(models[1]["ok"], false);
  EXPECT_TRUE(models[1]["output"].is_null());
  EXPECT_EQ(models[1]["error"]["code"], "unsupported");
}

TEST(ReportJson, run_counts_rows_a_second) {
  RunSummary summary;
  summary.rows = 1000;
  summary.seconds = 0.5;
  summary.outputs.push_back({"predict", "int64", {1000}});
  const json document = json::parse(run_json(summary));
  EXPECT_EQ(document["rows_per_s"], 2000.0);
  EXPECT_EQ(document["outputs"][0]["dtype"], "int64");
  EXPECT_EQ(document["outputs"][0]["shape"][0], 1000);
}

TEST(ReportJson, a_profile_is_a_chrome_trace) {
  const json trace =
      json::parse(chrome_trace({{"a", "Add", "", 2, 3000}, {"b", "Neg", "", 2, 500}}));
  ASSERT_EQ(trace["traceEvents"].size(), 2u);
  EXPECT_EQ(trace["traceEvents"][0]["dur"], 3.0);
  EXPECT_EQ(trace["traceEvents"][1]["ts"], 3.0);
  EXPECT_EQ(trace["traceEvents"][1]["args"]["op"], "Neg");
}

TEST(ReportJson, inspect_shows_refusal_and_globals) {
  InspectReport shown;
  shown.format = "pickle";
  shown.globals.push_back({"posix", "system", 12, 1, "refused"});
  shown.refused = Untrusted("would call posix.system");
  const json document = json::parse(inspect_json("evil.pkl", shown));
  EXPECT_EQ(document["refused"]["code"], "untrusted");
  EXPECT_EQ(document["globals"][0]["offset"], 12);
  EXPECT_EQ(json::parse(formats_json({{"l", "n", "v", "m"}}))["formats"][0]["name"], "n");
}

}  // namespace
}  // namespace tundish
