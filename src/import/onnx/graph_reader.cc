#include "import/onnx/graph_reader.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "import/onnx/scope.h"
#include "ir/builder.h"

namespace tundish {

namespace {

// IR versions of ONNX 1.0 to 1.22 (onnx.proto, enum Version).
constexpr int64_t kHighestIrVersion = 13;

Status check_ir_version(int64_t version) {
  if (version < 1) return InvalidModel("no ir_version");
  if (version <= kHighestIrVersion) return ok();
  return Unsupported(cat("IR version ", version, "; up to ", kHighestIrVersion, " is read"));
}

Result<Opsets> model_opsets(const OnnxModel& model) {
  TRY_ASSIGN(Opsets opsets, read_opsets(model.opset_import));
  // IR version 1 and 2 files may leave it out: opset 1.
  if (opsets.empty() && model.ir_version < 3) opsets.emplace(kDomainOnnx, 1);
  if (opsets.empty()) return InvalidModel("no opset_import");
  return opsets;
}

}  // namespace

Result<Graph> graph_from_records(OnnxModel&& model, const std::shared_ptr<const void>& owner,
                                 const OpTable& ops, const ImportOptions& options,
                                 const std::string& path) {
  if (!model.graph.has_value()) return InvalidModel("the file has no graph");
  TRY(check_ir_version(model.ir_version));
  TRY_ASSIGN(const Opsets opsets, model_opsets(model));
  OnnxSource source(model, owner, ops, options, path);
  TRY(check_function_sizes(*model.graph, source.functions, options.limits));
  Builder builder(ops,
                  options.graph_name.empty() ? std::string(model.graph->name) : options.graph_name);
  Scope scope(source, builder, opsets, nullptr);
  TRY(scope.read_graph(*model.graph));
  for (const auto& [key, value] : model.metadata_props) {
    if (builder.graph().find_metadata(key) != nullptr) {
      return InvalidModel(cat("metadata key ", quoted(key), " is given twice"));
    }
    builder.metadata(std::string(key), std::string(value));
  }
  return std::move(builder).finish();
}

}  // namespace tundish
