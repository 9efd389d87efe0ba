// A pass: one file, one rewrite (or one named family), found by file name.
#ifndef TUNDISH_PASSES_PASS_H_
#define TUNDISH_PASSES_PASS_H_

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

/// What a pass may use. It never executes an operator itself: it asks the evaluator.
struct PassContext {
  const OpTable& ops;
  Evaluator& evaluator;
  /// Receives each patch applied and each rule that looked promising but did not fire, with the
  /// reason.
  std::function<void(const PatchNote&)> note = [](const PatchNote&) {};
  /// Patches that may still be applied (`optimize --stop-after N`); counted down by apply_patch().
  int64_t patches_left = INT64_MAX;
};

struct PassDef {
  std::string_view name;         ///< the file's name
  std::string_view description;  ///< one line for `-v` and the docs
  /// Applies all its patches; returns how many. Errors name pass and node.
  Result<int64_t> (*run)(Graph& graph, PassContext& context);
};

/// All passes in the order of the pipeline (pipeline.cc, the one list a person edits).
std::span<const PassDef> all_passes();

/// Applies a patch for `pass`, notes it, verifies in debug and sanitizer builds. False when the
/// budget of patches is used up (the graph is unchanged).
Result<bool> apply_patch(Graph& graph, Patch patch, std::string_view pass, PassContext& context);

/// Runs the pipeline until no pass changes anything. Returns the number of patches.
Result<int64_t> run_pipeline(Graph& graph, PassContext& context);

}  // namespace tundish

#endif  // TUNDISH_PASSES_PASS_H_
