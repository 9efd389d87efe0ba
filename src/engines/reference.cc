// The engine "reference": the graph node by node, scalar, plain.
#include "runtime/reference.h"

#include "base/strings.h"
#include "engines/engine.h"
#include "runtime/copy.h"

namespace tundish {
namespace {

class ReferenceEngine final : public EngineSession {
 public:
  explicit ReferenceEngine(ReferenceRunner runner) : runner_(std::move(runner)) {}

  Result<std::span<const TensorView>> run(std::span<const TensorView> inputs,
                                          const RunOptions& options) override {
    TRY(run_dense(inputs, options));
    return std::span<const TensorView>(views_);
  }
  Status run_into(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs,
                  const RunOptions& options) override;
  Result<std::vector<Value>> run_values(std::span<const Value> inputs,
                                        const RunOptions& options) override {
    return runner_.run(inputs, options);
  }
  std::string_view engine() const override { return "reference"; }
  std::string_view isa() const override { return "generic"; }
  int thread_count() const override { return 1; }
  void set_profiling(bool on) override { runner_.set_profiling(on); }  // NOLINT: a setter
  std::vector<NodeReport> report() const override { return runner_.report(); }

 private:
  /// Answers in answers_, and views of them in views_.
  Status run_dense(std::span<const TensorView> inputs, const RunOptions& options);
  std::string output_place(size_t i) const {
    return cat("output ", quoted(runner_.graph().value(runner_.graph().outputs()[i]).name));
  }

  ReferenceRunner runner_;
  std::vector<Value> answers_;
  std::vector<TensorView> views_;
};

Status ReferenceEngine::run_dense(std::span<const TensorView> inputs, const RunOptions& options) {
  std::vector<Value> values;
  for (const TensorView& input : inputs) values.emplace_back(Tensor::borrow(input, nullptr));
  TRY_ASSIGN(answers_, runner_.run(values, options));
  views_.clear();
  for (size_t i = 0; i < answers_.size(); ++i) {
    const Tensor* tensor = answers_[i].tensor();
    if (tensor == nullptr) return InvalidArgument("is no dense tensor").in(output_place(i));
    // An input handed through lives in the caller's memory.
    if (tensor->owner() == nullptr) {
      TRY_ASSIGN(Tensor copy, Tensor::copy_of(tensor->view()));
      answers_[i] = std::move(copy);
      tensor = answers_[i].tensor();
    }
    views_.push_back(tensor->view());
  }
  return ok();
}

Status ReferenceEngine::run_into(std::span<const TensorView> inputs,
                                 std::span<const MutableTensorView> outputs,
                                 const RunOptions& options) {
  TRY(run_dense(inputs, options));
  if (outputs.size() != views_.size()) {
    return InvalidArgument(
        cat("the model has ", views_.size(), " outputs, got ", outputs.size(), " buffers"));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const TensorView& made = views_[i];
    const MutableTensorView& target = outputs[i];
    if (made.dtype != target.dtype || !(made.shape == target.shape)) {
      return InvalidArgument(cat("the buffer is ", dtype_name(target.dtype),
                                 target.shape.to_string(), ", the answer is ",
                                 dtype_name(made.dtype), made.shape.to_string()))
          .in(output_place(i));
    }
    if (target.data == nullptr && made.shape.element_count() != 0) {
      return InvalidArgument("the data pointer is null").in(output_place(i));
    }
    copy_tensor(made, target);
  }
  return ok();
}

Result<std::unique_ptr<EngineSession>> create(std::shared_ptr<const Graph> graph,
                                              const OpTable& ops, const EngineOptions& options) {
  if (options.thread_count < 0) {
    return InvalidArgument(cat("thread count ", options.thread_count));
  }
  if (!options.isa.empty() && options.isa != "generic") {
    return InvalidArgument(
        cat("the reference engine is plain code: instruction set \"generic\", not ",
            quoted(options.isa)));
  }
  TRY_ASSIGN(ReferenceRunner runner, ReferenceRunner::create(std::move(graph), ops));
  return std::unique_ptr<EngineSession>(std::make_unique<ReferenceEngine>(std::move(runner)));
}

constexpr EngineDef kEngine{.name = "reference", .create = create};

}  // namespace

const EngineDef& engine_reference() { return kEngine; }

}  // namespace tundish
