// tundish check: does a model answer as another does, and what is proven.
#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/model_data.h"
#include "cli/app/report_json.h"
#include "tundish/convert.h"

namespace tundish {

namespace {

class CheckCommand : public Command {
 public:
  std::string_view name() const override { return "check"; }
  std::string_view summary() const override {
    return "compare a model with its source, and say what is proven";
  }
  std::vector<std::string> examples() const override {
    return {"tundish check model.onnx --against model.joblib",
            "tundish check model.onnx --against model.joblib --data rows.csv --expected answers/"};
  }
  void declare(Options& options) override;
  Result<int> run(Terminal& terminal) override;

 private:
  Result<CheckOptions> check_options(const Model& model, Terminal& terminal) const;
  void show(const CheckReport& report, Terminal& terminal) const;

  std::string model_, against_, expected_, probes_ = "20000", engine_ = "native", select_,
                                           input_type_;
  std::vector<std::string> steps_;
  InputOptions data_;
  int64_t threads_ = 1;
};

void CheckCommand::declare(Options& options) {
  auto& model = options.add("model", &model_, "MODEL", "the model that ships");
  model.hint = ValueHint::kFile;
  model.required = true;
  auto& against = options.add("--against", &against_, "SOURCE", "what it must answer like");
  against.hint = ValueHint::kFile;
  against.required = true;
  options.add("--data", &data_.inputs, "FILE", "rows to compare on besides the generated ones")
      .hint = ValueHint::kFile;
  options.add("--expected", &expected_, "FILE|DIR", "the original's own answers to --data").hint =
      ValueHint::kFile;
  options.add("--probes", &probes_, "N|all", "generated rows where routing is proven");
  options.add("--engine", &engine_, "NAME", "engine that runs MODEL");
  options.add("--threads", &threads_, "N", "threads that MODEL may use");
  options.add("--select", &select_, "PATH", "object inside SOURCE's dict or tuple");
  options.add("--steps", &steps_, "A,B", "further files joined to SOURCE").separator = ',';
  options.add("--input-type", &input_type_, "TYPE", "type of SOURCE's rows; default: MODEL's")
      .choices = {"float32", "float64"};
  data_.declare_reading(options);
}

Result<CheckOptions> CheckCommand::check_options(const Model& model, Terminal& terminal) const {
  CheckOptions options;
  options.engine = engine_;
  options.thread_count = static_cast<int>(threads_);
  options.progress = terminal.progress("checking");
  if (probes_ == "all") {
    options.probes = 0;
  } else {
    char* end = nullptr;
    options.probes = std::strtoull(probes_.c_str(), &end, 10);
    if (*end != 0 || options.probes == 0) {
      return usage_error(cat("--probes ", quoted(probes_), ": a number of rows, or all"));
    }
  }
  if (!expected_.empty() && data_.inputs.empty()) {
    return usage_error("--expected holds answers to rows: give the rows with --data");
  }
  if (data_.inputs.empty()) return options;
  TRY_ASSIGN(const ReadOptions read, data_.read_options(terminal.limits()));
  TRY_ASSIGN(options.data, read_all_rows(model, data_.inputs, read));
  if (!expected_.empty()) {
    TRY_ASSIGN(options.expected, read_expected(model, expected_));
  }
  return options;
}

void CheckCommand::show(const CheckReport& report, Terminal& terminal) const {
  std::string text =
      cat(report.equal ? "equal" : "DIFFERENT", ": ", report.labels_different, " labels differ on ",
          report.given_rows + report.generated_rows, " rows (", report.given_rows, " given, ",
          report.generated_rows, " generated at thresholds, zeros and extremes)\n");
  text += report.bit_identical ? "scores: bit-identical\n"
                               : cat("scores: largest difference ", report.max_ulp, " ulp, ",
                                     report.max_abs, " absolute\n");
  for (const LabelExample& example : report.examples) {
    text += cat("  ", example.origin, ": ", example.ours, " instead of ", example.theirs, "\n   ");
    for (const std::string& value : example.input) text += cat(" ", value);
    text += "\n";
  }
  text += cat(report.routing_proven ? "proven: " : "", report.proof, "\n");
  for (const std::string& statement : report.statements) text += cat("  - ", statement, "\n");
  if (report.expected) {
    text +=
        cat("against the original's own answers: ", report.expected->labels_different,
            " labels differ on ", report.expected->rows, " rows, scores within ",
            report.expected->max_ulp, " ulp (", report.expected->max_abs, ")",
            report.expected->worst.empty() ? "" : cat(", worst ", report.expected->worst), "\n");
  } else {
    text +=
        "SOURCE was read by tundish's own importer; --data with --expected (the original library's "
        "answers) checks that too\n";
  }
  terminal.out(text);
}

Result<int> CheckCommand::run(Terminal& terminal) {
  OpenOptions open;
  open.limits = terminal.limits();
  TRY_ASSIGN(const std::shared_ptr<const Model> model, Model::open(model_, open));
  open.select = select_;
  open.input_type = dtype_from_name(input_type_);
  if (input_type_.empty() && model->inputs().size() == 1)
    open.input_type = model->inputs()[0].dtype;
  TRY_ASSIGN(const std::shared_ptr<const Model> against, open_pieces(against_, steps_, open));
  TRY_ASSIGN(const CheckOptions options, check_options(*model, terminal));
  TRY_ASSIGN(const CheckReport report, check(model, against, options));
  if (terminal.json) {
    terminal.out(check_json(report));
  } else {
    show(report, terminal);
  }
  return report.equal ? kExitOk : kExitCheckFailed;
}

}  // namespace

std::unique_ptr<Command> command_check() { return std::make_unique<CheckCommand>(); }

}  // namespace tundish
