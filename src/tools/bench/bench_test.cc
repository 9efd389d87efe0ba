#include "tools/bench/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/bench/peer_for_test.h"

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Answers each round with the next list of durations and writes down what was asked of it.
class FakeTarget : public BenchTarget {
 public:
  FakeTarget(std::string name, std::vector<std::vector<double>> rounds,
             std::vector<std::string>& log)
      : name_(std::move(name)), rounds_(std::move(rounds)), log_(log) {}

  std::string name() const override { return name_; }
  std::string version() const override { return "1"; }
  double load_ms() const override { return 2; }
  Status prepare(int64_t batch) override {
    log_.push_back(cat(name_, " prepare ", batch));
    return ok();
  }
  Status run_round(double seconds, int64_t least_calls, BenchSamples& samples) override {
    log_.push_back(cat(name_, " round"));
    seconds_ += seconds;
    EXPECT_GE(least_calls, 3);
    if (next_ == rounds_.size()) return Io("no more rounds");
    const std::vector<double>& times = rounds_[next_++];
    samples.calls += static_cast<int64_t>(times.size());
    samples.cpu_ns += 500 * static_cast<double>(times.size());
    samples.call_ns.insert(samples.call_ns.end(), times.begin(), times.end());
    return ok();
  }
  double seconds() const { return seconds_; }

 private:
  std::string name_;
  std::vector<std::vector<double>> rounds_;
  std::vector<std::string>& log_;
  size_t next_ = 0;
  double seconds_ = 0;
};

TEST(Bench, targets_take_turns_in_each_round) {
  std::vector<std::string> log;
  FakeTarget ours("ours", {{1e3}, {1e3}}, log);
  FakeTarget a("a", {{1e3}, {1e3}}, log);
  FakeTarget b("b", {{1e3}, {1e3}}, log);
  const std::vector<BenchTarget*> peers = {&a, &b};
  must(measure_batch(ours, peers, 7, 0.5, 2));
  EXPECT_THAT(log, ElementsAre("ours prepare 7", "a prepare 7", "b prepare 7", "ours round",
                               "a round", "b round", "ours round", "a round", "b round"));
  EXPECT_DOUBLE_EQ(ours.seconds(), 0.5);
  EXPECT_DOUBLE_EQ(b.seconds(), 0.5);
}

TEST(Bench, medians_and_spread_are_over_all_rounds) {
  std::vector<std::string> log;
  // 1 to 11 us out of order, over three rounds
  FakeTarget ours("ours", {{5e3, 1e3, 9e3, 11e3}, {3e3, 7e3, 2e3}, {10e3, 4e3, 8e3, 6e3}}, log);
  const BatchMeasurement measured = must(measure_batch(ours, {}, 4, 1, 3));
  EXPECT_EQ(measured.ours.batch, 4);
  EXPECT_EQ(measured.ours.calls, 11);
  EXPECT_DOUBLE_EQ(measured.ours.min_us, 1);
  EXPECT_DOUBLE_EQ(measured.ours.p50_us, 6);
  EXPECT_DOUBLE_EQ(measured.ours.p90_us, 10);
  EXPECT_DOUBLE_EQ(measured.ours.p99_us, 11);
  EXPECT_DOUBLE_EQ(measured.ours.max_us, 11);
  EXPECT_DOUBLE_EQ(measured.ours.cpu_us, 0.5);
  EXPECT_DOUBLE_EQ(measured.ours.ns_per_row, 1500);
  EXPECT_DOUBLE_EQ(measured.ours.rows_per_s, 1e9 / 1500);
}

// Each round has a ratio of its own: what slows one round slows both sides of it.
TEST(Bench, ratios_are_those_of_the_rounds) {
  std::vector<std::string> log;
  FakeTarget ours("ours", {{1e3, 1e3, 1e3}, {10e3, 10e3, 10e3}, {2e3, 2e3, 2e3}}, log);
  FakeTarget peer("peer", {{2e3, 2e3, 9e3}, {40e3, 40e3, 40e3}, {6e3, 1e3, 6e3}}, log);
  const std::vector<BenchTarget*> peers = {&peer};
  const BatchMeasurement measured = must(measure_batch(ours, peers, 1, 1, 3));
  ASSERT_EQ(measured.ratios.size(), 1u);
  EXPECT_DOUBLE_EQ(measured.ratios[0].median, 3);
  EXPECT_DOUBLE_EQ(measured.ratios[0].low, 2);
  EXPECT_DOUBLE_EQ(measured.ratios[0].high, 4);
  EXPECT_EQ(measured.peers[0].calls, 9);
  EXPECT_DOUBLE_EQ(measured.peers[0].p50_us, 6);
}

TEST(Bench, errors_of_a_target_end_it) {
  std::vector<std::string> log;
  FakeTarget ours("ours", {{1e3}, {1e3}}, log);
  FakeTarget tired("tired", {{1e3}}, log);
  const std::vector<BenchTarget*> peers = {&tired};
  EXPECT_THAT(refusal_of(measure_batch(ours, peers, 1, 1, 2)), HasSubstr("no more rounds"));
  FakeTarget frozen("frozen", {{0, 0, 0}}, log);
  EXPECT_THAT(refusal_of(measure_batch(frozen, {}, 1, 1, 1)), HasSubstr("frozen"));
}

BenchOptions small_options() {
  BenchOptions options;
  options.model_path = small_forest();
  options.inputs = {matrix_of({0.1, 0.2, 3, -4, 5}, 1)};
  options.batches = {1, 7};
  options.seconds = 0.002;
  options.rounds = 2;
  return options;
}

TEST(Bench, refuses_options_that_make_no_sense) {
  BenchOptions options = small_options();
  options.batches = {};
  EXPECT_THAT(refusal_of(run_bench(options)), HasSubstr("no batch sizes"));
  options.batches = {1, 0};
  EXPECT_THAT(refusal_of(run_bench(options)), HasSubstr("batch 0"));
  options = small_options();
  options.rounds = 0;
  EXPECT_THAT(refusal_of(run_bench(options)), HasSubstr("0 rounds"));
  options = small_options();
  options.seconds = -1;
  EXPECT_FALSE(run_bench(options));
  options = small_options();
  options.batches = {INT64_MAX};
  EXPECT_FALSE(run_bench(options));
  options = small_options();
  options.against = {"torch"};
  EXPECT_THAT(refusal_of(run_bench(options)), HasSubstr("known: ort, sklearn"));
  options = small_options();
  options.inputs = {};
  EXPECT_FALSE(run_bench(options));
  options = small_options();
  options.model_path = foreign_model();
  options.inputs = must(made_up_rows(*must(Model::open(foreign_model())), 3));
  options.against = {"sklearn"};
  EXPECT_THAT(refusal_of(run_bench(options)), HasSubstr("--peer-model"));
}

TEST(Bench, measures_a_model_and_describes_it) {
  BenchOptions options = small_options();
  std::vector<uint64_t> steps;
  options.progress = [&](uint64_t done, uint64_t total) {
    EXPECT_EQ(total, 2u);
    steps.push_back(done);
    return true;
  };
  const BenchReport report = must(run_bench(options));
  EXPECT_THAT(steps, ElementsAre(1u, 2u));
  ASSERT_EQ(report.results.size(), 2u);
  EXPECT_EQ(report.results[1].batch, 7);
  for (const BenchResult& result : report.results) {
    EXPECT_GE(result.calls, 6);
    EXPECT_GT(result.p50_us, 0);
    EXPECT_LE(result.min_us, result.p50_us);
    EXPECT_LE(result.p50_us, result.max_us);
  }
  EXPECT_GT(report.load_ms, 0);
  EXPECT_GT(report.first_call_us, 0);
  EXPECT_EQ(report.model_bytes, 10'810u);
  EXPECT_FALSE(report.kernels.empty());
  const auto json = nlohmann::json::parse(bench_json(report));
  EXPECT_EQ(json["schema"], "tundish.bench/1");
  EXPECT_EQ(json["results"].size(), 2u);
  EXPECT_EQ(json["results"][0]["batch"], 1);
  EXPECT_TRUE(json["against"].empty());
  EXPECT_EQ(json["model"]["sha256"].get<std::string>().size(), 64u);
}

TEST(Bench, can_be_stopped) {
  BenchOptions options = small_options();
  options.progress = [](uint64_t, uint64_t) { return false; };
  const auto report = run_bench(options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kCancelled);
}

TEST(Bench, json_holds_the_peers) {
  BenchReport report;
  BenchPeer peer;
  peer.name = "onnxruntime";
  peer.results.push_back({.batch = 100, .calls = 5, .p50_us = 1.23456});
  peer.ratios.push_back({100, 3.00049, 2, 4});
  report.against.push_back(peer);
  report.kernels.push_back({.name = "plain", .op = "Add"});
  const auto json = nlohmann::json::parse(bench_json(report));
  EXPECT_EQ(json["against"][0]["engine"]["name"], "onnxruntime");
  EXPECT_EQ(json["against"][0]["ratios"][0]["median"], 3.0);
  EXPECT_EQ(json["against"][0]["results"][0]["p50_us"], 1.235);
  EXPECT_TRUE(json["kernels"].empty());  // plain operators have no kernel to name
}

TEST(Bench, made_up_rows_fit_and_do_not_change) {
  const auto model = must(Model::open(small_forest()));
  const std::vector<Tensor> rows = must(made_up_rows(*model, 50));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].shape(), (Shape{50, 1}));
  EXPECT_EQ(rows[0].dtype(), DType::kFloat64);
  double low = 0;
  double high = 0;
  for (const double value : rows[0].values<double>()) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_LT(low, -0.5);
  EXPECT_GT(high, 0.5);
  const std::vector<Tensor> again = must(made_up_rows(*model, 50));
  EXPECT_TRUE(std::ranges::equal(rows[0].values<double>(), again[0].values<double>()));
}

}  // namespace
}  // namespace tundish
