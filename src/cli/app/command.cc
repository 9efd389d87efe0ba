#include "cli/app/command.h"

#include <algorithm>
#include <new>

#include "base/strings.h"
#include "tundish/session.h"

namespace tundish {

#define TUNDISH_INDEX(stem) std::unique_ptr<Command> command_##stem();
#include "cli/index.inc"
#undef TUNDISH_INDEX

namespace {

constexpr std::string_view kUsagePlace = "usage";

std::string overview(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string text =
      "tundish takes a trained model, proves that what ships answers the same, and runs it.\n\n"
      "usage: tundish COMMAND [options] FILE...\n\ncommands:\n";
  for (const auto& command : commands) {
    std::string name(command->name());
    name.resize(std::max<size_t>(name.size(), 12), ' ');
    text += cat("  ", name, command->summary(), "\n");
  }
  return text +
         "\n`tundish COMMAND -h` shows options and examples.\n\nfirst steps:\n"
         "  tundish convert model.joblib -o model.onnx\n"
         "  tundish run model.onnx --input rows.csv\n";
}

std::string version_text() {
  std::string isas;
  for (const std::string& isa : available_isas()) isas += isas.empty() ? isa : " " + isa;
  const std::string commit(build_commit());
  return cat("tundish ", version(), commit.empty() ? "" : cat(" (", commit, ")"),
             "\ninstruction sets: ", isas, "\n");
}

std::string unknown_command(const std::string& word,
                            const std::vector<std::unique_ptr<Command>>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.emplace_back(command->name());
  const std::string near = nearest_word(word, names);
  return cat("unknown command ", quoted(word),
             near.empty() ? "; `tundish --help` lists them" : cat("; did you mean ", near, "?"));
}

int finish(Terminal& terminal, Result<int> result) {
  terminal.end_progress();
  if (result) {
    if (Status written = terminal.finish(); !written) {
      terminal.error(written.error());
      return exit_status(ErrorCode::kIo);
    }
    return *result;
  }
  const Error& error = result.error();
  if (is_usage_error(error)) {
    terminal.error_line(error.message());
    return kExitUsage;
  }
  terminal.error(error);
  if (terminal.is_time_up(error)) return exit_status(ErrorCode::kLimit);
  if (error.code() == ErrorCode::kInternal) {
    terminal.error_line(
        "this is a defect of tundish: please report the command and `tundish --version`");
  }
  return exit_status(error.code());
}

int run_command(Command& command, const std::vector<std::string>& words) {
  Terminal terminal;
  Options options;
  command.declare(options);
  declare_common_options(options, terminal);
  const ParseOutcome outcome = parse_options(options, words);
  if (outcome.help_wanted) {
    terminal.out(help_text(command.name(), command.summary(), options, command.examples()));
    return finish(terminal, kExitOk);
  }
  if (!outcome.fault.empty()) {
    terminal.error_line(
        cat(outcome.fault, " (`tundish ", command.name(), " -h` shows the options)"));
    return kExitUsage;
  }
  terminal.start_limits();
  try {
    return finish(terminal, command.run(terminal));
  } catch (const std::bad_alloc&) {
    terminal.error_line("out of memory (--memory-limit BYTES sets how much may be used)");
    return exit_status(ErrorCode::kLimit);
  }
}

}  // namespace

void declare_common_options(Options& options, Terminal& terminal) {
  options.flag("--json", terminal.json, "the result as one JSON document on stdout");
  options.flag("-q,--quiet", terminal.quiet, "silent but for errors");
  options.flag("-v,--verbose", terminal.verbose, "say why each decision was taken");
  options.add("--time-limit", &terminal.time_limit_seconds, "SECONDS", "give up after this time");
  options.add("--memory-limit", &terminal.memory_limit_bytes, "BYTES",
              "refuse what would need more memory");
}

void declare_common_options(Options& options) {
  // targets of descriptions that are never parsed
  static Terminal unused;
  declare_common_options(options, unused);
}

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidModel: return 3;
    case ErrorCode::kUnsupported: return 4;
    case ErrorCode::kInvalidArgument: return 5;
    case ErrorCode::kUntrusted: return 6;
    case ErrorCode::kIo:
    case ErrorCode::kNotFound: return 7;
    case ErrorCode::kLimit: return 8;
    case ErrorCode::kCancelled: return 130;
    case ErrorCode::kInternal: return 70;
  }
  return 70;
}

Error usage_error(std::string message) {
  return InvalidArgument(std::move(message)).in(std::string(kUsagePlace));
}

bool is_usage_error(const Error& error) {
  return !error.places().empty() && error.places().front() == kUsagePlace;
}

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
#define TUNDISH_INDEX(stem) commands.push_back(command_##stem());
#include "cli/index.inc"
#undef TUNDISH_INDEX
  return commands;
}

int run_tundish(std::span<const std::string> words) {
  const std::vector<std::unique_ptr<Command>> commands = all_commands();
  Terminal terminal;
  if (words.empty()) {
    terminal.error_line("no command; `tundish --help` lists them");
    return kExitUsage;
  }
  const std::string& word = words.front();
  if (word == "--version" || word == "version") {
    terminal.out(version_text());
    return finish(terminal, kExitOk);
  }
  if (word == "--help" || word == "-h" || word == "help") {
    terminal.out(overview(commands));
    return finish(terminal, kExitOk);
  }
  for (const auto& command : commands) {
    if (command->name() == word) return run_command(*command, {words.begin() + 1, words.end()});
  }
  terminal.error_line(unknown_command(word, commands));
  return kExitUsage;
}

}  // namespace tundish
