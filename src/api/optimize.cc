#include "tundish/optimize.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "api/metadata.h"
#include "api/model_impl.h"
#include "base/strings.h"
#include "engines/engine.h"
#include "export/onnx.h"
#include "ops/index.h"
#include "passes/pass.h"
#include "proof/compare.h"
#include "runtime/reference.h"

namespace tundish {

namespace {

using Clock = std::chrono::steady_clock;

// Of the largest number of an output: sums in another order differ by a few units of the sixth
// digit in deep networks, while an error in a rewrite shows in the first.
constexpr double kAllowed = 1e-4;
// Sizes that only the data gives, when data is made up: the first symbol is most often the batch.
constexpr int64_t kFirstSize = 2;
constexpr int64_t kOtherSize = 8;
constexpr int64_t kMostElements = int64_t{1} << 26;  // of one made-up input
constexpr double kMeasureSeconds = 0.5;              // for each graph

uint64_t node_count(const Graph& graph) {
  uint64_t count = graph.order().size();
  for (const NodeId id : graph.order()) {
    for (const auto& [name, attribute] : graph.node(id).attributes.items()) {
      if (const auto* body = std::get_if<GraphPointer>(&attribute)) count += node_count(**body);
    }
  }
  return count;
}

/// Numbers that look like data: halves of small whole numbers and what lies between, the same ones
/// on every machine. Whole numbers are 0 and 1: indices, masks and types of segments all at once.
class MadeUp {
 public:
  Result<Value> value(const ValueInfo& info) {
    if (info.type.kind != ValueKind::kTensor || !info.type.shape) {
      return InvalidArgument(cat("input ", quoted(info.name), " of type ", info.type.to_string(),
                                 ": no values can be made up for it; give them with --input"));
    }
    Shape shape;
    int64_t count = 1;
    for (const Dim& dim : *info.type.shape) {
      const int64_t size = dim.is_known() ? dim.size() : size_of(dim);
      if (size != 0 && count > kMostElements / size) {
        return Limit(cat("input ", quoted(info.name), " is too large to be made up"));
      }
      count *= size;
      shape.append(size);
    }
    TRY_ASSIGN(Tensor tensor, Tensor::allocate(info.type.dtype, shape));
    TRY(in(quoted(info.name), fill(tensor)));
    return Value(std::move(tensor));
  }

 private:
  int64_t size_of(const Dim& dim) {
    const int64_t next = sizes_.empty() ? kFirstSize : kOtherSize;
    if (!dim.is_symbol()) return next;
    return sizes_.emplace(dim.name(), next).first->second;
  }

  /// Marsaglia's xorshift (2003).
  uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ >> 11;
  }

  template <class T> void fill_real(Tensor& tensor) {
    for (T& one : tensor.mutable_values<T>()) {
      one = static_cast<T>(static_cast<double>(random()) * 0x1p-51 - 2);
    }
  }
  template <class T> void fill_whole(Tensor& tensor) {
    for (T& one : tensor.mutable_values<T>()) one = static_cast<T>(random() & 1);
  }

  Status fill(Tensor& tensor) {
    switch (tensor.dtype()) {
      case DType::kFloat32: return fill_real<float>(tensor), ok();
      case DType::kFloat64: return fill_real<double>(tensor), ok();
      case DType::kBool:
      case DType::kUint8:
      case DType::kInt8: return fill_whole<uint8_t>(tensor), ok();
      case DType::kInt16:
      case DType::kUint16: return fill_whole<uint16_t>(tensor), ok();
      case DType::kInt32:
      case DType::kUint32: return fill_whole<uint32_t>(tensor), ok();
      case DType::kInt64:
      case DType::kUint64: return fill_whole<uint64_t>(tensor), ok();
      default:
        return InvalidArgument(cat("no values of type ", dtype_name(tensor.dtype()),
                                   " can be made up; give them with --input"));
    }
  }

  std::map<std::string, int64_t> sizes_;
  uint64_t state_ = 88172645463325252ULL;
};

class Optimizer {
 public:
  Optimizer(const std::shared_ptr<const Model>& model, const OptimizeOptions& options)
      : model_(model), options_(options) {}

  Result<Optimization> run();

 private:
  Status rewrite(Graph& graph);
  Status step(uint64_t done) const;
  Status gather_inputs();
  Status verify_answers(const Model& shipped);
  Status compare(const Value& before, const Value& after, OutputDifference& difference) const;
  Result<double> measure(const std::shared_ptr<const Graph>& graph) const;

  const std::shared_ptr<const Model>& model_;
  const OptimizeOptions& options_;
  Optimization done_;
  std::vector<Value> inputs_;
};

Status Optimizer::step(uint64_t done) const {
  if (options_.progress && !options_.progress(done, 4))
    return Cancelled("the caller asked to stop");
  return ok();
}

Status Optimizer::rewrite(Graph& graph) {
  const OpTable& ops = builtin_ops();
  ReferenceEvaluator evaluator(ops);
  PassContext context{ops, evaluator};
  if (options_.target != Target::kNative) context.last_stage = PassStage::kPortable;
  if (options_.exact) context.rounding = Rounding::kKeep;
  context.patches_left = options_.most_patches;
  std::set<std::string_view> inexact;
  for (const PassDef& pass : all_passes()) {
    if (!pass.exact) inexact.insert(pass.name);
  }
  context.note = [&](const PatchNote& note) {
    const std::string line = cat(note.pass, ": ", note.reason);
    (note.applied ? done_.rewrites : done_.refusals).push_back(line);
    if (note.applied && inexact.contains(note.pass)) done_.exact = false;
  };
  TRY(run_pipeline(graph, context));
  return ok();
}

Status Optimizer::gather_inputs() {
  if (options_.data) {
    for (const Tensor& input : options_.data->inputs) inputs_.emplace_back(input);
    return ok();
  }
  done_.generated_data = true;
  MadeUp made_up;
  const Graph& graph = *model_->impl().graph;
  for (const ValueId input : graph.inputs()) {
    TRY_ASSIGN(Value value, made_up.value(graph.value(input)));
    inputs_.push_back(std::move(value));
  }
  return ok();
}

double largest_number(const Tensor& tensor) {
  double most = 0;
  const auto look = [&](double number) {
    if (number > most && number <= 1.7976931348623157e308) most = number;
  };
  if (tensor.dtype() == DType::kFloat32) {
    for (const float one : tensor.values<float>()) look(one < 0 ? -one : one);
  } else if (tensor.dtype() == DType::kFloat64) {
    for (const double one : tensor.values<double>()) look(one < 0 ? -one : one);
  }
  return most;
}

Status Optimizer::compare(const Value& before, const Value& after,
                          OutputDifference& difference) const {
  const Tensor* a = before.tensor();
  const Tensor* b = after.tensor();
  if (a == nullptr || b == nullptr) {
    return Unsupported(cat("output ", quoted(difference.name), " is no tensor: not compared"));
  }
  TRY_ASSIGN(const TensorDifference found, compare_tensors(b->view(), a->view(), 1));
  difference.elements = found.elements;
  difference.different = found.different;
  difference.max_abs = found.max_abs;
  difference.max_ulp = found.max_ulp;
  const bool is_label = is_label_dtype(a->dtype());
  difference.holds = found.different == 0 ||
                     (!is_label && !done_.exact && found.max_abs <= kAllowed * largest_number(*a));
  return ok();
}

Status Optimizer::verify_answers(const Model& shipped) {
  const OpTable& ops = builtin_ops();
  TRY_ASSIGN(ReferenceRunner before, ReferenceRunner::create(model_->impl().graph, ops));
  TRY_ASSIGN(ReferenceRunner after, ReferenceRunner::create(shipped.impl().graph, ops));
  TRY_ASSIGN(const std::vector<Value> wanted, in("the model before", before.run(inputs_, {})));
  TRY(step(2));
  TRY_ASSIGN(const std::vector<Value> got, in("the model after", after.run(inputs_, {})));
  for (size_t i = 0; i < wanted.size(); ++i) {
    OutputDifference& difference = done_.outputs.emplace_back();
    difference.name = model_->outputs()[i].name;
    TRY(in(cat("output ", quoted(difference.name)), compare(wanted[i], got[i], difference)));
    done_.holds &= difference.holds;
  }
  done_.is_verified = true;
  return ok();
}

Result<double> Optimizer::measure(const std::shared_ptr<const Graph>& graph) const {
  TRY_ASSIGN(const std::unique_ptr<EngineSession> session,
             create_engine_session("native", graph, builtin_ops(), EngineOptions()));
  std::vector<double> times;
  const Clock::time_point begin = Clock::now();
  // The first call makes the plan.
  for (int call = 0;
       call < 3 || std::chrono::duration<double>(Clock::now() - begin).count() < kMeasureSeconds;
       ++call) {
    const Clock::time_point start = Clock::now();
    TRY(session->run_values(inputs_, {}));
    if (call > 0) {
      times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    if (call >= 10000) break;
  }
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  return times[times.size() / 2];
}

Result<Optimization> Optimizer::run() {
  Graph graph = *model_->impl().graph;
  done_.nodes_before = node_count(graph);
  done_.bytes_before = model_->file_bytes();
  const Clock::time_point start = Clock::now();
  TRY(rewrite(graph));
  done_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  done_.nodes_after = node_count(graph);
  if (graph.find_metadata(kCertificateKey) != nullptr) {
    // It speaks of the file before.
    CheckReport unchecked;
    unchecked.bit_identical = false;
    unchecked.proof = "not checked";
    graph.set_metadata(std::string(kCertificateKey), certificate_json(unchecked));
  }
  ExportReport report;
  ExportOptions writing;
  writing.opset = options_.opset;
  writing.target = options_.target == Target::kNative ? Target::kNative : Target::kAuto;
  TRY_ASSIGN(done_.bytes, export_onnx(graph, builtin_ops(), writing, &report));
  done_.decisions = std::move(report.decisions);
  for (std::string& own : report.own_operators) done_.decisions.push_back(std::move(own));
  TRY(step(1));
  if (!options_.verify && !options_.measure) return std::move(done_);
  TRY(gather_inputs());
  // What is compared is what was read back from the bytes, not what was in memory.
  const auto owner = std::make_shared<const std::string>(done_.bytes);
  TRY_ASSIGN(const std::shared_ptr<const Model> shipped,
             in("reading the rewritten model back", Model::from_bytes(as_bytes(*owner), owner)));
  if (options_.verify) TRY(verify_answers(*shipped));
  TRY(step(3));
  if (options_.measure) {
    TRY_ASSIGN(done_.us_before, measure(model_->impl().graph));
    TRY_ASSIGN(done_.us_after, measure(shipped->impl().graph));
  }
  return std::move(done_);
}

}  // namespace

Result<Optimization> optimize(const std::shared_ptr<const Model>& model,
                              const OptimizeOptions& options) {
  return in(quoted(model->impl().path, 400), Optimizer(model, options).run());
}

std::vector<PassDescription> optimization_passes() {
  std::vector<PassDescription> passes;
  for (const PassDef& pass : all_passes()) {
    const std::string_view stage = pass.stage == PassStage::kFile       ? "file"
                                   : pass.stage == PassStage::kPortable ? "portable"
                                                                        : "engine";
    passes.push_back(
        {std::string(pass.name), std::string(pass.description), std::string(stage), pass.exact});
  }
  return passes;
}

}  // namespace tundish
