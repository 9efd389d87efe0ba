// The bench: latency and throughput by batch size, peers interleaved in the same run.
#ifndef TUNDISH_TOOLS_BENCH_BENCH_H_
#define TUNDISH_TOOLS_BENCH_BENCH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/bench/target.h"
#include "tundish/convert.h"
#include "tundish/result.h"
#include "tundish/session.h"

namespace tundish {

struct BenchOptions {
  std::string model_path;
  std::vector<Tensor> inputs;  ///< rows, one tensor per model input; empty: made by the caller
  std::vector<int64_t> batches = {1, 100, 1000};
  int thread_count = 1;
  double seconds = 0.5;  ///< per batch size and engine, split over the rounds
  int rounds = 5;        ///< interleaved rounds per batch size
  std::string engine = "native", isa;
  SessionOptions::Memory memory = SessionOptions::Memory::kFast;
  std::string method;  ///< empty: the model's default, or all outputs
  std::vector<std::string> outputs;
  std::vector<std::string> against;  ///< "ort", "sklearn"
  std::string peer_model;            ///< what peers load; default: the model itself (ort)
  std::string python = "python3", ort_library;
  Progress progress;
};

struct BenchResult {
  int64_t batch = 0;
  int64_t calls = 0;
  double min_us = 0, p50_us = 0, p90_us = 0, p99_us = 0, max_us = 0, cpu_us = 0;
  double rows_per_s = 0, ns_per_row = 0;  ///< from the median
};

/// The peer's time / ours: median, least and largest over the interleaved rounds.
struct BenchRatio {
  int64_t batch = 0;
  double median = 0, low = 0, high = 0;
};

struct BenchPeer {
  std::string name, version;
  double load_ms = 0;
  std::vector<BenchResult> results;
  std::vector<BenchRatio> ratios;
};

struct BenchReport {
  std::string engine, version, isa;
  std::string model_path, model_sha256;
  uint64_t model_bytes = 0;
  std::string cpu;
  int cores = 0;
  double quota = 0, load1 = 0;
  int thread_count = 1;
  double load_ms = 0, first_call_us = 0;
  uint64_t rss_bytes = 0, model_rss_bytes = 0, peak_rss_bytes = 0;
  std::vector<BenchResult> results;
  std::vector<BenchPeer> against;
  std::vector<NodeReport> kernels;  ///< which kernel runs each node, and why
};

/// One batch size: ours, and per peer its times and its ratio to ours.
struct BatchMeasurement {
  BenchResult ours;
  std::vector<BenchResult> peers;
  std::vector<BenchRatio> ratios;
};
/// Prepares all targets, then runs `rounds` rounds (at least one) of ours and of each peer in turn,
/// so that what disturbs the machine meets all of them; each gets `seconds` in all. A ratio is that
/// of the medians of one round. Errors of the targets.
Result<BatchMeasurement> measure_batch(BenchTarget& ours, std::span<BenchTarget* const> peers,
                                       int64_t batch, double seconds, int rounds);

/// Loads the model and the peers, runs rounds of each in turn, and summarises. Peers that are not
/// installed are kNotFound.
Result<BenchReport> run_bench(const BenchOptions& options);

/// cli.md's document "tundish.bench/1".
std::string bench_json(const BenchReport& report);

/// Rows within and around the values that a contract allows, when no data is given: deterministic.
Result<std::vector<Tensor>> made_up_rows(const Model& model, int64_t rows);

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_BENCH_H_
