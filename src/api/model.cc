#include "tundish/model.h"

#include "api/custom_ops.h"
#include "api/model_impl.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/strings.h"
#include "passes/pass.h"
#include "runtime/reference.h"

namespace tundish {

namespace {

std::string_view kind_name(ValueKind kind) {
  switch (kind) {
    case ValueKind::kTensor: return "tensor";
    case ValueKind::kSparse: return "sparse";
    case ValueKind::kSequence: return "sequence";
    case ValueKind::kOptional: return "optional";
    case ValueKind::kMap: return "map";
  }
  return "tensor";
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Result<ImportSource> map_source(const std::string& path) {
  TRY_ASSIGN(std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  const Bytes bytes = file->bytes();
  return ImportSource{path, std::move(file), bytes};
}

}  // namespace

ValueDescription describe_type(const ValueType& type) {
  ValueDescription description;
  description.kind = kind_name(type.kind);
  description.dtype = type.dtype;
  if (type.shape) {
    for (const Dim& dim : *type.shape) {
      description.dims.push_back(dim.is_known() ? dim.size() : -1);
      description.symbols.push_back(dim.is_symbol() ? dim.name() : std::string());
    }
  }
  return description;
}

ValueDescription describe_value(const Graph& graph, ValueId value) {
  const ValueInfo& info = graph.value(value);
  ValueDescription description = describe_type(info.type);
  description.name = info.name;
  return description;
}

Result<int64_t> optimize_graph(Graph& graph, const OpTable& ops, RewriteGoal goal,
                               std::vector<std::string>* notes) {
  ReferenceEvaluator evaluator(ops);
  PassContext context{ops, evaluator};
  if (goal == RewriteGoal::kEngine) context.first_stage = PassStage::kPortable;
  if (goal == RewriteGoal::kFile || goal == RewriteGoal::kExactFile) {
    context.last_stage = PassStage::kPortable;
  }
  if (goal == RewriteGoal::kExactFile) context.rounding = Rounding::kKeep;
  if (notes != nullptr) {
    context.note = [notes](const PatchNote& note) {
      notes->push_back(cat(note.pass, ": ", note.reason));
    };
  }
  return run_pipeline(graph, context);
}

Result<std::shared_ptr<const Graph>> Model::Impl::optimized() const {
  const std::lock_guard lock(mutex);
  if (optimized_graph == nullptr) {
    auto copy = std::make_shared<Graph>(*graph);
    const bool is_onnx = format == "onnx";
    Result<int64_t> done = optimize_graph(
        *copy, *ops, is_onnx ? RewriteGoal::kEngine : RewriteGoal::kImported, nullptr);
#if defined(NDEBUG)
    // A rewrite that cannot be applied is our defect, not the model's, which runs as it is. Builds
    // with checks show it.
    if (!done && done.error().code() == ErrorCode::kInternal) done = 0;
#endif
    if (!done) return std::move(done).error();
    if (*done == 0) {
      optimized_graph = graph;  // what other parts of the program hold anyway
      return std::shared_ptr<const Graph>(optimized_graph);
    }
    optimized_graph = std::move(copy);
  }
  return std::shared_ptr<const Graph>(optimized_graph);
}

void Model::Impl::release_pages() const {
  constexpr size_t kLarge = size_t{1} << 20;
  // Bytes with a path are those of a mapped file; others are their owner's.
  if (!path.empty() && bytes.size() >= kLarge) tundish::release_pages(bytes);
}

Result<std::shared_ptr<const Model>> load_model(const ImportSource& source,
                                                const ImportOptions& options,
                                                const std::vector<CustomOp>& custom_ops) {
  TRY_ASSIGN(const Importer* importer, find_importer(source));
  TRY_ASSIGN(std::shared_ptr<const OpTable> ops, extended_ops(custom_ops));
  TRY_ASSIGN(ImportedModel imported, importer->import(source, options, *ops));
  auto impl = std::make_unique<Model::Impl>();
  impl->ops = std::move(ops);
  impl->path = source.path;
  impl->owner = source.owner;
  impl->bytes = source.bytes;
  impl->format = importer->name;
  if (impl->format == "onnx") {
    TRY_ASSIGN(ArtefactFacts facts, parse_artefact_facts(imported.graph));
    imported.contract = std::move(facts.contract);
    imported.methods = std::move(facts.methods.methods);
    imported.default_method = std::move(facts.methods.default_method);
    imported.source = std::move(facts.source);
  } else {
    imported.source.file_name = base_name(source.path);
    imported.source.sha256 = sha256_hex(source.bytes);
    for (const ImportSource& step : options.steps) {
      imported.source.file_name += "," + base_name(step.path);
      imported.source.sha256 += "," + sha256_hex(step.bytes);
    }
  }
  impl->graph = std::make_shared<const Graph>(std::move(imported.graph));
  impl->imported = std::move(imported);
  for (const ValueId value : impl->graph->inputs()) {
    impl->inputs.push_back(describe_value(*impl->graph, value));
  }
  for (const ValueId value : impl->graph->outputs()) {
    impl->outputs.push_back(describe_value(*impl->graph, value));
  }
  impl->release_pages();
  return std::shared_ptr<const Model>(std::make_shared<Model>(std::move(impl)));
}

Model::Model(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Model::~Model() = default;

Result<std::shared_ptr<const Model>> Model::open(const std::string& path,
                                                 const OpenOptions& options) {
  TRY_ASSIGN(const ImportSource source, map_source(path));
  ImportOptions import_options;
  import_options.limits = options.limits;
  import_options.input_type = options.input_type;
  import_options.select = options.select;
  for (const std::string& step : options.steps) {
    TRY_ASSIGN(ImportSource piece, map_source(step));
    import_options.steps.push_back(std::move(piece));
  }
  return in(cat("model ", quoted(path, 400)),
            load_model(source, import_options, options.custom_ops));
}

Result<std::shared_ptr<const Model>> Model::from_bytes(std::span<const uint8_t> bytes,
                                                       std::shared_ptr<const void> owner,
                                                       const OpenOptions& options) {
  ImportOptions import_options;
  import_options.limits = options.limits;
  import_options.input_type = options.input_type;
  import_options.select = options.select;
  return load_model({"", std::move(owner), bytes}, import_options, options.custom_ops);
}

const std::vector<ValueDescription>& Model::inputs() const { return impl_->inputs; }
const std::vector<ValueDescription>& Model::outputs() const { return impl_->outputs; }
const std::vector<MethodDescription>& Model::methods() const { return impl_->imported.methods; }

const MethodDescription* Model::find_method(std::string_view name) const {
  for (const MethodDescription& method : methods()) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

std::string_view Model::default_method() const { return impl_->imported.default_method; }
const FeatureContract& Model::contract() const { return impl_->imported.contract; }
const SourceDescription& Model::source() const { return impl_->imported.source; }
const std::vector<std::pair<std::string, std::string>>& Model::metadata() const {
  return impl_->graph->metadata();
}
uint64_t Model::file_bytes() const { return impl_->path.empty() ? 0 : impl_->bytes.size(); }
const std::vector<std::string>& Model::notes() const { return impl_->imported.notes; }

const std::string& Model::sha256() const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->sha256.empty()) impl_->sha256 = sha256_hex(impl_->bytes);
  return impl_->sha256;
}

}  // namespace tundish
