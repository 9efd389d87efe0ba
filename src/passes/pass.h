// A pass: one file, one rewrite (or one named family), found by file name.
#ifndef TUNDISH_PASSES_PASS_H_
#define TUNDISH_PASSES_PASS_H_

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "ir/patch.h"

namespace tundish {

/// Where a pass belongs.
enum class PassStage : uint8_t {
  kFile,  ///< plain ONNX, and worth its time only once, when a file is made: `convert`, `optimize`
  kPortable,  ///< the result is a plain ONNX graph: when a file is made and in every fast engine
  kEngine,    ///< may use operators of ours and of com.microsoft: when a fast engine gets the graph
};

/// Whether passes that change the last bits of results may run.
enum class Rounding : uint8_t { kMayChange, kKeep };

/// What a pass may use. It never executes an operator itself: it asks the evaluator.
struct PassContext {
  const OpTable& ops;
  Evaluator& evaluator;
  /// Receives each patch applied and each rule that looked promising but did not fire, with the
  /// reason.
  std::function<void(const PatchNote&)> note = [](const PatchNote&) {};
  /// Patches that may still be applied (`optimize --stop-after N`); counted down by apply_patch().
  int64_t patches_left = INT64_MAX;
  /// Passes of earlier and of later stages do not run.
  PassStage first_stage = PassStage::kFile;
  PassStage last_stage = PassStage::kEngine;
  Rounding rounding = Rounding::kMayChange;
  /// The graph may never run: a branch, the body of a loop without turns. Then a fault in its
  /// constants is no fault of the model.
  bool is_body = false;
};

/// An operator that must be in the table for a pass to run; any when empty.
struct NeededOp {
  std::string_view domain, name;
};

struct PassDef {
  std::string_view name;         ///< the file's name
  std::string_view description;  ///< one line for `-v` and the docs
  PassStage stage = PassStage::kPortable;
  /// Every result has the same bits as before. False: sums may be rounded in another order.
  bool exact = true;
  NeededOp needs = {};
  /// Operators of which a graph must hold at least one, of any domain, for the pass to do anything;
  /// none: any graph. Keeps the start of small models short.
  std::array<std::string_view, 4> looks_for = {};
  /// Applies all its patches; returns how many. Errors name pass and node.
  Result<int64_t> (*run)(Graph& graph, PassContext& context);
};

/// All passes in the order of the pipeline (pipeline.cc, the one list a person edits).
std::span<const PassDef> all_passes();

/// Applies a patch for `pass`, notes it, verifies in debug and sanitizer builds. False when the
/// budget of patches is used up (the graph is unchanged).
Result<bool> apply_patch(Graph& graph, Patch patch, std::string_view pass, PassContext& context);

/// As above for a patch of several rewrites, each with its reason; they count one by one. The
/// caller has seen to it that the budget suffices.
Status apply_rewrites(Graph& graph, Patch patch, std::string_view pass,
                      std::span<const std::string> reasons, PassContext& context);

/// Runs the pipeline until no pass changes anything, in the graphs that nodes hold (branches and
/// bodies) first. Returns the number of patches.
Result<int64_t> run_pipeline(Graph& graph, PassContext& context);

}  // namespace tundish

#endif  // TUNDISH_PASSES_PASS_H_
