#include <algorithm>
#include <new>
#include <utility>

#include "base/strings.h"
#include "import/importer.h"
#include "import/onnx/graph_reader.h"
#include "wire/onnx/digest.h"
#include "wire/onnx/model_reader.h"

namespace tundish {

namespace {

bool sniff_onnx(const ImportSource& source) {
  return looks_like_onnx(source.bytes) || (source.path.ends_with(".onnx") && !source.bytes.empty());
}

Result<ImportedModel> read_model(const ImportSource& source, const ImportOptions& options,
                                 const OpTable& ops) {
  if (!options.select.empty() || !options.steps.empty()) {
    return InvalidArgument("an .onnx model has nothing to select and takes no further steps");
  }
  // The digest comes first: it needs no parsing, so damage is named as damage.
  TRY_ASSIGN(const bool is_whole, verify_digest(source.bytes));
  TRY_ASSIGN(OnnxModel model, read_onnx_model(source.bytes, options.limits));
  if (!is_whole && claims_digest(model)) {
    return InvalidModel(
        "damaged: tundish wrote this file, but the digest that ends it is missing or unreadable");
  }
  ImportedModel imported;
  imported.source.library = model.producer_name;
  imported.source.version = model.producer_version;
  if (model.has_training_info) imported.notes.emplace_back("training information is left out");
  TRY_ASSIGN(imported.graph,
             graph_from_records(std::move(model), source.owner, ops, options, source.path));
  return imported;
}

Result<ImportedModel> import_onnx(const ImportSource& source, const ImportOptions& options,
                                  const OpTable& ops) {
  try {
    return read_model(source, options, ops);
  } catch (const std::bad_alloc&) {
    return Limit("no memory left for this model");
  }
}

std::vector<FormatRow> formats_onnx() {
  return {{"ONNX", "model (.onnx)", "IR 1 - 13, opset 1 - 27, ai.onnx.ml 1 - 5", "all outputs"}};
}

}  // namespace

const Importer& importer_onnx();
const Importer& importer_onnx() {
  static const Importer kImporter = {"onnx", sniff_onnx, import_onnx, formats_onnx};
  return kImporter;
}

}  // namespace tundish
