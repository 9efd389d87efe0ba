// The engine "native": plans, packed weights, fast kernels.
#include "engines/engine.h"
#include "runtime/native_session.h"

namespace tundish {
namespace {

class NativeEngine final : public EngineSession {
 public:
  explicit NativeEngine(std::unique_ptr<NativeSession> session) : session_(std::move(session)) {}

  Result<std::span<const TensorView>> run(std::span<const TensorView> inputs,
                                          const RunOptions& options) override {
    return session_->run(inputs, options);
  }
  Status run_into(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs,
                  const RunOptions& options) override {
    return session_->run_into(inputs, outputs, options);
  }
  Result<std::vector<Value>> run_values(std::span<const Value> inputs,
                                        const RunOptions& options) override {
    return session_->run_values(inputs, options);
  }
  std::string_view engine() const override { return "native"; }
  std::string_view isa() const override { return session_->isa(); }
  int thread_count() const override { return session_->thread_count(); }
  void set_profiling(bool on) override { session_->set_profiling(on); }  // NOLINT: a setter
  std::vector<NodeReport> report() const override { return session_->report(); }

 private:
  std::unique_ptr<NativeSession> session_;
};

Result<std::unique_ptr<EngineSession>> create(std::shared_ptr<const Graph> graph,
                                              const OpTable& ops, const EngineOptions& options) {
  TRY_ASSIGN(auto session, NativeSession::create(std::move(graph), ops,
                                                 {options.thread_count, options.isa,
                                                  options.expected_rows, options.memory}));
  return std::unique_ptr<EngineSession>(std::make_unique<NativeEngine>(std::move(session)));
}

constexpr EngineDef kEngine{.name = "native", .create = create};

}  // namespace

const EngineDef& engine_native() { return kEngine; }

}  // namespace tundish
