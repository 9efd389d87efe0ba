#include <array>

#include "base/strings.h"
#include "import/importer.h"

namespace tundish {

#define TUNDISH_INDEX(stem) const Importer& importer_##stem();
#include "import/index.inc"
#undef TUNDISH_INDEX

namespace {

// What a file that no importer wants seems to be, for the message.
std::string describe(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (text.empty()) return "the file is empty";
  if (text.starts_with("version https://git-lfs.github.com/spec/")) {
    return "this is a Git LFS pointer, not the file itself: fetch it with `git lfs pull`";
  }
  if (text.starts_with("<!DOCTYPE") || text.starts_with("<html") || text.starts_with("<HTML")) {
    return "this is an HTML page, not a model file (a failed download?)";
  }
  return cat("not a model file of any format read (`tundish formats` lists them); it begins with ",
             quoted(text.substr(0, 16)));
}

}  // namespace

std::span<const Importer* const> all_importers() {
  static const std::array kImporters = {
#define TUNDISH_INDEX(stem) &importer_##stem(),
#include "import/index.inc"
#undef TUNDISH_INDEX
  };
  return kImporters;
}

Result<const Importer*> find_importer(const ImportSource& source) {
  for (const Importer* importer : all_importers()) {
    if (importer->sniff(source)) return importer;
  }
  return InvalidModel(describe(source.bytes));
}

}  // namespace tundish
