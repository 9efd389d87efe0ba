#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/bench/bench.h"
#include "tools/bench/peer_for_test.h"
#include "tools/bench/target.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

constexpr const char* kVariable = "TUNDISH_ORT_LIBRARY";

// Rows in float64 for a model that takes float32.
std::shared_ptr<const BenchRows> wide_rows() {
  return bench_rows(matrix_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 4), 2);
}

TEST(OrtTarget, needs_its_library) {
  const VariableForTest unset(kVariable, nullptr);
  PeerOptions options;
  options.model_path = foreign_model();
  options.python = "/no/such/python";
  const auto target = open_ort_target(options, wide_rows());
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(target.error().to_string(), HasSubstr("no ONNX Runtime"));
  options.ort_library = "/no/such/library.so";
  EXPECT_THAT(refusal_of(open_ort_target(options, wide_rows())), HasSubstr("/no/such/library.so"));
}

TEST(OrtTarget, runs_rounds_on_narrowed_rows) {
  if (variable(kVariable).empty()) GTEST_SKIP() << kVariable << " names no library";
  PeerOptions options;
  options.model_path = foreign_model();
  options.outputs = {"no such output"};  // another converter's names: then all of them
  const auto target = must(open_ort_target(options, wide_rows()));
  EXPECT_EQ(target->name(), "onnxruntime");
  EXPECT_FALSE(target->version().empty());
  EXPECT_GT(target->load_ms(), 0);
  const Status prepared = target->prepare(2);
  ASSERT_TRUE(prepared) << prepared.error().to_string();
  BenchSamples samples;
  ASSERT_TRUE(target->run_round(0, 4, samples));
  EXPECT_GE(samples.calls, 4);
  EXPECT_GT(samples.call_ns.at(0), 0);
}

TEST(OrtTarget, is_benched_beside_ours) {
  if (variable(kVariable).empty()) GTEST_SKIP() << kVariable << " names no library";
  BenchOptions options;
  options.model_path = foreign_model();
  options.inputs = must(made_up_rows(*must(Model::open(foreign_model())), 10));
  options.batches = {1};
  options.seconds = 0.002;
  options.rounds = 2;
  options.against = {"ort"};
  const BenchReport report = must(run_bench(options));
  ASSERT_EQ(report.against.size(), 1u);
  EXPECT_EQ(report.against[0].name, "onnxruntime");
  ASSERT_EQ(report.against[0].ratios.size(), 1u);
  EXPECT_GT(report.against[0].ratios[0].median, 0);
}

}  // namespace
}  // namespace tundish
