// tundish bench: how fast, and against whom.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/model_data.h"
#include "config/environment.h"
#include "tools/bench/bench.h"

namespace tundish {

namespace {

constexpr int64_t kMadeUpRows = 10'000;

// "9.43" with three significant digits, for people.
std::string short_number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, value >= 1000 ? "%.0f" : "%.3g", value);
  return buffer;
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

// A line for each kernel in the order of first use, with the number of nodes that use it.
std::string kernel_lines(const std::vector<NodeReport>& nodes) {
  std::vector<std::pair<std::string, int>> kernels;
  for (const NodeReport& node : nodes) {
    if (node.kernel.empty()) continue;
    std::string line = cat("kernel of ", node.op, ": ", node.kernel);
    const auto known = std::find_if(kernels.begin(), kernels.end(),
                                    [&line](const auto& kernel) { return kernel.first == line; });
    if (known != kernels.end()) {
      ++known->second;
    } else {
      kernels.emplace_back(std::move(line), 1);
    }
  }
  std::string text;
  for (const auto& [line, count] : kernels) {
    text += count == 1 ? cat(line, "\n") : cat(line, " (", count, " nodes)\n");
  }
  return text;
}

class BenchCommand : public Command {
 public:
  std::string_view name() const override { return "bench"; }
  std::string_view summary() const override {
    return "measure latency, throughput and memory, also against peers";
  }
  std::vector<std::string> examples() const override {
    return {"tundish bench model.onnx --input rows.npy",
            "tundish bench model.onnx --against ort --batch 1,100,10000 --json"};
  }
  void declare(Options& options) override;
  Result<int> run(Terminal& terminal) override;

 private:
  Result<std::vector<int64_t>> batch_sizes(int64_t rows) const;
  Result<std::vector<Tensor>> rows(const std::string& path, Terminal& terminal) const;
  Result<BenchOptions> bench_options(const std::string& path, Terminal& terminal) const;
  void show(const BenchReport& report, Terminal& terminal) const;
  void show_best(const BenchReport& report, Terminal& terminal) const;

  std::vector<std::string> models_, batches_ = {"1", "10", "100", "1000", "full"}, against_,
                                    outputs_;
  InputOptions data_;
  std::string method_, engine_ = "native", peer_model_, python_ = "python3", ort_library_,
                       memory_ = "fast";
  int64_t threads_ = 1;
  double seconds_ = 0.5;
  bool sweep_ = false;
};

void BenchCommand::declare(Options& options) {
  auto& models = options.add("models", &models_, "MODEL...", "models to measure");
  models.hint = ValueHint::kFile;
  models.required = true;
  options.add("--input", &data_.inputs, "FILE", "rows; default: made from the contract").hint =
      ValueHint::kFile;
  options.add("--batch", &batches_, "N,...", "rows per call; full = the whole input").separator =
      ',';
  options.add("--threads", &threads_, "N", "threads one call may use");
  options.add("--seconds", &seconds_, "S", "time per batch size");
  options.add("--method", &method_, "NAME", "method to call; default: the model's own");
  options.add("--outputs", &outputs_, "A,B", "graph outputs to compute").separator = ',';
  options.add("--engine", &engine_, "NAME", "native or reference");
  options.add("--against", &against_, "PEER", "ort or sklearn, interleaved in the same run")
      .separator = ',';
  options.add("--peer-model", &peer_model_, "FILE", "what peers load; default: MODEL").hint =
      ValueHint::kFile;
  options.add("--python", &python_, "PROGRAM", "Python that has the peers").hint = ValueHint::kFile;
  options.add("--ort-library", &ort_library_, "FILE", "ONNX Runtime's shared library").hint =
      ValueHint::kFile;
  options.add("--memory", &memory_, "MODE", "fast: weights may be copied; low: read in the file")
      .choices = {"fast", "low"};
  options.flag("--sweep", sweep_, "find the batch size with the most rows per second");
  data_.declare_reading(options);
}

Result<std::vector<int64_t>> BenchCommand::batch_sizes(int64_t rows) const {
  std::vector<int64_t> sizes;
  if (sweep_) {
    for (int64_t size = 1; size <= 65536; size *= 2) sizes.push_back(size);
    return sizes;
  }
  for (const std::string& word : batches_) {
    char* end = nullptr;
    const int64_t size = word == "full" ? rows : std::strtoll(word.c_str(), &end, 10);
    if ((end != nullptr && *end != 0) || size <= 0) {
      return usage_error(cat("--batch ", quoted(word), ": numbers of rows, or full"));
    }
    sizes.push_back(size);
  }
  return sizes;
}

Result<std::vector<Tensor>> BenchCommand::rows(const std::string& path, Terminal& terminal) const {
  TRY_ASSIGN(const std::shared_ptr<const Model> model, Model::open(path));
  if (data_.inputs.empty()) return made_up_rows(*model, kMadeUpRows);
  TRY_ASSIGN(const ReadOptions read, data_.read_options(terminal.limits()));
  TRY_ASSIGN(CheckRows rows, read_all_rows(*model, data_.inputs, read));
  return std::move(rows.inputs);
}

Result<BenchOptions> BenchCommand::bench_options(const std::string& path,
                                                 Terminal& terminal) const {
  BenchOptions options;
  options.model_path = path;
  TRY_ASSIGN(options.inputs, rows(path, terminal));
  if (options.inputs.empty() || options.inputs[0].shape().rank() == 0) {
    return InvalidArgument("the model has no input of rows: there is nothing to send in batches");
  }
  TRY_ASSIGN(options.batches, batch_sizes(options.inputs.at(0).shape()[0]));
  options.thread_count = static_cast<int>(threads_);
  options.seconds = seconds_;
  options.engine = engine_;
  if (memory_ == "low") options.memory = SessionOptions::Memory::kLow;
  options.isa = forced_isa();
  options.method = method_;
  options.outputs = outputs_;
  if (method_.empty() && outputs_.empty()) {
    TRY_ASSIGN(const std::shared_ptr<const Model> model, Model::open(path));
    options.method = model->default_method();
  }
  options.against = against_;
  options.peer_model = peer_model_;
  options.python = python_;
  options.ort_library = ort_library_;
  options.progress = [&terminal](uint64_t, uint64_t) { return !terminal.cancel_flag()->load(); };
  return options;
}

void BenchCommand::show(const BenchReport& report, Terminal& terminal) const {
  std::string text = cat(
      report.model_path, ": ", report.model_bytes, " bytes, load ", short_number(report.load_ms),
      " ms, first call ", short_number(report.first_call_us), " us, memory of the model ",
      report.model_rss_bytes / 1024, " KiB\n", report.cpu, ", ", report.cores, " cores, load ",
      short_number(report.load1), "; ", report.engine, " ", report.version, " (", report.isa, "), ",
      report.thread_count, report.thread_count == 1 ? " thread\n" : " threads\n");
  text += kernel_lines(report.kernels);
  text += "   batch     p50 us     p99 us     ns/row       rows/s  CPU s per M rows";
  for (const BenchPeer& peer : report.against) {
    text += cat("   ", peer.name, " ", peer.version, " ns/row  ratio (low-high)");
  }
  text += "\n";
  for (size_t i = 0; i < report.results.size(); ++i) {
    const BenchResult& result = report.results[i];
    text += padded(cat(result.batch), 8) + padded(short_number(result.p50_us), 11) +
            padded(short_number(result.p99_us), 11) + padded(short_number(result.ns_per_row), 11) +
            padded(short_number(result.rows_per_s), 13) +
            padded(short_number(result.cpu_us / static_cast<double>(result.batch)), 18);
    for (const BenchPeer& peer : report.against) {
      const BenchRatio& ratio = peer.ratios[i];
      text += padded(short_number(peer.results[i].ns_per_row), 20) + "  " +
              short_number(ratio.median) + "x (" + short_number(ratio.low) + "-" +
              short_number(ratio.high) + ")";
    }
    text += "\n";
  }
  terminal.out(text);
}

void BenchCommand::show_best(const BenchReport& report, Terminal& terminal) const {
  const auto best = std::ranges::max_element(report.results, {}, &BenchResult::rows_per_s);
  terminal.out(cat("best batch size: ", best->batch, " rows, ", short_number(best->rows_per_s),
                   " rows/s\n"));
}

Result<int> BenchCommand::run(Terminal& terminal) {
  if (seconds_ <= 0) return usage_error("--seconds must be positive");
  if (terminal.json && models_.size() > 1) return usage_error("--json takes one MODEL");
  for (const std::string& path : models_) {
    TRY_ASSIGN(const BenchOptions options, bench_options(path, terminal));
    TRY_ASSIGN(const BenchReport report, run_bench(options));
    if (terminal.json) {
      terminal.out(bench_json(report));
    } else {
      show(report, terminal);
      if (sweep_) show_best(report, terminal);
    }
  }
  return kExitOk;
}

}  // namespace

std::unique_ptr<Command> command_bench() { return std::make_unique<BenchCommand>(); }

}  // namespace tundish
