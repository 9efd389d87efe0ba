#include "cli/app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/strings.h"

namespace tundish {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

std::vector<std::string> known_words(const Options& options) {
  std::vector<std::string> words = {"--help"};
  for (const OptionSpec& spec : options.all()) {
    for (std::string& name : split(spec.names, ',')) {
      if (name.starts_with("--")) words.push_back(std::move(name));
    }
  }
  return words;
}

CLI::Option* declare(CLI::App& app, const OptionSpec& spec) {
  CLI::Option* option = std::visit(
      [&](auto* target) -> CLI::Option* {
        using T = std::remove_pointer_t<decltype(target)>;
        if constexpr (std::is_same_v<T, bool>) {
          return app.add_flag(spec.names, *target);
        } else {
          return app.add_option(spec.names, *target);
        }
      },
      spec.target);
  if (spec.is_flag()) return option;
  if (!spec.choices.empty()) option->check(CLI::IsMember(spec.choices));
  if (spec.separator != 0) option->delimiter(spec.separator);
  if (spec.is_list() && !spec.is_positional())
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (spec.required) option->required();
  return option;
}

std::string unknown_word(const std::string& word, const Options& options) {
  std::string message = word.starts_with('-') ? cat("unknown option ", tundish::quoted(word))
                                              : cat("unexpected word ", tundish::quoted(word));
  if (!word.starts_with('-')) return message;
  const std::string near = nearest_word(word.substr(0, word.find('=')), known_words(options));
  return near.empty() ? message : cat(message, "; did you mean ", near, "?");
}

std::string left_column(const OptionSpec& spec) {
  std::string text;
  for (const std::string& name : split(spec.names, ',')) text += text.empty() ? name : ", " + name;
  if (spec.is_positional()) return spec.placeholder;
  return spec.placeholder.empty() ? text : cat(text, " ", spec.placeholder);
}

}  // namespace

OptionSpec& Options::add(std::string names, OptionSpec::Target target, std::string placeholder,
                         std::string help) {
  OptionSpec spec;
  spec.names = std::move(names);
  spec.placeholder = std::move(placeholder);
  spec.help = std::move(help);
  spec.target = target;
  specs_.push_back(std::move(spec));
  return specs_.back();
}

ParseOutcome parse_options(const Options& options, const std::vector<std::string>& words) {
  ParseOutcome outcome;
  CLI::App app;
  app.set_help_flag("-h,--help", "show this help");
  for (const OptionSpec& spec : options.all()) declare(app, spec);
  app.allow_extras();
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    outcome.help_wanted = true;
    return outcome;
  } catch (const CLI::ParseError& error) {
    outcome.fault = error.what();
    return outcome;
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) outcome.fault = unknown_word(extras.front(), options);
  return outcome;
}

std::string help_text(std::string_view command, std::string_view summary, const Options& options,
                      const std::vector<std::string>& examples) {
  std::string text = cat("usage: tundish ", command, " [options]");
  for (const OptionSpec& spec : options.all()) {
    if (spec.is_positional()) text += cat(" ", spec.placeholder);
  }
  text += cat("\n\n", summary, "\n\n");
  size_t width = 0;
  for (const OptionSpec& spec : options.all()) width = std::max(width, left_column(spec).size());
  width = std::min<size_t>(width, 30);
  for (const OptionSpec& spec : options.all()) {
    std::string left = left_column(spec);
    left.resize(std::max(left.size(), width), ' ');
    text += cat("  ", left, "  ", spec.help, "\n");
  }
  if (!examples.empty()) text += "\nexamples:\n";
  for (const std::string& example : examples) text += cat("  ", example, "\n");
  return text;
}

}  // namespace tundish
