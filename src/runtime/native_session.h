// The planned engine: one program, a plan per class of input shapes, one arena.
#ifndef TUNDISH_RUNTIME_NATIVE_SESSION_H_
#define TUNDISH_RUNTIME_NATIVE_SESSION_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "runtime/arena.h"
#include "runtime/plan.h"
#include "runtime/program.h"
#include "tundish/result.h"
#include "tundish/session.h"
#include "tundish/value.h"

namespace tundish {

/// Runs one graph. Used by one thread at a time. Neither copied nor moved: plans point into it.
class NativeSession {
 public:
  struct Options {
    int thread_count = 0;       ///< 0: available_thread_count()
    std::string isa;            ///< empty: the best there is
    int64_t expected_rows = 0;  ///< see SessionOptions, as the next
    SessionOptions::Memory memory = SessionOptions::Memory::kFast;
  };
  /// The graph must be verified; `ops` must outlive the session.
  static Result<std::unique_ptr<NativeSession>> create(std::shared_ptr<const Graph> graph,
                                                       const OpTable& ops, const Options& options);

  /// See EngineSession. The first call with new input shapes makes a plan; later ones allocate
  /// nothing.
  Result<std::span<const TensorView>> run(std::span<const TensorView> inputs,
                                          const RunOptions& options);
  Status run_into(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs,
                  const RunOptions& options);
  Result<std::vector<Value>> run_values(std::span<const Value> inputs, const RunOptions& options);

  std::string_view isa() const;
  int thread_count() const { return thread_count_; }
  void set_profiling(bool on);  // NOLINT: a setter
  std::vector<NodeReport> report() const;

  /// Plans kept at most; the one unused for longest makes room.
  static constexpr size_t kMostPlans = 8;
  size_t plan_count() const { return plans_.size(); }
  size_t arena_bytes() const { return arena_.size(); }
  /// Values of the present plan that live in the place of another one.
  size_t in_place_count() const { return plan_ == nullptr ? 0 : plan_->in_place_count(); }

 private:
  class Context;
  /// The session of a step's subgraph.
  struct Body {
    size_t step;
    std::string name;  ///< of the attribute
    std::unique_ptr<NativeSession> session;
  };
  NativeSession(Program program, int thread_count);
  Status make_bodies(const OpTable& ops, Options options);

  /// Makes the plan for these inputs the present one and points it to them.
  Status choose_plan(std::span<const TensorView> inputs);
  Status choose_other_plan(std::span<const TensorView> inputs);
  Status execute(const RunOptions& options);
  Status execute_watched(const RunOptions& options);
  Status record(const RunOptions& options);
  Error failed(size_t step, Status status) const;
  std::span<const TensorView> output_views();
  Status copy_output(size_t i, const MutableTensorView& target) const;
  Result<Value> take_output(size_t i) const;

  struct KeptPlan {
    std::unique_ptr<Plan> plan;
    uint64_t last_use = 0;
  };

  const Program program_;
  const int thread_count_;
  std::vector<Body> bodies_;
  Arena arena_;
  std::vector<KeptPlan> plans_;
  Plan* plan_ = nullptr;  ///< the present one
  uint64_t use_count_ = 0;
  std::vector<Tensor> scratch_;
  std::vector<Value> values_;             ///< per slot: what is not a dense tensor
  std::vector<TensorView> output_views_;  ///< used when outputs are not the first slots
  std::vector<int64_t> calls_, nanoseconds_;
  bool profiling_ = false;
};

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_NATIVE_SESSION_H_
