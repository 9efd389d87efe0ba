// The engine "ort": an installed ONNX Runtime answers, on the hardware its providers reach.
//
// It reads the model's file itself, so nothing of ours stands between the file and the answer.
#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engines/engine.h"
#include "ort/session.h"
#include "runtime/copy.h"
#include "runtime/inputs.h"
#include "runtime/reference.h"

namespace tundish {
namespace {

class OrtEngine final : public EngineSession {
 public:
  OrtEngine(std::shared_ptr<const Graph> graph, std::unique_ptr<ort::Session> session,
            std::vector<size_t> outputs, int thread_count, std::string provider)
      : graph_(std::move(graph)),
        session_(std::move(session)),
        outputs_(std::move(outputs)),
        answers_(session_->shared_library()),
        thread_count_(thread_count),
        provider_(std::move(provider)) {}

  Result<std::span<const TensorView>> run(std::span<const TensorView> inputs,
                                          const RunOptions& options) override {
    TRY(call(inputs, options));
    return std::span<const TensorView>(views_);
  }
  Status run_into(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs,
                  const RunOptions& options) override;
  Result<std::vector<Value>> run_values(std::span<const Value> inputs,
                                        const RunOptions& options) override;

  std::string_view engine() const override { return "ort"; }
  std::string_view isa() const override { return provider_; }
  int thread_count() const override { return thread_count_; }
  void set_profiling(bool) override {}  // its own profiler writes files of its own
  std::vector<NodeReport> report() const override { return {}; }

 private:
  /// Answers in answers_, and views of them in views_.
  Status call(std::span<const TensorView> inputs, const RunOptions& options);
  Status call_values(std::span<const Value> inputs, const RunOptions& options);
  std::string output_place(size_t i) const {
    return cat("output ", quoted(session_->output_names()[outputs_[i]]));
  }

  std::shared_ptr<const Graph> graph_;
  std::unique_ptr<ort::Session> session_;
  std::vector<size_t> outputs_;  ///< of the session, in the order of the graph's
  ort::Session::Values answers_;
  std::vector<TensorView> views_;
  int thread_count_;
  std::string provider_;
};

Status OrtEngine::call_values(std::span<const Value> inputs, const RunOptions& options) {
  TRY(check_interrupted(options));
  TRY(check_inputs(*graph_, inputs));
  TRY_ASSIGN(const auto feed, session_->feed(inputs));
  return session_->run(*feed, outputs_, answers_);
}

Status OrtEngine::call(std::span<const TensorView> inputs, const RunOptions& options) {
  std::vector<Value> values;
  for (const TensorView& input : inputs) values.emplace_back(Tensor::borrow(input, nullptr));
  TRY(call_values(values, options));
  views_.clear();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    TRY_ASSIGN(views_.emplace_back(), in(output_place(i), session_->view(answers_, i)));
  }
  return ok();
}

Status OrtEngine::run_into(std::span<const TensorView> inputs,
                           std::span<const MutableTensorView> outputs, const RunOptions& options) {
  if (outputs.size() != outputs_.size()) {
    return InvalidArgument(
        cat("the model has ", outputs_.size(), " outputs, got ", outputs.size(), " buffers"));
  }
  TRY(call(inputs, options));
  for (size_t i = 0; i < outputs.size(); ++i) {
    const TensorView& made = views_[i];
    if (made.dtype != outputs[i].dtype || made.shape != outputs[i].shape) {
      return InvalidArgument(cat("the buffer is ", dtype_name(outputs[i].dtype),
                                 outputs[i].shape.to_string(), ", the answer is ",
                                 dtype_name(made.dtype), made.shape.to_string()))
          .in(output_place(i));
    }
    copy_tensor(made, outputs[i]);
  }
  return ok();
}

Result<std::vector<Value>> OrtEngine::run_values(std::span<const Value> inputs,
                                                 const RunOptions& options) {
  TRY(call_values(inputs, options));
  std::vector<Value> values;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    TRY_ASSIGN(values.emplace_back(), in(output_place(i), session_->copy(answers_, i)));
  }
  return values;
}

// The graph's outputs among those of the file.
Result<std::vector<size_t>> matched_outputs(const Graph& graph, const ort::Session& session) {
  const std::vector<std::string>& names = session.output_names();
  std::vector<size_t> matched;
  for (const ValueId id : graph.outputs()) {
    const std::string& wanted = graph.value(id).name;
    const auto found = std::ranges::find(names, wanted);
    if (found == names.end()) {
      return Unsupported(cat("ONNX Runtime's model has no output ", quoted(wanted)));
    }
    matched.push_back(static_cast<size_t>(found - names.begin()));
  }
  return matched;
}

Result<std::unique_ptr<EngineSession>> create(std::shared_ptr<const Graph> graph, const OpTable&,
                                              const EngineOptions& options) {
  if (options.model_path.empty()) {
    return Unsupported("engine ort reads .onnx files: convert the model first");
  }
  if (options.ort_library.empty()) {
    return NotFound(
        "engine ort needs an installed ONNX Runtime: name its library with --ort-library FILE or "
        "TUNDISH_ORT_LIBRARY");
  }
  if (options.thread_count < 0) {
    return InvalidArgument(cat("thread count ", options.thread_count));
  }
  if (!options.isa.empty()) return InvalidArgument("engine ort chooses its instructions itself");
  TRY_ASSIGN(auto library, ort::Library::load(options.ort_library));
  TRY_ASSIGN(auto session, ort::Session::open(std::move(library), options.model_path,
                                              {options.thread_count, options.providers}));
  TRY_ASSIGN(std::vector<size_t> outputs, matched_outputs(*graph, *session));
  std::string provider = options.providers.empty() ? "CPU" : options.providers.front();
  return std::unique_ptr<EngineSession>(
      std::make_unique<OrtEngine>(std::move(graph), std::move(session), std::move(outputs),
                                  options.thread_count, std::move(provider)));
}

constexpr EngineDef kEngine{.name = "ort", .create = create};

}  // namespace

const EngineDef& engine_ort() { return kEngine; }

}  // namespace tundish
