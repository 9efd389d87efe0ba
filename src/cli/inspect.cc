// tundish inspect: what is in a file.
#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/report_json.h"
#include "config/environment.h"
#include "tundish/convert.h"

namespace tundish {

namespace {

class InspectCommand : public Command {
 public:
  std::string_view name() const override { return "inspect"; }
  std::string_view summary() const override {
    return "show what is in a model file, also of those that are refused";
  }
  std::vector<std::string> examples() const override {
    return {"tundish inspect model.joblib", "tundish inspect --globals unknown.pkl"};
  }
  void declare(Options& options) override;
  Result<int> run(Terminal& terminal) override;

 private:
  void show(const InspectReport& report, Terminal& terminal) const;
  void show_globals(const InspectReport& report, Terminal& terminal) const;

  std::string file_;
  bool globals_ = false, graph_ = false, dot_ = false, strict_ = false, engines_ = false;
};

void InspectCommand::declare(Options& options) {
  options.add("file", &file_, "FILE", "a file of any format that is read").hint = ValueHint::kFile;
  options.flag("--globals", globals_, "every name that loading the pickle would import");
  options.flag("--graph", graph_, "the graph as text");
  options.flag("--dot", dot_, "the graph for Graphviz");
  options.flag("--strict", strict_, "exit as convert would");
  options.flag("--engines", engines_, "engines and instruction sets of this build and machine");
}

void InspectCommand::show_globals(const InspectReport& report, Terminal& terminal) const {
  std::string text;
  for (const InspectReport::Global& global : report.globals) {
    const std::string name = quoted(cat(global.module, ".", global.name), 300);
    text += cat(global.standing, "  ", name.substr(1, name.size() - 2), "  (byte ", global.offset,
                ")\n");
  }
  terminal.out(text);
}

void InspectCommand::show(const InspectReport& report, Terminal& terminal) const {
  std::string text = cat("file: ", file_, "\nformat: ", report.format, ", ", report.file_bytes,
                         " bytes\nsha256: ", report.sha256, "\n");
  for (const auto& [name, value] : report.facts) text += cat(name, ": ", value, "\n");
  if (!report.tree.empty()) text += "objects:\n";
  for (const std::string& line : report.tree) text += cat("  ", line, "\n");
  if (report.refused) {
    text += cat("refused: ", error_code_name(report.refused->code()), ": ",
                report.refused->to_string(), "\n");
  }
  terminal.out(text);
}

Result<int> InspectCommand::run(Terminal& terminal) {
  if (engines_) {
    std::string text = "engines:";
    for (const std::string& engine : available_engines()) text += cat(" ", engine);
    text += "\ninstruction sets:";
    for (const std::string& isa : available_isas()) text += cat(" ", isa);
    text += "\nONNX Runtime:";
    if (const std::string library = ort_library(); library.empty()) {
      text += " none named (TUNDISH_ORT_LIBRARY)";
    } else if (const Result<OrtDescription> found = describe_ort(library)) {
      text += cat(" ", found->version, ", providers:");
      for (const std::string& provider : found->providers) text += cat(" ", provider);
    } else {
      text += cat(" ", found.error().to_string());
    }
    terminal.out(text + "\n");
    if (file_.empty()) return kExitOk;
  }
  if (file_.empty()) return usage_error("no FILE (`tundish inspect -h` shows the options)");
  InspectOptions options;
  options.limits = terminal.limits();
  options.graph = graph_;
  options.dot = dot_;
  TRY_ASSIGN(const InspectReport report, inspect(file_, options));
  if (terminal.json) {
    terminal.out(inspect_json(file_, report));
  } else if (globals_) {
    show_globals(report, terminal);
  } else if (graph_ || dot_) {
    if (report.model == nullptr && report.refused) terminal.error(*report.refused);
    terminal.out(report.graph_text);
    terminal.out(report.graph_dot);
  } else {
    show(report, terminal);
  }
  return strict_ && report.refused ? exit_status(report.refused->code()) : kExitOk;
}

}  // namespace

std::unique_ptr<Command> command_inspect() { return std::make_unique<InspectCommand>(); }

}  // namespace tundish
