// tundish formats: every class and format read, by version.
#include <algorithm>

#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/report_json.h"
#include "tundish/convert.h"

namespace tundish {

namespace {

class FormatsCommand : public Command {
 public:
  std::string_view name() const override { return "formats"; }
  std::string_view summary() const override {
    return "list every class and format that is read, by version";
  }
  std::vector<std::string> examples() const override {
    return {"tundish formats", "tundish formats --json"};
  }
  void declare(Options&) override {}
  Result<int> run(Terminal& terminal) override {
    const std::vector<FormatRow> rows = supported_formats();
    if (terminal.json) {
      terminal.out(formats_json(rows));
      return kExitOk;
    }
    size_t library = 0, name = 0, versions = 0;
    for (const FormatRow& row : rows) {
      library = std::max(library, row.library.size());
      name = std::max(name, row.name.size());
      versions = std::max(versions, row.versions.size());
    }
    const auto padded = [](std::string text, size_t width) {
      text.resize(width, ' ');
      return text;
    };
    std::string text;
    for (const FormatRow& row : rows) {
      text += cat(padded(row.library, library), "  ", padded(row.name, name), "  ",
                  padded(row.versions, versions), "  ", row.methods, "\n");
    }
    terminal.out(text);
    return kExitOk;
  }
};

}  // namespace

std::unique_ptr<Command> command_formats() { return std::make_unique<FormatsCommand>(); }

}  // namespace tundish
