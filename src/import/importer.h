// What an importer is: records of one source format -> a portable graph with its contract.
#ifndef TUNDISH_IMPORT_IMPORTER_H_
#define TUNDISH_IMPORT_IMPORTER_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "tundish/convert.h"
#include "tundish/limits.h"
#include "tundish/model.h"

namespace tundish {

/// A file to import. `owner` keeps `bytes` alive; constants may borrow from them.
struct ImportSource {
  std::string path;  ///< for messages and to find external data; may be empty
  std::shared_ptr<const void> owner;
  Bytes bytes;
};

struct ImportOptions {
  Limits limits;
  /// Element type of the graph's inputs; undefined = the library's own (design.md 7).
  DType input_type = DType::kUndefined;
  /// Object path to convert inside a dict or tuple; empty = the only predictor.
  std::string select;
  /// Further pieces that are joined into one pipeline, in order: `source` is the first of them.
  std::vector<ImportSource> steps;
  std::string graph_name;
};

/// A graph together with what the artefact's metadata says of it.
struct ImportedModel {
  Graph graph;
  FeatureContract contract;
  std::vector<MethodDescription> methods;
  std::string default_method;
  SourceDescription source;        ///< file name and SHA-256 are filled in by the caller
  std::vector<std::string> notes;  ///< assumptions and warnings, one line each
};

struct Importer {
  std::string_view name;  ///< "sklearn", "onnx"
  /// Whether the bytes look like this format: cheap, looks at a few bytes.
  bool (*sniff)(const ImportSource& source);
  /// Reads, validates and builds. Executes nothing of the file.
  Result<ImportedModel> (*import)(const ImportSource& source, const ImportOptions& options,
                                  const OpTable& ops);
  /// Rows for `tundish formats`.
  std::vector<FormatRow> (*formats)();
};

/// All importers, in the order in which they are asked. The one way an importer reaches another.
std::span<const Importer* const> all_importers();

/// The first importer whose sniff accepts. kInvalidModel describing what the bytes look like (empty
/// file, HTML, Git LFS pointer, a bare array, ...) when none does.
Result<const Importer*> find_importer(const ImportSource& source);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_IMPORTER_H_
