// tundish optimize: rewrites an ONNX model.
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <filesystem>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/model_data.h"
#include "cli/app/report_json.h"
#include "tundish/optimize.h"

namespace tundish {

namespace {

namespace fs = std::filesystem;

class OptimizeCommand : public Command {
 public:
  std::string_view name() const override { return "optimize"; }
  std::string_view summary() const override {
    return "rewrite an ONNX model: fewer nodes, the same answers";
  }
  std::vector<std::string> examples() const override {
    return {"tundish optimize model.onnx -o smaller.onnx --verify",
            "tundish optimize model.onnx -o smaller.onnx --input rows.npy -v"};
  }
  void declare(Options& options) override;
  Result<int> run(Terminal& terminal) override;

 private:
  Result<OptimizeOptions> optimize_options(const Model& model, Terminal& terminal) const;
  Status may_write() const;
  void show(const Optimization& done, Terminal& terminal) const;
  void list_passes(Terminal& terminal) const;

  std::string model_, output_, target_ = "portable";
  InputOptions data_;
  int64_t opset_ = 0, stop_after_ = -1;
  bool verify_ = false, exact_ = false, force_ = false, passes_ = false;
};

void OptimizeCommand::declare(Options& options) {
  options.add("model", &model_, "MODEL", "an .onnx file").hint = ValueHint::kFile;
  options.add("-o,--output", &output_, "OUT", "file to write; without it only the report").hint =
      ValueHint::kFile;
  options
      .add("--input", &data_.inputs, "FILE",
           "data to verify and to measure with; NAME=FILE for one of several inputs")
      .hint = ValueHint::kFile;
  options.flag("--verify", verify_,
               "compare the answers before and after, on --input or on made-up data");
  options.flag("--exact", exact_, "only rewrites that keep every bit of every answer");
  options.add("--stop-after", &stop_after_, "N",
              "stop after N rewrites, to find one that does harm");
  options
      .add("--target", &target_, "NAME",
           "portable (standard operators), native (fused ones too: runs in tundish only)")
      .choices = {"portable", "native"};
  options.add("--opset", &opset_, "N", "operator set to write");
  options.flag("--passes", passes_, "list the passes in the order in which they run");
  options.flag("--force", force_, "replace a file that tundish did not make");
  data_.declare_reading(options);
}

Result<OptimizeOptions> OptimizeCommand::optimize_options(const Model& model,
                                                          Terminal& terminal) const {
  OptimizeOptions options;
  options.target = target_ == "native" ? Target::kNative : Target::kPortable;
  options.opset = static_cast<int>(opset_);
  options.exact = exact_;
  if (stop_after_ >= 0) options.most_patches = stop_after_;
  options.verify = verify_;
  options.progress = terminal.progress("optimizing");
  if (!data_.inputs.empty()) {
    TRY_ASSIGN(const ReadOptions read, data_.read_options(terminal.limits()));
    TRY_ASSIGN(const std::vector<Value> values,
               read_whole_inputs(input_files(data_.inputs, model), data_contract(model), read));
    options.data.emplace();
    for (const Value& value : values) {
      if (value.tensor() == nullptr) return InvalidArgument("--input: dense arrays only");
      options.data->inputs.push_back(*value.tensor());
    }
    options.measure = true;
  }
  return options;
}

Status OptimizeCommand::may_write() const {
  std::error_code code;
  if (output_.empty() || force_ || !fs::exists(output_, code)) return ok();
  if (fs::equivalent(output_, model_, code)) {
    return Io(cat(tundish::quoted(output_), " is the model itself; --force replaces it"));
  }
  return was_made_by_tundish(output_)
             ? ok()
             : Io(cat(tundish::quoted(output_),
                      " exists and was not made by tundish; --force replaces it"));
}

std::string microseconds(double us) {
  const auto tenths = static_cast<int64_t>(us * 10 + 0.5);
  return cat(tenths / 10, ".", tenths % 10, " us");
}

std::string difference_text(const OutputDifference& difference) {
  if (difference.different == 0) return "equal bit for bit";
  return cat(difference.different, " of ", difference.elements, " elements differ, by at most ",
             difference.max_abs, " (", difference.max_ulp, " ulp)");
}

void OptimizeCommand::show(const Optimization& done, Terminal& terminal) const {
  for (const std::string& line : done.rewrites) terminal.explain(line);
  for (const std::string& line : done.refusals) terminal.explain(cat("not done: ", line));
  for (const std::string& line : done.decisions) terminal.explain(line);
  if (done.is_verified && !done.holds) {
    terminal.error_line(cat(
        model_, ": the answers differ, nothing is written (--stop-after N finds ", "the rewrite)"));
  }
  if (terminal.json) {
    terminal.out(optimize_json(model_, done.holds ? output_ : std::string(), done));
    return;
  }
  if (terminal.quiet) return;
  std::string text =
      cat(model_, output_.empty() ? "" : " -> ", output_, "\n  nodes: ", done.nodes_before, " -> ",
          done.nodes_after, "\n  bytes: ", done.bytes_before, " -> ", done.bytes.size(),
          "\n  rewrites: ", done.rewrites.size(),
          done.exact ? ", all of which keep every bit\n"
                     : ", some of which may change the last digits\n");
  if (done.us_before > 0) {
    text +=
        cat("  a call: ", microseconds(done.us_before), " -> ", microseconds(done.us_after), "\n");
  }
  if (done.is_verified) {
    text += cat("  verified on ", done.generated_data ? "made-up data" : "the data given", ":\n");
    for (const OutputDifference& output : done.outputs) {
      text += cat("    ", output.name, ": ", difference_text(output), "\n");
    }
  }
  terminal.out(text);
}

void OptimizeCommand::list_passes(Terminal& terminal) const {
  std::string text;
  for (const PassDescription& pass : optimization_passes()) {
    text +=
        cat(pass.name, " (", pass.stage, pass.exact ? ", exact" : ", may change the last digits",
            "): ", pass.description, "\n");
  }
  terminal.out(text);
}

Result<int> OptimizeCommand::run(Terminal& terminal) {
  if (passes_) {
    list_passes(terminal);
    return kExitOk;
  }
  if (model_.empty()) return usage_error("no MODEL (`tundish optimize -h` shows the options)");
  TRY(may_write());
  OpenOptions open;
  open.limits = terminal.limits();
  TRY_ASSIGN(const std::shared_ptr<const Model> model, Model::open(model_, open));
  TRY_ASSIGN(const OptimizeOptions options, optimize_options(*model, terminal));
  TRY_ASSIGN(const Optimization done, optimize(model, options));
  terminal.end_progress();
  if (!output_.empty() && done.holds) {
    std::error_code code;
    const fs::path folder = fs::path(output_).parent_path();
    if (!folder.empty()) fs::create_directories(folder, code);
    TRY(write_file(output_, done.bytes));
  }
  show(done, terminal);
  return done.holds ? kExitOk : kExitCheckFailed;
}

}  // namespace

std::unique_ptr<Command> command_optimize() { return std::make_unique<OptimizeCommand>(); }

}  // namespace tundish
