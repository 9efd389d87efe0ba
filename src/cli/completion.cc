// tundish completion: scripts that complete commands, options and values in bash, zsh and fish.
#include <algorithm>
#include <sstream>

#include "base/strings.h"
#include "cli/app/command.h"

namespace tundish {

namespace {

// A command with the options that completion offers for it.
struct Described {
  std::unique_ptr<Command> command;
  Options options;
};

std::vector<Described> described() {
  std::vector<Described> all;
  for (std::unique_ptr<Command>& command : all_commands()) {
    Described entry;
    command->declare(entry.options);
    declare_common_options(entry.options);
    entry.command = std::move(command);
    all.push_back(std::move(entry));
  }
  return all;
}

std::vector<std::string> names_of(const OptionSpec& spec) {
  std::vector<std::string> names;
  std::istringstream words(spec.names);
  for (std::string name; std::getline(words, name, ',');) names.push_back(name);
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += text.empty() ? word : " " + word;
  return text;
}

std::string escaped(std::string_view text, char quote) {
  std::string result;
  for (const char c : text) {
    if (c == quote) result += quote == '\'' ? "'\\'" : "\\";
    result += c;
  }
  return result;
}

std::string bash_script() {
  std::string commands;
  std::string cases;
  for (const Described& entry : described()) {
    commands += cat(commands.empty() ? "" : " ", entry.command->name());
    std::string options = "-h --help";
    std::string values;
    for (const OptionSpec& spec : entry.options.all()) {
      if (spec.is_positional()) continue;
      options += " " + joined(names_of(spec));
      if (spec.choices.empty()) continue;
      std::string pattern;
      for (const std::string& name : names_of(spec)) pattern += pattern.empty() ? name : "|" + name;
      values += cat("        ", pattern, ") COMPREPLY=($(compgen -W \"", joined(spec.choices),
                    "\" -- \"$current\")); return ;;\n");
    }
    cases += cat("    ", entry.command->name(), ")\n      case \"$previous\" in\n", values,
                 "      esac\n      options=\"", options, "\" ;;\n");
  }
  return cat(
      "# bash completion for tundish: source <(tundish completion bash)\n"
      "_tundish() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" "
      "options=\"\"\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"",
      commands,
      " --help --version\" -- \"$current\")); return\n"
      "  fi\n"
      "  case \"${COMP_WORDS[1]}\" in\n",
      cases,
      "  esac\n"
      "  case \"$current\" in\n"
      "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}\n"
      "complete -o filenames -F _tundish tundish\n");
}

std::string zsh_script() {
  std::string commands;
  std::string cases;
  for (const Described& entry : described()) {
    commands +=
        cat("    '", entry.command->name(), ":", escaped(entry.command->summary(), '\''), "'\n");
    std::string options;
    for (const OptionSpec& spec : entry.options.all()) {
      if (spec.is_positional()) continue;
      for (const std::string& name : names_of(spec)) {
        std::string help = escaped(spec.help, '\'');
        std::ranges::replace(help, ':', ' ');
        std::ranges::replace(help, '[', '(');
        std::ranges::replace(help, ']', ')');
        options += cat(" '", name, "[", help, "]",
                       spec.is_flag()                  ? std::string()
                       : !spec.choices.empty()         ? cat(":value:(", joined(spec.choices), ")")
                       : spec.hint == ValueHint::kNone ? std::string(":value:")
                                                       : std::string(":file:_files"),
                       "'");
      }
    }
    cases += cat("    ", entry.command->name(), ") _arguments", options, " '*:file:_files' ;;\n");
  }
  return cat(
      "#compdef tundish\n"
      "# zsh completion for tundish: tundish completion zsh > \"${fpath[1]}/_tundish\"\n"
      "_tundish() {\n"
      "  local -a commands=(\n",
      commands,
      "  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
      "  local command=$words[2]\n"
      "  shift words; (( CURRENT-- ))\n"
      "  case $command in\n",
      cases,
      "  esac\n"
      "}\n"
      "_tundish \"$@\"\n");
}

std::string fish_script() {
  std::string text = "# fish completion for tundish: tundish completion fish | source\n";
  for (const Described& entry : described()) {
    text += cat("complete -c tundish -n __fish_use_subcommand -f -a ", entry.command->name(),
                " -d '", escaped(entry.command->summary(), '\''), "'\n");
    for (const OptionSpec& spec : entry.options.all()) {
      if (spec.is_positional()) continue;
      std::string line =
          cat("complete -c tundish -n '__fish_seen_subcommand_from ", entry.command->name(), "'");
      for (const std::string& name : names_of(spec)) {
        line += name.starts_with("--") ? cat(" -l ", name.substr(2)) : cat(" -s ", name.substr(1));
      }
      if (!spec.is_flag()) line += " -r";
      if (!spec.choices.empty()) line += cat(" -f -a '", joined(spec.choices), "'");
      text += cat(line, " -d '", escaped(spec.help, '\''), "'\n");
    }
  }
  return text;
}

class CompletionCommand : public Command {
 public:
  std::string_view name() const override { return "completion"; }
  std::string_view summary() const override { return "print a completion script for a shell"; }
  std::vector<std::string> examples() const override {
    return {"source <(tundish completion bash)", "tundish completion fish | source"};
  }
  void declare(Options& options) override {
    auto& shell = options.add("shell", &shell_, "SHELL", "bash, zsh or fish");
    shell.choices = {"bash", "zsh", "fish"};
    shell.required = true;
  }
  Result<int> run(Terminal& terminal) override {
    terminal.out(shell_ == "bash" ? bash_script() : shell_ == "zsh" ? zsh_script() : fish_script());
    return kExitOk;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> command_completion() { return std::make_unique<CompletionCommand>(); }

}  // namespace tundish
