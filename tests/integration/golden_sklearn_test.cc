// scikit-learn's own answers against the imported graph, for every version and every way of saving.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>

#include "golden_case.h"
#include "ops/index.h"
#include "plain_run.h"

namespace tundish {

const Importer& importer_sklearn();

namespace {

// Bits as an order of all doubles: neighbours differ by 1, -0.0 and 0.0 are the same.
int64_t ordered(double value) {
  const auto bits = std::bit_cast<int64_t>(value);
  return bits < 0 ? INT64_MIN - bits : bits;
}
uint64_t ulps_between(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : UINT64_MAX;
  const int64_t x = ordered(a), y = ordered(b);
  return x < y ? static_cast<uint64_t>(y) - static_cast<uint64_t>(x)
               : static_cast<uint64_t>(x) - static_cast<uint64_t>(y);
}

struct Difference {
  uint64_t count = 0;
  uint64_t max_ulp = 0;
  double max_abs = 0;
};

template <class T> Difference compare(const Tensor& ours, const Tensor& theirs) {
  Difference difference;
  const auto a = ours.values<T>(), b = theirs.values<T>();
  for (size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    uint64_t ulp = ulps_between(x, y);
    if constexpr (sizeof(T) == 4) ulp >>= 29;
    if (ulp == 0) continue;
    ++difference.count;
    difference.max_ulp = std::max(difference.max_ulp, ulp);
    difference.max_abs = std::max(difference.max_abs, std::abs(x - y));
  }
  return difference;
}

// A score is at most 1 in size, and so are the 4 ulp that its power may differ by.
constexpr double kScoreTolerance = 4 * 0x1p-53;

struct Tally {
  uint64_t cases = 0, files = 0, arrays = 0, identical = 0;
  uint64_t max_score_ulp = 0;
  double max_decision_difference = 0;
  std::map<std::string, uint64_t> skipped;  ///< reason -> cases
};

Result<ImportedModel> import_model(const GoldenCase& golden, const GoldenModel& model) {
  ImportOptions options;
  options.input_type = golden.graph_type;
  options.select = model.select;
  std::vector<std::string> files = model.steps.empty() ? std::vector{model.file} : model.steps;
  TRY_ASSIGN(const ImportSource source, open_source(golden.folder / files.front()));
  for (size_t i = 1; i < files.size(); ++i) {
    TRY_ASSIGN(ImportSource step, open_source(golden.folder / files[i]));
    options.steps.push_back(std::move(step));
  }
  return importer_sklearn().import(source, options, builtin_ops());
}

// Rows in the type of the graph: narrower ones are widened, as callers do.
Result<Tensor> rows_for(const GoldenCase& golden, const Graph& graph) {
  const DType wanted = graph.value(graph.inputs()[0]).type.dtype;
  if (golden.rows.dtype() == wanted) return golden.rows;
  TRY_ASSIGN(Tensor wide, Tensor::allocate(DType::kFloat64, golden.rows.shape()));
  const auto narrow = golden.rows.values<float>();
  std::copy(narrow.begin(), narrow.end(), wide.mutable_values<double>().begin());
  return wide;
}

void check_method(const GoldenCase& golden, const MethodDescription& method, const Tensor& ours,
                  const Tensor& theirs, Tally& tally) {
  SCOPED_TRACE(method.name);
  ASSERT_EQ(method.dtype, theirs.dtype());
  ASSERT_EQ(ours.dtype(), theirs.dtype());
  ASSERT_EQ(ours.element_count(), theirs.element_count());
  ASSERT_EQ(method.shape == "rows", theirs.shape().rank() == 1);
  ++tally.arrays;
  if (theirs.dtype() == DType::kInt64) {
    EXPECT_EQ(compare<int64_t>(ours, theirs).count, 0u) << "labels differ";
    ++tally.identical;
    return;
  }
  const Difference difference = theirs.dtype() == DType::kFloat32 ? compare<float>(ours, theirs)
                                                                  : compare<double>(ours, theirs);
  tally.identical += difference.count == 0;
  if (method.name == "transform") {
    EXPECT_EQ(difference.count, 0u) << "largest: " << difference.max_ulp << " ulp";
  } else if (method.name == "score_samples") {
    EXPECT_LE(difference.max_ulp, 4u);
    tally.max_score_ulp = std::max(tally.max_score_ulp, difference.max_ulp);
  } else {
    EXPECT_LE(difference.max_abs, kScoreTolerance);
    tally.max_decision_difference = std::max(tally.max_decision_difference, difference.max_abs);
    for (int64_t i = 0; i < ours.element_count(); ++i) {
      const double a = ours.values<double>()[i], b = theirs.values<double>()[i];
      ASSERT_EQ(a < 0, b < 0) << "sign of the decision of row " << i;
      ASSERT_EQ(a == 0, b == 0) << "row " << i << " on the limit: " << a << " " << b;
    }
  }
  if (difference.count != 0) {
    testing::Test::RecordProperty(
        golden.name() + "." + method.name,
        cat(difference.count, " differ, max ", difference.max_ulp, " ulp"));
  }
}

void check_model(const GoldenCase& golden, const GoldenModel& wanted, const ImportedModel& model,
                 Tally& tally) {
  const Result<Tensor> rows = rows_for(golden, model.graph);
  ASSERT_TRUE(rows) << rows.error().to_string();
  const auto outputs = plain_run(model.graph, builtin_ops(), *rows);
  ASSERT_TRUE(outputs) << outputs.error().to_string();
  for (const std::string& name : wanted.outputs) {
    const auto method =
        std::find_if(model.methods.begin(), model.methods.end(),
                     [&](const MethodDescription& candidate) { return candidate.name == name; });
    ASSERT_NE(method, model.methods.end()) << "no method " << name;
    size_t index = 0;
    while (model.graph.value(model.graph.outputs()[index]).name != method->outputs[0]) ++index;
    const auto file = std::find_if(golden.outputs.begin(), golden.outputs.end(),
                                   [&](const auto& output) { return output.first == name; });
    ASSERT_NE(file, golden.outputs.end());
    const Result<Tensor> expected = load_npy(golden.folder / file->second);
    ASSERT_TRUE(expected) << expected.error().to_string();
    check_method(golden, *method, (*outputs)[index], *expected, tally);
  }
  ++tally.files;
}

// scikit-learn before 1.3 looks for values beyond float32 tree by tree, so it takes them in a
// column that no tree was given (max_features=1 here). The contract has one answer for all columns
// and refuses.
bool is_known_deviation(const GoldenCase& golden, const GoldenProbe& probe) {
  return golden.name() == "scikit-learn-1.2.2/iforest_one_feature" && probe.name == "1e39";
}

// The contract says of each bad row what the library did with it.
void check_probes(const GoldenCase& golden, const ImportedModel& model) {
  for (const GoldenProbe& probe : golden.probes) {
    const std::string where = golden.name() + " probe " + probe.name + ": " + probe.message;
    if (is_known_deviation(golden, probe)) continue;
    // Probes were asked in the type of the rows: 1e39 in float32 is an infinity.
    if (probe.name == "1e39" && golden.rows.dtype() != model.contract.dtype) continue;
    if (probe.name == "nan") {
      EXPECT_EQ(model.contract.accepts_nan, probe.accepts) << where;
    } else if (probe.name == "inf") {
      EXPECT_EQ(model.contract.accepts_infinity, probe.accepts) << where;
    } else if (probe.name == "1e39") {
      EXPECT_EQ(model.contract.accepts_float32_overflow, probe.accepts) << where;
    } else if (probe.name == "no rows") {
      EXPECT_EQ(model.contract.accepts_no_rows, probe.accepts) << where;
    } else {
      EXPECT_FALSE(probe.accepts) << where;
      EXPECT_EQ(model.contract.count, golden.rows.shape()[1]) << where;
    }
    const std::string by = " is expecting ";
    if (probe.message.find(by) != std::string::npos) {
      EXPECT_NE(probe.message.find(model.contract.estimator + by), std::string::npos) << where;
    }
  }
}

void check_case(const std::filesystem::path& folder, Tally& tally) {
  const Result<GoldenCase> golden = load_case(folder);
  if (!golden) {
    ASSERT_EQ(golden.error().code(), ErrorCode::kUnsupported) << golden.error().to_string();
    ++tally.skipped[golden.error().message()];
    return;
  }
  SCOPED_TRACE(golden->name());
  if (golden->input_kind != "dense" && golden->input_kind != "frame") {
    ++tally.skipped["input of kind " + golden->input_kind];
    return;
  }
  bool counted = false;
  for (const GoldenModel& wanted : golden->models) {
    if (wanted.file.ends_with(".skops")) continue;
    SCOPED_TRACE(wanted.file);
    const Result<ImportedModel> model = import_model(*golden, wanted);
    if (!model) {
      ASSERT_EQ(model.error().code(), ErrorCode::kUnsupported) << model.error().to_string();
      ++tally.skipped[golden->estimator];
      return;
    }
    check_model(*golden, wanted, *model, tally);
    check_probes(*golden, *model);
    counted = true;
  }
  tally.cases += counted;
}

void report(const Tally& tally) {
  uint64_t skipped = 0;
  std::string reasons;
  for (const auto& [reason, count] : tally.skipped) {
    skipped += count;
    reasons += cat(reasons.empty() ? "" : ", ", reason, " ", count);
  }
  printf(
      "%llu cases, %llu files, %llu arrays, %llu of them bit-identical; score_samples within "
      "%llu ulp, decision_function within %.3g; %llu cases skipped\n",
      static_cast<unsigned long long>(tally.cases), static_cast<unsigned long long>(tally.files),
      static_cast<unsigned long long>(tally.arrays),
      static_cast<unsigned long long>(tally.identical),
      static_cast<unsigned long long>(tally.max_score_ulp), tally.max_decision_difference,
      static_cast<unsigned long long>(skipped));
  if (!reasons.empty()) printf("skipped: %s\n", reasons.c_str());
}

TEST(GoldenSklearn, cases_in_the_tree) {
  Tally tally;
  const auto root = std::filesystem::path(TUNDISH_SOURCE_DIR) / "tests" / "golden";
  for (const auto& folder : golden_folders(root, "scikit-learn-")) check_case(folder, tally);
  report(tally);
  EXPECT_GT(tally.cases, 0u);
  EXPECT_TRUE(tally.skipped.empty());
}

TEST(GoldenSklearn, cases_of_the_corpus) {
  const auto corpus = corpus_folder();
  if (corpus.empty()) GTEST_SKIP() << "no corpus here";
  Tally tally;
  for (const auto& folder : golden_folders(corpus / "golden", "scikit-learn-")) {
    check_case(folder, tally);
    const std::string name = folder.filename().string();
    if (name.starts_with("iforest") || name.starts_with("standard")) {
      EXPECT_EQ(tally.skipped.count("sklearn.ensemble.IsolationForest"), 0u);
      EXPECT_EQ(tally.skipped.count("sklearn.preprocessing.StandardScaler"), 0u);
    }
  }
  report(tally);
  EXPECT_GT(tally.cases, 70u);
}

}  // namespace
}  // namespace tundish
