#include "tundish/convert.h"

#include <algorithm>

#include "api/checker.h"
#include "api/metadata.h"
#include "api/model_impl.h"
#include "api/structure_digest.h"
#include "base/hash.h"
#include "base/strings.h"
#include "export/onnx.h"
#include "ops/index.h"
#include "proof/probe_rows.h"
#include "tundish/session.h"

namespace tundish {

namespace {

constexpr uint64_t kMostGoldenRows = 16;  // about 2 kB of metadata for eight features
// Fewer rows of wide models: the metadata stays small, and below what readers of JSON take.
constexpr uint64_t kMostGoldenNumbers = uint64_t{1} << 16;

ExportOptions export_options(const ConvertOptions& options) {
  ExportOptions result;
  result.target = options.target;
  result.opset = options.opset;
  return result;
}

// Some rows with the reference engine's answers, for `run --self-test` on other machines.
Result<std::string> golden_rows(const std::shared_ptr<const Model>& source,
                                const std::shared_ptr<const Model>& shipped) {
  const Result<ProbeSpace> space = probe_space(*shipped->impl().graph, source->contract());
  if (!space) return std::string();
  const auto width = static_cast<uint64_t>(std::max<int64_t>(source->contract().count, 1));
  const uint64_t count = std::clamp<uint64_t>(kMostGoldenNumbers / width, 1, kMostGoldenRows);
  const ProbeRows probes(*space, 4 * kMostGoldenRows);
  TRY_ASSIGN(Tensor rows, probes.rows(probes.count() - count, count));
  TRY_ASSIGN(Session session, Session::create(source, {.engine = "reference"}));
  const std::vector<Value> inputs = {Value(rows)};
  TRY_ASSIGN(const std::vector<Value> answers, session.run_values(inputs));
  GoldenRows golden;
  golden.inputs.emplace_back(source->inputs()[0].name, rows);
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].tensor() == nullptr) return std::string();
    golden.outputs.emplace_back(session.outputs()[i].name, *answers[i].tensor());
  }
  return golden_rows_json(golden);
}

void add_facts(Graph& graph, const Model& source, const ConvertOptions& options) {
  // A plain ONNX model has neither; an empty entry would read back as a contract of no columns.
  if (source.contract().present) {
    graph.set_metadata(std::string(kContractKey), contract_json(source.contract()));
  }
  if (!source.methods().empty()) {
    graph.set_metadata(std::string(kMethodsKey),
                       methods_json({source.methods(), std::string(source.default_method())}));
  }
  graph.set_metadata(std::string(kSourceKey), source_json(source.source()));
  for (const auto& [key, value] : options.metadata) graph.set_metadata(key, value);
}

Status check_metadata_keys(const ConvertOptions& options) {
  for (const auto& [key, value] : options.metadata) {
    if (key.empty()) return InvalidArgument("a metadata key is empty");
    if (key.starts_with("tundish.")) {
      return InvalidArgument(
          cat("metadata key ", quoted(key), ": keys may not begin with tundish."));
    }
  }
  return ok();
}

// From the imported source to bytes, with proof, certificate and golden rows.
class Converter {
 public:
  Converter(std::shared_ptr<const Model> source, const ConvertOptions& options)
      : source_(std::move(source)), options_(options) {}

  Result<Conversion> run();

 private:
  Result<std::shared_ptr<const Model>> exported(Graph graph);

  std::shared_ptr<const Model> source_;
  const ConvertOptions& options_;
  Conversion conversion_;
};

Result<std::shared_ptr<const Model>> Converter::exported(Graph graph) {
  ExportReport report;
  TRY_ASSIGN(conversion_.bytes,
             export_onnx(graph, builtin_ops(), export_options(options_), &report));
  conversion_.own_operators = std::move(report.own_operators);
  const auto owner = std::make_shared<const std::string>(conversion_.bytes);
  return in("reading the exported model back", Model::from_bytes(as_bytes(*owner), owner));
}

Result<Conversion> Converter::run() {
  TRY(check_metadata_keys(options_));
  Graph graph = *source_->impl().graph;
  if (!options_.name.empty()) graph.set_name(options_.name);
  TRY(optimize_graph(graph, builtin_ops(), RewriteGoal::kExactFile, &conversion_.decisions));
  add_facts(graph, *source_, options_);
  // What is checked is what was read back from the bytes, not what was in memory.
  TRY_ASSIGN(std::shared_ptr<const Model> shipped, exported(graph));
  TRY_ASSIGN(std::string golden, golden_rows(source_, shipped));
  if (!golden.empty()) graph.set_metadata(std::string(kGoldenRowsKey), std::move(golden));
  if (options_.check_model) {
    TRY_ASSIGN(CheckReport report, run_check(shipped, source_, options_.check));
    graph.set_metadata(std::string(kCertificateKey), certificate_json(report));
    conversion_.check = std::move(report);
  } else if (graph.find_metadata(kCertificateKey) != nullptr) {
    // the certificate of the artefact that is converted again speaks of another file
    CheckReport unchecked;
    unchecked.bit_identical = false;
    unchecked.proof = "not checked";
    graph.set_metadata(std::string(kCertificateKey), certificate_json(unchecked));
  }
  conversion_.source = source_->source();
  conversion_.source_bytes = source_->file_bytes();
  conversion_.notes = source_->notes();
  if (conversion_.check && !conversion_.check->equal) {
    conversion_.bytes.clear();
    return std::move(conversion_);
  }
  const std::string checked_text = structure_digest(*shipped->impl().graph);
  TRY_ASSIGN(shipped, exported(std::move(graph)));
  if (structure_digest(*shipped->impl().graph) != checked_text) {
    return Internal("the exported model changed when its certificate was added");
  }
  if (conversion_.check) conversion_.check->model_sha256 = sha256_hex(as_bytes(conversion_.bytes));
  return std::move(conversion_);
}

}  // namespace

Result<Conversion> convert(std::shared_ptr<const Model> source, const ConvertOptions& options) {
  const std::string path = source->impl().path;
  return in(quoted(path, 400), Converter(std::move(source), options).run());
}

Result<CheckReport> check(const std::shared_ptr<const Model>& model,
                          const std::shared_ptr<const Model>& against,
                          const CheckOptions& options) {
  return run_check(model, against, options);
}

}  // namespace tundish
