// Plain evaluation, node by node: the truth that fast paths are compared with, and what passes fold
// constants with.
//
// Every operator runs its scalar form: one thread, generic kernels, nothing packed or prepared,
// each output in storage of its own.
#ifndef TUNDISH_RUNTIME_REFERENCE_H_
#define TUNDISH_RUNTIME_REFERENCE_H_

#include <memory>
#include <span>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "tundish/result.h"
#include "tundish/session.h"
#include "tundish/value.h"

namespace tundish {

/// Runs single nodes. `ops` must outlive it. Safe from many threads.
class ReferenceEvaluator : public Evaluator {
 public:
  explicit ReferenceEvaluator(const OpTable& ops) : ops_(ops) {}

  /// One value per input of the node; an undefined tensor for one that is left out. Errors carry
  /// the node's place; kUnsupported for an operator the table lacks.
  Result<std::vector<Value>> evaluate(const Node& node, std::span<const Value> inputs) override;

 private:
  const OpTable& ops_;
};

/// Runs a graph in its order.
class ReferenceRunner {
 public:
  /// The graph must be verified; `ops` must outlive the runner. kUnsupported for an operator the
  /// table lacks.
  static Result<ReferenceRunner> create(std::shared_ptr<const Graph> graph, const OpTable& ops);

  /// All outputs of the graph. Errors: those of check_inputs() and of the operators; kCancelled.
  Result<std::vector<Value>> run(std::span<const Value> inputs, const RunOptions& options);

  const Graph& graph() const { return *graph_; }
  void set_profiling(bool on);  // NOLINT: a setter
  const std::vector<NodeReport>& report() const { return report_; }

 private:
  ReferenceRunner(std::shared_ptr<const Graph> graph, const OpTable& ops,
                  std::vector<const OpDef*> defs);

  std::shared_ptr<const Graph> graph_;
  const OpTable* ops_;
  std::vector<const OpDef*> defs_;  ///< per entry of graph().order()
  std::vector<int> last_reader_;    ///< per value: index of the last step that reads it; -1: none
  std::vector<NodeReport> report_;
  bool profiling_ = false;
};

/// kCancelled when the options say that the call should stop now.
Status check_interrupted(const RunOptions& options);

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_REFERENCE_H_
