#include "tools/bench/bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/json_writer.h"
#include "base/strings.h"
#include "tools/bench/machine.h"

namespace tundish {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kLeastCalls = 3;

double quantile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<size_t>(q * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[at];
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

BenchResult summarise(int64_t batch, BenchSamples samples) {
  std::ranges::sort(samples.call_ns);
  BenchResult result;
  result.batch = batch;
  result.calls = samples.calls;
  result.min_us = quantile(samples.call_ns, 0) / 1e3;
  result.p50_us = quantile(samples.call_ns, 0.5) / 1e3;
  result.p90_us = quantile(samples.call_ns, 0.9) / 1e3;
  result.p99_us = quantile(samples.call_ns, 0.99) / 1e3;
  result.max_us = quantile(samples.call_ns, 1) / 1e3;
  result.cpu_us = samples.cpu_ns / static_cast<double>(std::max<int64_t>(samples.calls, 1)) / 1e3;
  if (result.p50_us > 0) {
    result.ns_per_row = result.p50_us * 1e3 / static_cast<double>(batch);
    result.rows_per_s = 1e9 / result.ns_per_row;
  }
  return result;
}

// One round: its samples go to `all`, its median time per call comes back.
Result<double> run_one_round(BenchTarget& target, double seconds, BenchSamples& all) {
  BenchSamples samples;
  TRY(target.run_round(seconds, kLeastCalls, samples));
  const double middle = median(samples.call_ns);
  if (!(middle > 0))
    return Io(cat(target.name(), ": the calls took no time that could be measured"));
  all.calls += samples.calls;
  all.cpu_ns += samples.cpu_ns;
  all.call_ns.insert(all.call_ns.end(), samples.call_ns.begin(), samples.call_ns.end());
  return middle;
}

// Our target and the peers, with what was measured of each.
class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_(options) {}
  Result<BenchReport> run();

 private:
  Status open();
  Status open_peers();
  Status first_call();
  Status measure(int64_t batch);

  const BenchOptions& options_;
  std::unique_ptr<NativeTarget> ours_;
  std::vector<std::unique_ptr<BenchTarget>> peers_;
  std::shared_ptr<const BenchRows> rows_;
  BenchReport report_;
};

Status Bench::open() {
  const Machine machine = this_machine();
  report_.cpu = machine.cpu;
  report_.cores = machine.cores;
  report_.quota = machine.quota;
  report_.load1 = machine.load1;
  release_free_memory();  // of the rows' reading, which opened the model too
  const uint64_t before = resident_bytes();
  NativeTarget::Options options;
  options.engine = options_.engine;
  options.method = options_.method;
  options.outputs = options_.outputs;
  options.thread_count = options_.thread_count;
  options.isa = options_.isa;
  options.memory = options_.memory;
  TRY_ASSIGN(ours_, NativeTarget::open(options_.model_path, options));
  TRY(first_call());
  report_.rss_bytes = resident_bytes();
  report_.model_rss_bytes = report_.rss_bytes > before ? report_.rss_bytes - before : 0;
  report_.peak_rss_bytes = peak_resident_bytes();
  const int64_t largest = *std::ranges::max_element(options_.batches);
  TRY_ASSIGN(BenchRows rows, BenchRows::make(options_.inputs, largest));
  rows_ = std::make_shared<const BenchRows>(std::move(rows));
  ours_->set_rows(rows_);
  report_.engine = ours_->name();
  report_.version = ours_->version();
  report_.isa = ours_->session().isa();
  report_.model_path = options_.model_path;
  report_.model_sha256 = ours_->model().sha256();
  report_.model_bytes = ours_->model().file_bytes();
  report_.thread_count = options_.thread_count;
  report_.load_ms = ours_->load_ms();
  return ok();
}

Status Bench::first_call() {
  std::vector<TensorView> one_row;
  for (const Tensor& input : options_.inputs) {
    TensorView view = input.view();
    if (view.shape.rank() > 0) view.shape[0] = std::min<int64_t>(view.shape[0], 1);
    one_row.push_back(view);
  }
  const Clock::time_point begin = Clock::now();
  TRY(ours_->session().run(one_row));
  report_.first_call_us = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  return ok();
}

Status Bench::open_peers() {
  PeerOptions options;
  options.thread_count = options_.thread_count;
  options.python = options_.python;
  options.ort_library = options_.ort_library;
  for (const ValueDescription& output : ours_->session().outputs()) {
    options.outputs.push_back(output.name);
  }
  options.method =
      options_.method.empty() ? std::string(ours_->model().default_method()) : options_.method;
  for (const std::string& name : options_.against) {
    options.model_path = options_.peer_model.empty() ? options_.model_path : options_.peer_model;
    if (name == "ort") {
      TRY_ASSIGN(std::unique_ptr<BenchTarget> peer, open_ort_target(options, rows_));
      peers_.push_back(std::move(peer));
    } else if (name == "sklearn") {
      if (options_.peer_model.empty() && options_.model_path.ends_with(".onnx")) {
        return InvalidArgument("scikit-learn needs its own file: --peer-model model.joblib");
      }
      TRY_ASSIGN(std::unique_ptr<BenchTarget> peer, open_sklearn_target(options, rows_));
      peers_.push_back(std::move(peer));
    } else {
      return InvalidArgument(cat("unknown peer ", tundish::quoted(name), "; known: ort, sklearn"));
    }
    const BenchTarget& peer = *peers_.back();
    report_.against.push_back({peer.name(), peer.version(), peer.load_ms(), {}, {}});
  }
  return ok();
}

Status Bench::measure(int64_t batch) {
  std::vector<BenchTarget*> peers;
  for (const auto& peer : peers_) peers.push_back(peer.get());
  TRY_ASSIGN(BatchMeasurement measured,
             measure_batch(*ours_, peers, batch, options_.seconds, options_.rounds));
  report_.results.push_back(measured.ours);
  for (size_t i = 0; i < peers_.size(); ++i) {
    report_.against[i].results.push_back(measured.peers[i]);
    report_.against[i].ratios.push_back(measured.ratios[i]);
  }
  return ok();
}

Result<BenchReport> Bench::run() {
  TRY(open());
  TRY(open_peers());
  uint64_t done = 0;
  for (const int64_t batch : options_.batches) {
    TRY(measure(batch));
    ++done;
    if (options_.progress && !options_.progress(done, options_.batches.size())) {
      return Cancelled("bench stopped");
    }
  }
  report_.kernels = ours_->session().report();
  return std::move(report_);
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

void write_results(JsonWriter& json, const std::vector<BenchResult>& results) {
  json.key("results").begin_array();
  for (const BenchResult& result : results) {
    json.begin_object()
        .field("batch", result.batch)
        .field("calls", result.calls)
        .field("min_us", rounded(result.min_us))
        .field("p50_us", rounded(result.p50_us))
        .field("p90_us", rounded(result.p90_us))
        .field("p99_us", rounded(result.p99_us))
        .field("max_us", rounded(result.max_us))
        .field("cpu_us", rounded(result.cpu_us))
        .field("rows_per_s", std::round(result.rows_per_s))
        .field("ns_per_row", rounded(result.ns_per_row))
        .end_object();
  }
  json.end_array();
}

// What was measured, and on what.
void write_setting(JsonWriter& json, const BenchReport& report) {
  json.key("engine")
      .begin_object()
      .field("name", report.engine)
      .field("version", report.version)
      .field("isa", report.isa)
      .end_object();
  json.key("model")
      .begin_object()
      .field("path", report.model_path)
      .field("bytes", report.model_bytes)
      .field("sha256", report.model_sha256)
      .end_object();
  json.key("machine")
      .begin_object()
      .field("cpu", report.cpu)
      .field("cores", report.cores)
      .field("quota", report.quota)
      .field("load1", rounded(report.load1))
      .end_object();
  json.field("threads", report.thread_count);
}

void write_kernels(JsonWriter& json, const std::vector<NodeReport>& nodes) {
  json.key("kernels").begin_array();
  for (const NodeReport& node : nodes) {
    if (node.kernel.empty()) continue;
    json.begin_object()
        .field("node", node.name)
        .field("op", node.op)
        .field("kernel", node.kernel)
        .end_object();
  }
  json.end_array();
}

void write_peer(JsonWriter& json, const BenchPeer& peer) {
  json.begin_object().key("engine").begin_object();
  json.field("name", peer.name).field("version", peer.version).end_object();
  json.field("load_ms", rounded(peer.load_ms));
  write_results(json, peer.results);
  json.key("ratios").begin_array();
  for (const BenchRatio& ratio : peer.ratios) {
    json.begin_object()
        .field("batch", ratio.batch)
        .field("median", rounded(ratio.median))
        .field("low", rounded(ratio.low))
        .field("high", rounded(ratio.high))
        .end_object();
  }
  json.end_array().end_object();
}

}  // namespace

Result<BatchMeasurement> measure_batch(BenchTarget& ours, std::span<BenchTarget* const> peers,
                                       int64_t batch, double seconds, int rounds) {
  TRY(ours.prepare(batch));
  for (BenchTarget* peer : peers) TRY(peer->prepare(batch));
  BenchSamples all_ours;
  std::vector<BenchSamples> theirs(peers.size());
  std::vector<std::vector<double>> ratios(peers.size());
  for (int round = 0; round < rounds; ++round) {
    TRY_ASSIGN(const double our_median, run_one_round(ours, seconds / rounds, all_ours));
    for (size_t i = 0; i < peers.size(); ++i) {
      TRY_ASSIGN(const double their_median, run_one_round(*peers[i], seconds / rounds, theirs[i]));
      ratios[i].push_back(their_median / our_median);
    }
  }
  BatchMeasurement measured;
  measured.ours = summarise(batch, std::move(all_ours));
  for (size_t i = 0; i < peers.size(); ++i) {
    measured.peers.push_back(summarise(batch, std::move(theirs[i])));
    std::ranges::sort(ratios[i]);
    measured.ratios.push_back(
        {batch, quantile(ratios[i], 0.5), ratios[i].front(), ratios[i].back()});
  }
  return measured;
}

Result<BenchReport> run_bench(const BenchOptions& options) {
  if (options.batches.empty()) return InvalidArgument("no batch sizes");
  for (const int64_t batch : options.batches) {
    if (batch <= 0) return InvalidArgument(cat("batch ", batch, ": at least one row"));
  }
  if (options.rounds < 1) return InvalidArgument(cat(options.rounds, " rounds: at least one"));
  if (!(options.seconds >= 0) || std::isinf(options.seconds)) {
    return InvalidArgument(cat(options.seconds, " seconds per batch size"));
  }
  return Bench(options).run();
}

std::string bench_json(const BenchReport& report) {
  JsonWriter json(JsonStyle::kIndented);
  json.begin_object().field("schema", "tundish.bench/1");
  write_setting(json, report);
  json.field("load_ms", rounded(report.load_ms))
      .field("first_call_us", rounded(report.first_call_us))
      .field("rss_bytes", report.rss_bytes)
      .field("model_rss_bytes", report.model_rss_bytes)
      .field("peak_rss_bytes", report.peak_rss_bytes);
  write_results(json, report.results);
  write_kernels(json, report.kernels);
  json.key("against").begin_array();
  for (const BenchPeer& peer : report.against) write_peer(json, peer);
  json.end_array().end_object();
  return std::move(json).finish();
}

Result<std::vector<Tensor>> made_up_rows(const Model& model, int64_t rows) {
  std::vector<Tensor> inputs;
  uint64_t state = 1;
  for (const ValueDescription& input : model.inputs()) {
    Shape shape;
    for (const int64_t size : input.dims) shape.append(size < 0 ? rows : size);
    const bool is_float = input.dtype == DType::kFloat32 || input.dtype == DType::kFloat64;
    TRY_ASSIGN(Tensor tensor, Tensor::allocate(input.dtype, shape));
    for (int64_t i = 0; is_float && model.contract().present && i < tensor.element_count(); ++i) {
      // sum of four uniform numbers: about normal, so that rows spread over the trees
      double value = -2;
      for (int draw = 0; draw < 4; ++draw) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        value += static_cast<double>(state >> 11) * 0x1p-53;
      }
      const auto at = static_cast<size_t>(i);
      if (input.dtype == DType::kFloat32) {
        tensor.mutable_values<float>()[at] = static_cast<float>(2 * value);
      } else {
        tensor.mutable_values<double>()[at] = 2 * value;
      }
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

}  // namespace tundish
