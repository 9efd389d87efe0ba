#include <algorithm>
#include <map>

#include "api/metadata.h"
#include "api/model_impl.h"
#include "api/object_tree.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/strings.h"
#include "import/importer.h"
#include "ir/text_form.h"
#include "ir/tree_ensemble.h"
#include "tundish/convert.h"
#include "wire/compress/compress.h"
#include "wire/joblib/pickle_file.h"

namespace tundish {

namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += text.empty() ? word : ", " + word;
  return text;
}

std::string description_text(const ValueDescription& value) {
  std::string text = cat(value.name, ": ", dtype_name(value.dtype), "[");
  for (size_t i = 0; i < value.dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += value.dims[i] >= 0         ? std::to_string(value.dims[i])
            : value.symbols[i].empty() ? std::string("?")
                                       : value.symbols[i];
  }
  return text + "]";
}

// "3 nodes: TreeEnsemble x1, Div x1, ..."
std::string operator_counts(const Graph& graph) {
  std::map<std::string, int64_t> counts;
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    ++counts[node.domain.empty() ? node.op : cat(node.domain, ".", node.op)];
  }
  std::string text = cat(graph.order().size(), " (");
  bool first = true;
  for (const auto& [name, count] : counts) {
    text += cat(first ? "" : ", ", name, count > 1 ? cat(" x", count) : std::string());
    first = false;
  }
  return text + ")";
}

void add_tree_facts(const Graph& graph, Facts& facts) {
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (!node.is(kDomainTundish, "TreeEnsemble")) continue;
    const Result<TreeEnsemble> trees = tree_ensemble_of(graph, node);
    if (!trees) continue;
    facts.emplace_back("trees", cat(trees->tree_count(), " trees, ", trees->node_count(),
                                    " comparisons, ", trees->leaf_count(), " leaves, thresholds ",
                                    dtype_name(trees->node_threshold.dtype()), ", sums ",
                                    dtype_name(trees->accumulate)));
  }
}

std::string contract_text(const FeatureContract& contract) {
  std::string text = cat(contract.count, " features, ", dtype_name(contract.dtype));
  if (!contract.names.empty()) {
    const bool all = contract.names.size() <= 12;
    std::vector<std::string> shown = contract.names;
    if (!all) shown.resize(12);
    text += cat(", columns ", joined(shown), all ? "" : ", ...");
  }
  text += cat("; NaN ", contract.accepts_nan ? "accepted" : "refused", ", infinity ",
              contract.accepts_infinity ? "accepted" : "refused");
  return text + cat("; hash ", contract.hash);
}

void add_model_facts(const Model& model, Facts& facts) {
  const SourceDescription& source = model.source();
  if (!source.estimator.empty()) facts.emplace_back("estimator", source.estimator);
  if (!source.library.empty()) {
    facts.emplace_back("trained with", source.version.empty()
                                           ? source.library
                                           : source.library + " " + source.version);
  }
  if (model.impl().format == "onnx" && !source.file_name.empty()) {
    facts.emplace_back("made from", cat(source.file_name, ", sha256 ", source.sha256));
  }
  for (const ValueDescription& input : model.inputs()) {
    facts.emplace_back("input", description_text(input));
  }
  for (const ValueDescription& output : model.outputs()) {
    facts.emplace_back("output", description_text(output));
  }
  for (const MethodDescription& method : model.methods()) {
    facts.emplace_back(
        "method", cat(method.name, " -> ", joined(method.outputs), " (", dtype_name(method.dtype),
                      method.name == model.default_method() ? ", default)" : ")"));
  }
  if (model.contract().present) facts.emplace_back("contract", contract_text(model.contract()));
  facts.emplace_back("nodes", operator_counts(*model.impl().graph));
  add_tree_facts(*model.impl().graph, facts);
  for (const std::string& note : model.notes()) facts.emplace_back("note", note);
  for (const auto& [key, value] : model.metadata()) {
    if (!key.starts_with("tundish.") || key == kCertificateKey) facts.emplace_back(key, value);
  }
}

void add_pickle(const pickle::ObjectGraph& graph, InspectReport& report) {
  const pickle::PickleFacts& facts = graph.facts();
  report.format = facts.joblib ? "joblib" : "pickle";
  report.facts.emplace_back("protocol", std::to_string(facts.protocol));
  if (facts.compression != compress::Format::kNone) {
    report.facts.emplace_back("compression", cat(compress::format_name(facts.compression), ", ",
                                                 facts.unpacked_bytes, " bytes unpacked"));
  }
  if (!facts.scikit_learn_version.empty()) {
    report.facts.emplace_back("scikit-learn", facts.scikit_learn_version);
  }
  report.facts.emplace_back("objects", std::to_string(graph.object_count()));
  report.tree = object_tree(graph);
  for (const pickle::GlobalUse& use : facts.globals) {
    InspectReport::Global global{use.module, use.name, use.offset, 1,
                                 use.known ? "allowed" : "unknown"};
    for (const pickle::Refusal& refusal : facts.refusals) {
      const bool names_it = refusal.code == ErrorCode::kUntrusted && refusal.offset == use.offset;
      if (names_it) global.standing = "refused";
    }
    report.globals.push_back(std::move(global));
  }
}

std::string format_of(const ImportSource& source) {
  const std::string_view text = as_text(source.bytes);
  if (text.starts_with("\x93NUMPY")) return "npy";
  if (text.starts_with("PK\x03\x04")) return "zip";
  return "unknown";
}

}  // namespace

Result<InspectReport> inspect(const std::string& path, const InspectOptions& options) {
  TRY_ASSIGN(std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  const ImportSource source{path, file, file->bytes()};
  InspectReport report;
  report.file_bytes = source.bytes.size();
  report.sha256 = sha256_hex(source.bytes);
  report.format = format_of(source);

  bool shown = false;
  if (pickle::sniff_pickle(source.bytes)) {
    const Result<pickle::ObjectGraph> graph = pickle::read_pickle_file(
        source.owner, source.bytes, options.limits, pickle::ReadMode::kInspect);
    if (graph) {
      add_pickle(*graph, report);
      shown = !report.tree.empty() || !report.globals.empty();
    }
  }
  ImportOptions import_options;
  import_options.limits = options.limits;
  Result<std::shared_ptr<const Model>> model = load_model(source, import_options);
  if (!model) {
    if (!shown) return std::move(model).error().in(quoted(path, 400));
    report.refused = std::move(model).error();
    return report;
  }
  report.model = std::move(model).value();
  if (report.model->impl().format == "onnx") report.format = "onnx";
  add_model_facts(*report.model, report.facts);
  if (options.graph) report.graph_text = to_text(*report.model->impl().graph);
  if (options.dot) report.graph_dot = to_dot(*report.model->impl().graph);
  return report;
}

std::vector<FormatRow> supported_formats() {
  std::vector<FormatRow> rows;
  for (const Importer* importer : all_importers()) {
    std::vector<FormatRow> more = importer->formats();
    rows.insert(rows.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  }
  return rows;
}

}  // namespace tundish
