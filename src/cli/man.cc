// tundish man: the manual page, from the same declarations that parse the command line.
#include <sstream>

#include "base/strings.h"
#include "cli/app/command.h"
#include "tundish/session.h"

namespace tundish {

namespace {

// roff reads a leading dot or quote as a request, and a plain hyphen as a soft one.
std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '-') {
      result += "\\-";
    } else if (c == '\\') {
      result += "\\e";
    } else {
      result += c;
    }
  }
  if (result.starts_with('.') || result.starts_with('\'')) result.insert(0, "\\&");
  return result;
}

std::string option_entry(const OptionSpec& spec) {
  std::string names;
  std::istringstream words(spec.is_positional() ? spec.placeholder : spec.names);
  for (std::string name; std::getline(words, name, ',');) {
    names += cat(names.empty() ? "" : ", ", "\\fB", roff(name), "\\fR");
  }
  if (!spec.is_positional() && !spec.placeholder.empty()) {
    names += cat(" \\fI", roff(spec.placeholder), "\\fR");
  }
  std::string help = spec.help;
  if (!spec.choices.empty()) {
    help += ":";
    for (const std::string& choice : spec.choices) help += " " + choice;
  }
  return cat(".TP\n", names, "\n", roff(help), "\n");
}

std::string manual_page() {
  std::string text = cat(".TH TUNDISH 1 \"\" \"tundish ", version(),
                         "\" \"User Commands\"\n.SH NAME\ntundish \\- take a trained model, prove "
                         "that what ships answers the same, run it\n.SH SYNOPSIS\n.B tundish\n.I "
                         "COMMAND\n[options]\n.I FILE...\n.SH COMMANDS\n");
  for (const std::unique_ptr<Command>& command : all_commands()) {
    Options options;
    command->declare(options);
    text += cat(".SS tundish ", command->name(), "\n", roff(command->summary()), ".\n");
    for (const OptionSpec& spec : options.all()) text += option_entry(spec);
    text += ".PP\n.nf\n";
    for (const std::string& example : command->examples()) text += cat(roff(example), "\n");
    text += ".fi\n";
  }
  Options common;
  declare_common_options(common);
  text += ".SH OPTIONS OF EVERY COMMAND\n";
  for (const OptionSpec& spec : common.all()) text += option_entry(spec);
  text += ".SH EXIT STATUS\n";
  constexpr std::pair<int, std::string_view> kStatuses[] = {
      {0, "done, and every check asked for held"},
      {1, "the command ran, but a check did not hold"},
      {2, "wrong usage"},
      {3, "the model file is damaged or not what it claims"},
      {4, "understood, but not supported"},
      {5, "the data does not fit the model"},
      {6, "not trusted: would call something"},
      {7, "file or network trouble"},
      {8, "a limit was reached"},
      {70, "a defect of tundish"},
      {130, "cancelled"}};
  for (const auto& [status, meaning] : kStatuses) {
    text += cat(".TP\n", status, "\n", roff(meaning), "\n");
  }
  return text +
         ".SH ENVIRONMENT\n.TP\nTUNDISH_FORCE_ISA\nInstruction set to use: generic, avx2, "
         "avx512, avx512vbmi.\n.TP\nNO_COLOR\nNo colour on the terminal.\n";
}

class ManCommand : public Command {
 public:
  std::string_view name() const override { return "man"; }
  std::string_view summary() const override { return "print the manual page (roff)"; }
  std::vector<std::string> examples() const override {
    return {"tundish man | man -l -", "tundish man > /usr/local/share/man/man1/tundish.1"};
  }
  void declare(Options&) override {}
  Result<int> run(Terminal& terminal) override {
    terminal.out(manual_page());
    return kExitOk;
  }
};

}  // namespace

std::unique_ptr<Command> command_man() { return std::make_unique<ManCommand>(); }

}  // namespace tundish
