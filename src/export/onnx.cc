#include "export/onnx.h"

#include <algorithm>
#include <new>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "export/onnx/lower/standard_ops.h"
#include "export/onnx/lower/tree_ensemble.h"
#include "export/onnx/record_builder.h"
#include "ir/tree_ensemble.h"
#include "ir/verifier.h"
#include "wire/onnx/digest.h"
#include "wire/onnx/model_writer.h"

namespace tundish {

namespace {

// The lowest opset written: ONNX 1.13 (2022). ReduceMean, ReduceMax and their like have their
// present form from here on, and every runtime in use reads it.
constexpr int kLowestOpset = 18;
// ONNX Runtime 1.31.1, the reader that counts, refuses 27 unless told otherwise.
constexpr int kHighestOpset = 26;
// ai.onnx.ml's TreeEnsemble came with version 5.
constexpr int kTreeEnsembleMlOpset = 5;
// Protobuf refuses larger messages.
constexpr size_t kMostBytes = (size_t{1} << 31) - 1;
// Cache lines and the widest vector registers: what Tensor::allocate promises too.
constexpr uint32_t kNativeAlignment = 64;

// IR version that came with an opset (ONNX's version table: 1.13 to 1.22).
int64_t ir_version_of(int opset) {
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  if (opset <= 22) return 10;
  if (opset <= 23) return 11;
  if (opset <= 24) return 12;
  return 13;
}

class Exporter {
 public:
  Exporter(const Graph& graph, const ExportOptions& options, ExportReport& report)
      : graph_(&graph), options_(options), report_(report) {}

  Result<std::string> run();

 private:
  Status add_node(const Node& node);
  Result<bool> add_standard_trees(const Node& node);
  Status add_plain_node(const Node& node);
  Status add_attribute(const Node& node, const std::string& name, const Attribute& value,
                       OnnxNode& record, size_t& captured);
  Result<OnnxGraph> body(const Graph& graph, std::span<const std::string_view> captured);
  void take_names();
  void note_own_operator(const Node& node, std::string_view reason);
  void add_values();
  Status choose_opset();
  void add_header();
  std::string_view name_of(ValueId value) const {
    return value == kNoValue ? std::string_view() : names_[static_cast<size_t>(value)];
  }
  OnnxValueInfo value_info(ValueId value);

  const Graph* graph_;                   ///< being written: the model's, or one that a node holds
  std::vector<std::string_view> names_;  ///< in the file, by value of that graph
  std::set<std::string_view> captured_;  ///< names that graphs inside read
  size_t captured_count_ = 0;            ///< last inputs of it that lie outside
  const ExportOptions& options_;
  ExportReport& report_;
  RecordBuilder records_;
  int opset_ = kLowestOpset;
  std::string opset_reason_;  ///< node that raised it
  int ml_opset_ = 0;
  bool uses_tundish_ = false;
  std::set<std::string_view> other_domains_;
};

// Whether the file shall hold the operator of ours because the user asked for compact forms.
void Exporter::note_own_operator(const Node& node, std::string_view reason) {
  uses_tundish_ = true;
  report_.own_operators.push_back(
      cat(node.domain, ".", node.op, " (node ", quoted(node.name), "): ", reason));
}

Result<bool> Exporter::add_standard_trees(const Node& node) {
  TRY_ASSIGN(const TreeEnsemble trees, tree_ensemble_of(*graph_, node));
  const DType x_type = graph_->value(node.inputs[0]).type.dtype;
  std::string reason = why_not_standard(trees, x_type);
  if (options_.target == Target::kNative) reason = "compact form asked for (native)";
  if (!reason.empty()) {
    if (options_.target == Target::kPortable) {
      return Unsupported(cat("no standard operator gives the same bits: ", reason))
          .in(node_place(node));
    }
    note_own_operator(node, reason);
    return false;
  }
  lower_tree_ensemble(records_, trees, x_type,
                      {node.name, name_of(node.inputs[0]), name_of(node.outputs[0])});
  ml_opset_ = std::max(ml_opset_, kTreeEnsembleMlOpset);
  std::string line =
      cat("trees of ", quoted(node.name), " as ai.onnx.ml.TreeEnsemble (version 5) in ",
          dtype_name(trees.accumulate));
  if (trees.base.defined()) {
    line += trees.base_order == BaseOrder::kFirst ? ", base as trees of one leaf before all others"
                                                  : ", base added by an Add";
  }
  report_.decisions.push_back(std::move(line));
  return true;
}

Status Exporter::add_plain_node(const Node& node) {
  TRY_ASSIGN(const int lowest, lowest_opset(*graph_, node));
  if (node.domain == kDomainMl) ml_opset_ = std::max(ml_opset_, lowest);
  if (node.domain == kDomainOnnx && lowest > opset_) {
    opset_ = lowest;
    opset_reason_ = node_place(node);
  }
  for (const std::string_view domain : {kDomainMicrosoft, kDomainTraining, kDomainPreview}) {
    if (node.domain == domain) other_domains_.insert(domain);
  }
  OnnxNode record;
  record.domain = node.domain;
  record.op_type = node.op;
  record.name = node.name;
  for (const ValueId input : node.inputs) record.input.push_back(name_of(input));
  for (const ValueId output : node.outputs) record.output.push_back(name_of(output));
  // Values from outside that the graphs of a node read are its last inputs; a file names them
  // inside instead.
  TRY_ASSIGN(const std::vector<int64_t> captures, node.attributes.get_ints("captures"));
  size_t captured = 0;
  for (const int64_t count : captures) captured += static_cast<size_t>(count);
  captured = record.input.size() - captured;
  const size_t own = captured;
  for (const auto& [name, value] : node.attributes.items()) {
    TRY(in(node_place(node), add_attribute(node, name, value, record, captured)));
  }
  record.input.resize(own);
  records_.graph().node.push_back(std::move(record));
  return ok();
}

Status Exporter::add_attribute(const Node& node, const std::string& name, const Attribute& value,
                               OnnxNode& record, size_t& captured) {
  const auto* graph = std::get_if<GraphPointer>(&value);
  if (graph == nullptr) {
    if (name == "captures") return ok();
    TRY_ASSIGN(OnnxAttribute attribute, records_.attribute(name, value));
    record.attribute.push_back(std::move(attribute));
    return ok();
  }
  TRY_ASSIGN(const std::vector<int64_t> counts, node.attributes.get_ints("captures"));
  size_t position = 0;
  for (const auto& [other, attribute] : node.attributes.items()) {
    if (other == name) break;
    if (std::holds_alternative<GraphPointer>(attribute)) ++position;
  }
  const auto count = position < counts.size() ? static_cast<size_t>(counts[position]) : size_t{0};
  const std::span<const std::string_view> all(record.input);
  OnnxAttribute attribute;
  attribute.name = records_.keep(std::string(name));
  attribute.type = OnnxAttributeType::kGraph;
  TRY_ASSIGN(OnnxGraph written, in(name, body(**graph, all.subspan(captured, count))));
  attribute.graphs.push_back(std::move(written));
  captured += count;
  record.attribute.push_back(std::move(attribute));
  return ok();
}

void Exporter::take_names() {
  names_.assign(graph_->value_capacity(), std::string_view());
  for (size_t i = 0; i < names_.size(); ++i) {
    names_[i] = graph_->value(ValueId{static_cast<uint32_t>(i)}).name;
  }
}

/// A graph that a node holds. Its own names must differ from those outside.
Result<OnnxGraph> Exporter::body(const Graph& graph, std::span<const std::string_view> captured) {
  const Graph* outer = std::exchange(graph_, &graph);
  std::vector<std::string_view> outer_names(graph.value_capacity());
  for (size_t i = 0; i < outer_names.size(); ++i) {
    const std::string& name = graph.value(ValueId{static_cast<uint32_t>(i)}).name;
    if (!name.empty()) outer_names[i] = records_.fresh_name(name);
  }
  const std::span<const ValueId> inputs = graph.inputs();
  for (size_t i = 0; i < captured.size(); ++i) {
    outer_names[static_cast<size_t>(inputs[inputs.size() - captured.size() + i])] = captured[i];
  }
  captured_.insert(captured.begin(), captured.end());
  names_.swap(outer_names);
  OnnxGraph outer_records = std::exchange(records_.graph(), OnnxGraph());
  const size_t outer_captured = std::exchange(captured_count_, captured.size());
  Status done = ok();
  for (const NodeId id : graph.order()) {
    done = add_node(graph.node(id));
    if (!done) break;
  }
  if (done) add_values();
  records_.graph().name = records_.keep(std::string(graph.name().empty() ? "body" : graph.name()));
  captured_count_ = outer_captured;
  OnnxGraph written = std::exchange(records_.graph(), std::move(outer_records));
  names_.swap(outer_names);
  graph_ = outer;
  TRY(std::move(done));
  return written;
}

Status Exporter::add_node(const Node& node) {
  if (node.domain != kDomainTundish) return add_plain_node(node);
  if (node.op == "TreeEnsemble") {
    TRY_ASSIGN(const bool done, add_standard_trees(node));
    return done ? ok() : add_plain_node(node);
  }
  if (options_.target == Target::kPortable) {
    return Unsupported("no standard operator does this").in(node_place(node));
  }
  note_own_operator(node, "no standard operator does this");
  return add_plain_node(node);
}

OnnxValueInfo Exporter::value_info(ValueId value) {
  OnnxValueInfo info;
  info.name = name_of(value);
  info.type = records_.type(graph_->value(value).type);
  return info;
}

// Inputs, outputs, and those constants that the records of nodes refer to, in the order in which
// nodes first do.
void Exporter::add_values() {
  const Graph& graph = *graph_;
  std::vector<bool> written(graph.value_capacity(), false);
  std::set<std::string_view> used = captured_;
  for (const OnnxNode& node : records_.graph().node)
    used.insert(node.input.begin(), node.input.end());
  for (const NodeId id : graph.order()) {
    for (const ValueId input : graph.node(id).inputs) {
      const Tensor* constant = graph.constant(input);
      if (constant == nullptr || written[static_cast<size_t>(input)]) continue;
      written[static_cast<size_t>(input)] = true;
      if (used.contains(name_of(input))) records_.initializer(*constant, name_of(input));
    }
  }
  const size_t own = graph.inputs().size() - captured_count_;
  for (const ValueId value : graph.inputs().first(own)) {
    records_.graph().input.push_back(value_info(value));
  }
  for (const ValueId value : graph.outputs()) {
    records_.graph().output.push_back(value_info(value));
  }
  // A standard reader cannot infer through operators of ours: it is told their types.
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (node.domain != kDomainTundish) continue;
    for (const ValueId output : node.outputs) {
      if (output == kNoValue || graph.is_output(output)) continue;
      records_.graph().value_info.push_back(value_info(output));
    }
  }
}

Status Exporter::choose_opset() {
  if (opset_ > kHighestOpset) {
    return Unsupported(cat("needs opset ", opset_, ", at most ", kHighestOpset, " is written"))
        .in(opset_reason_);
  }
  if (options_.opset == 0) return ok();
  if (options_.opset < kLowestOpset || options_.opset > kHighestOpset) {
    return InvalidArgument(cat("opset ", options_.opset, ": from ", kLowestOpset, " to ",
                               kHighestOpset, " can be written"));
  }
  if (options_.opset < opset_) {
    return Unsupported(cat("needs opset ", opset_, ", asked for ", options_.opset))
        .in(opset_reason_);
  }
  opset_ = options_.opset;
  return ok();
}

void Exporter::add_header() {
  OnnxModel& model = records_.model;
  model.ir_version = ir_version_of(opset_);
  model.producer_name = kProducerName;
  model.producer_version = TUNDISH_VERSION;
  model.graph->name = graph_->name().empty() ? std::string_view("model") : graph_->name();
  model.opset_import.push_back({kDomainOnnx, opset_});
  if (ml_opset_ != 0) model.opset_import.push_back({kDomainMl, ml_opset_});
  for (const std::string_view domain : other_domains_) model.opset_import.push_back({domain, 1});
  if (uses_tundish_) model.opset_import.push_back({kDomainTundish, kTundishOpset});
  for (const auto& [key, value] : graph_->metadata()) {
    if (key != kDigestKey) model.metadata_props.emplace_back(key, value);
  }
  model.metadata_props.emplace_back(kDigestKey, records_.keep(blank_digest_value()));
  report_.decisions.push_back(cat("opset ", opset_,
                                  opset_reason_.empty() ? "" : cat(" because of ", opset_reason_),
                                  ml_opset_ == 0 ? std::string() : cat(", ai.onnx.ml ", ml_opset_),
                                  ", IR version ", model.ir_version));
}

Result<std::string> Exporter::run() {
  for (size_t i = 0; i < graph_->value_capacity(); ++i) {
    records_.reserve_name(graph_->value(ValueId{static_cast<uint32_t>(i)}).name);
  }
  take_names();
  for (const NodeId id : graph_->order()) TRY(add_node(graph_->node(id)));
  add_values();
  TRY(choose_opset());
  add_header();
  const uint32_t alignment = options_.target == Target::kNative ? kNativeAlignment : 0;
  std::string file = write_onnx_model(records_.model, {.raw_alignment = alignment});
  if (file.size() > kMostBytes) {
    return Limit(cat("the file would have ", file.size(), " bytes; an .onnx file in one piece has ",
                     "at most 2 GiB"));
  }
  TRY(seal_digest(file));
  return file;
}

}  // namespace

Result<std::string> export_onnx(const Graph& graph, const OpTable& ops,
                                const ExportOptions& options, ExportReport* report) {
  try {
    TRY(verify(graph, ops));
    ExportReport unwanted;
    return Exporter(graph, options, report != nullptr ? *report : unwanted).run();
  } catch (const std::bad_alloc&) {
    return Limit("no memory left to encode the model");
  }
}

}  // namespace tundish
