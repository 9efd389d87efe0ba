// tundish convert: source models -> checked .onnx files.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/model_data.h"
#include "cli/app/report_json.h"
#include "tundish/convert.h"

namespace tundish {

namespace {

namespace fs = std::filesystem;

// A source and where its model goes.
struct Job {
  std::string source;
  std::string output;
};

bool is_model_name(const fs::path& path) {
  constexpr std::array<std::string_view, 4> kSuffixes = {".joblib", ".pkl", ".pickle", ".z"};
  return std::ranges::find(kSuffixes, path.extension().string()) != kSuffixes.end();
}

bool differs(const ConvertedSource& done) {
  return done.conversion && done.conversion->check && !done.conversion->check->equal;
}

// Which labels differ, in one line.
std::string difference(const CheckReport& report) {
  std::string text = cat(report.labels_different, " labels differ from the source's on ",
                         report.given_rows + report.generated_rows, " rows");
  if (!report.examples.empty()) {
    const LabelExample& first = report.examples[0];
    text += cat("; first: ", first.origin, " gives ", first.ours, " instead of ", first.theirs);
  }
  if (report.expected && report.expected->labels_different > 0) {
    text += cat("; ", report.expected->labels_different,
                " labels differ from the expected answers, first: ", report.expected->worst);
  }
  return text;
}

class ConvertCommand : public Command {
 public:
  std::string_view name() const override { return "convert"; }
  std::string_view summary() const override {
    return "convert trained models to checked .onnx files";
  }
  std::vector<std::string> examples() const override {
    return {"tundish convert model.joblib", "tundish convert models/ -o onnx/",
            "tundish convert model.joblib -o model.onnx --data rows.csv --expected answers/"};
  }
  void declare(Options& options) override;
  Result<int> run(Terminal& terminal) override;

 private:
  Result<std::vector<Job>> jobs() const;
  Status add_folder(const fs::path& folder, std::vector<Job>& found) const;
  Result<ConvertOptions> convert_options(Terminal& terminal) const;
  Result<std::shared_ptr<const Model>> open_source(const Job& job, Terminal& terminal) const;
  Status add_data(const Model& source, ConvertOptions& options, Terminal& terminal) const;
  Status may_write(const Job& job) const;
  ConvertedSource convert_one(const Job& job, Terminal& terminal) const;
  void show(const ConvertedSource& done, Terminal& terminal) const;
  Result<int> dry_run(const std::vector<Job>& jobs, Terminal& terminal) const;

  std::vector<std::string> sources_, meta_, steps_;
  InputOptions data_;
  std::string output_, expected_, target_ = "auto", input_type_, select_, name_, probes_ = "20000";
  int64_t opset_ = 0;
  bool no_check_ = false, force_ = false, dry_run_ = false;
};

void ConvertCommand::declare(Options& options) {
  auto& sources = options.add("sources", &sources_, "SOURCE...", "model files, or folders of them");
  sources.hint = ValueHint::kFile;
  options.add("-o,--output", &output_, "OUT", "file or folder; default: SOURCE with .onnx").hint =
      ValueHint::kFile;
  options.add("--data", &data_.inputs, "FILE", "rows to check on besides the generated ones").hint =
      ValueHint::kFile;
  options.add("--expected", &expected_, "FILE|DIR", "the original's own answers to --data").hint =
      ValueHint::kFile;
  options.add("--target", &target_, "NAME", "auto, portable (standard operators only), native")
      .choices = {"auto", "portable", "native"};
  options.add("--input-type", &input_type_, "TYPE", "float32 or float64 rows").choices = {
      "float32", "float64"};
  options.add("--opset", &opset_, "N", "operator set to write");
  options.add("--select", &select_, "PATH", "object inside a dict or tuple, e.g. '[\"model\"]'");
  options.add("--steps", &steps_, "A,B", "files joined into one model, transformers first")
      .separator = ',';
  options.add("--name", &name_, "NAME", "name of the graph");
  options.add("--meta", &meta_, "KEY=VALUE", "metadata to store");
  options.add("--probes", &probes_, "N|all", "generated rows where routing is proven");
  options.flag("--no-check", no_check_, "write without comparing with the source");
  options.flag("--force", force_, "replace files that tundish did not make");
  options.flag("--dry-run", dry_run_, "show what would be read, assumed, joined and written");
  data_.declare_reading(options);
}

Status ConvertCommand::add_folder(const fs::path& folder, std::vector<Job>& found) const {
  std::error_code code;
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(folder, code);
       entry != fs::recursive_directory_iterator(); entry.increment(code)) {
    if (code) break;
    if (entry->is_regular_file(code) && is_model_name(entry->path()))
      files.push_back(entry->path());
  }
  if (code)
    return Io(
        cat("cannot read the folder ", tundish::quoted(folder.string()), ": ", code.message()));
  std::ranges::sort(files);
  const fs::path target = output_.empty() ? folder : fs::path(output_);
  for (const fs::path& file : files) {
    const fs::path relative = fs::relative(file, folder, code);
    fs::path plain = target / relative;
    plain.replace_extension(".onnx");
    // where two would collide the old suffix stays
    const bool collides = std::ranges::any_of(files, [&](const fs::path& other) {
      return other != file &&
             fs::path(other).replace_extension() == fs::path(file).replace_extension();
    });
    found.push_back(
        {file.string(), collides ? (target / relative).string() + ".onnx" : plain.string()});
  }
  return ok();
}

Result<std::vector<Job>> ConvertCommand::jobs() const {
  std::vector<Job> found;
  std::vector<std::string> sources = sources_;
  if (sources.empty() && !steps_.empty()) sources.push_back(steps_.back());
  if (sources.empty()) return usage_error("no SOURCE (`tundish convert -h` shows the options)");
  const bool to_folder = !output_.empty() && (fs::is_directory(output_) || output_.ends_with('/') ||
                                              sources.size() > 1);
  for (const std::string& source : sources) {
    if (fs::is_directory(source)) {
      TRY(add_folder(source, found));
      continue;
    }
    const fs::path beside = fs::path(source).replace_extension(".onnx");
    std::string output = output_;
    if (output_.empty()) output = beside.string();
    if (to_folder) output = (fs::path(output_) / beside.filename()).string();
    found.push_back({source, std::move(output)});
  }
  if (!steps_.empty() && found.size() != 1) {
    return usage_error("--steps joins files into one model: give at most one SOURCE with it");
  }
  return found;
}

Result<ConvertOptions> ConvertCommand::convert_options(Terminal& terminal) const {
  ConvertOptions options;
  options.target = target_ == "portable" ? Target::kPortable
                   : target_ == "native" ? Target::kNative
                                         : Target::kAuto;
  options.opset = static_cast<int>(opset_);
  options.name = name_;
  options.check_model = !no_check_;
  for (const std::string& pair : meta_) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos)
      return usage_error(cat("--meta ", tundish::quoted(pair), " lacks '='"));
    options.metadata.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  if (probes_ == "all") {
    options.check.probes = 0;
  } else {
    char* end = nullptr;
    options.check.probes = std::strtoull(probes_.c_str(), &end, 10);
    if (*end != 0 || options.check.probes == 0) {
      return usage_error(cat("--probes ", tundish::quoted(probes_), ": a number of rows, or all"));
    }
  }
  if (!expected_.empty() && data_.inputs.empty()) {
    return usage_error("--expected holds answers to rows: give the rows with --data");
  }
  options.check.progress = terminal.progress("checking");
  return options;
}

Result<std::shared_ptr<const Model>> ConvertCommand::open_source(const Job& job,
                                                                 Terminal& terminal) const {
  OpenOptions open;
  open.limits = terminal.limits();
  open.input_type = dtype_from_name(input_type_);
  open.select = select_;
  return open_pieces(job.source, steps_, open);
}

Status ConvertCommand::add_data(const Model& source, ConvertOptions& options,
                                Terminal& terminal) const {
  if (data_.inputs.empty()) return ok();
  TRY_ASSIGN(const ReadOptions read, data_.read_options(terminal.limits()));
  TRY_ASSIGN(options.check.data, read_all_rows(source, data_.inputs, read));
  if (!expected_.empty()) {
    TRY_ASSIGN(options.check.expected, read_expected(source, expected_));
  }
  return ok();
}

Status ConvertCommand::may_write(const Job& job) const {
  std::error_code code;
  if (force_ || !fs::exists(job.output, code) || was_made_by_tundish(job.output)) return ok();
  return Io(
      cat(tundish::quoted(job.output), " exists and was not made by tundish; --force replaces it"));
}

ConvertedSource ConvertCommand::convert_one(const Job& job, Terminal& terminal) const {
  ConvertedSource done;
  done.source = job.source;
  const auto start = std::chrono::steady_clock::now();
  const auto work = [&]() -> Status {
    TRY(may_write(job));
    TRY_ASSIGN(ConvertOptions options, convert_options(terminal));
    TRY_ASSIGN(const std::shared_ptr<const Model> source, open_source(job, terminal));
    TRY(add_data(*source, options, terminal));
    TRY_ASSIGN(done.conversion, convert(source, options));
    if (done.conversion->bytes.empty()) return ok();  // the report says which labels differ
    std::error_code code;
    const fs::path folder = fs::path(job.output).parent_path();
    if (!folder.empty()) fs::create_directories(folder, code);
    TRY(write_file(job.output, done.conversion->bytes));
    done.output = job.output;
    done.output_bytes = done.conversion->bytes.size();
    done.conversion->bytes.clear();
    return ok();
  };
  if (Status status = work(); !status) {
    done.error = std::move(status).error();
    done.conversion.reset();
  }
  done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return done;
}

void ConvertCommand::show(const ConvertedSource& done, Terminal& terminal) const {
  if (done.error) {
    terminal.error(*done.error);
    return;
  }
  const Conversion& conversion = *done.conversion;
  for (const std::string& note : conversion.notes) terminal.say(cat("note: ", note));
  for (const std::string& decision : conversion.decisions) terminal.explain(decision);
  for (const std::string& own : conversion.own_operators) {
    terminal.say(cat("tundish operator: ", own));
  }
  if (conversion.check && !conversion.check->equal) {
    terminal.error_line(cat(done.source, ": not written: ", difference(*conversion.check)));
    return;
  }
  if (terminal.json || terminal.quiet) return;
  const SourceDescription& source = conversion.source;
  std::string text = cat(done.source, " -> ", done.output, "\n  ", source.estimator, ", ",
                         source.library, source.version.empty() ? "" : " ", source.version, ", ",
                         conversion.source_bytes, " -> ", done.output_bytes, " bytes\n");
  if (conversion.check) {
    const CheckReport& check = *conversion.check;
    text +=
        cat("  checked on ", check.given_rows + check.generated_rows, " rows (", check.given_rows,
            " given, ", check.generated_rows, " generated): ", check.labels_different,
            " labels differ, scores ",
            check.bit_identical ? "bit-identical" : cat("within ", check.max_ulp, " ulp"), "\n");
    text += cat("  ", check.routing_proven ? "proven: " : "", check.proof, "\n");
    for (const std::string& statement : check.statements) text += cat("    - ", statement, "\n");
    if (check.expected) {
      text += cat("  against the original's answers: ", check.expected->labels_different,
                  " labels differ, scores within ", check.expected->max_ulp, " ulp\n");
    }
  } else {
    text += "  not checked (--no-check)\n";
  }
  terminal.out(text);
}

Result<int> ConvertCommand::dry_run(const std::vector<Job>& jobs, Terminal& terminal) const {
  for (const Job& job : jobs) {
    const auto model = open_source(job, terminal);
    terminal.out(cat(job.source, " -> ", job.output, "\n"));
    if (!model) {
      terminal.out(cat("  refused: ", model.error().to_string(), "\n"));
      continue;
    }
    terminal.out(cat("  ", (*model)->source().estimator, ", ", (*model)->source().library, " ",
                     (*model)->source().version, "\n"));
    if (!steps_.empty()) {
      for (const std::string& piece : ordered_pieces(job.source, steps_)) {
        terminal.out(cat("  joined: ", piece, "\n"));
      }
    }
    for (const std::string& note : (*model)->notes()) terminal.out(cat("  ", note, "\n"));
    if (const Status allowed = may_write(job); !allowed) {
      terminal.out(cat("  would not write: ", allowed.error().to_string(), "\n"));
    }
  }
  return kExitOk;
}

Result<int> ConvertCommand::run(Terminal& terminal) {
  TRY_ASSIGN(const std::vector<Job> jobs, this->jobs());
  TRY(convert_options(terminal));  // faults in the words are shown before any work
  if (dry_run_) return dry_run(jobs, terminal);
  std::vector<ConvertedSource> done;
  size_t converted = 0;
  for (const Job& job : jobs) {
    done.push_back(convert_one(job, terminal));
    if (!done.back().error && !differs(done.back())) ++converted;
    if (jobs.size() > 1 || !done.back().error) show(done.back(), terminal);
    if (terminal.cancel_flag()->load()) break;
  }
  if (terminal.json) terminal.out(convert_json(done));
  if (jobs.size() == 1) {
    if (done[0].error) return std::move(*done[0].error);
    return differs(done[0]) ? kExitCheckFailed : kExitOk;
  }
  if (!terminal.json) terminal.out(cat("converted ", converted, "/", jobs.size(), "\n"));
  if (jobs.empty()) return NotFound("no model files (.joblib, .pkl, .pickle) in the folder");
  return converted == jobs.size() ? kExitOk : kExitCheckFailed;
}

}  // namespace

std::unique_ptr<Command> command_convert() { return std::make_unique<ConvertCommand>(); }

}  // namespace tundish
