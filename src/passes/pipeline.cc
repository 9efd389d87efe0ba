#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "ir/verifier.h"
#include "passes/index.h"
#include "passes/pass.h"

namespace tundish {

namespace {

// The order in which passes run; the one list that a person edits when a pass is added.
constexpr std::array<std::string_view, 5> kOrder = {
    "remove_identity", "fold_constants", "eliminate_common", "fold_monotone", "narrow_thresholds",
};

// Each round must make the graph smaller or simpler, so real graphs need two or three. A pipeline
// that is still at work after so many has two passes that undo each other.
constexpr int kMaxRounds = 50;

std::vector<PassDef> in_order() {
  std::vector<PassDef> passes;
  for (const std::string_view name : kOrder) {
    for (const PassDef* pass : indexed_passes()) {
      if (pass->name == name) passes.push_back(*pass);
    }
  }
  return passes;
}

}  // namespace

std::span<const PassDef> all_passes() {
  static const std::vector<PassDef> kPasses = in_order();
  return kPasses;
}

Result<bool> apply_patch(Graph& graph, Patch patch, std::string_view pass, PassContext& context) {
  if (context.patches_left <= 0) return false;
  PatchNote note{std::string(pass), patch.reason()};
  const std::string place = cat("pass ", pass);
  TRY(in(place, std::move(patch).apply(graph)));
#if !defined(NDEBUG) || defined(TUNDISH_SANITIZED)
  TRY(in(place, verify(graph, context.ops)));
#endif
  --context.patches_left;
  context.note(note);
  return true;
}

Result<int64_t> run_pipeline(Graph& graph, PassContext& context) {
  // A rule that does not fire says so in every round; the reader wants to hear it once.
  std::set<std::pair<std::string, std::string>> heard;
  PassContext once{context.ops, context.evaluator,
                   [&](const PatchNote& note) {
                     if (heard.emplace(note.pass, note.reason).second) context.note(note);
                   },
                   context.patches_left};
  int64_t total = 0;
  for (int round = 0; round < kMaxRounds; ++round) {
    int64_t changes = 0;
    for (const PassDef& pass : all_passes()) {
      Result<int64_t> applied = pass.run(graph, once);
      context.patches_left = once.patches_left;
      if (!applied) return applied;
      changes += *applied;
    }
    total += changes;
    if (changes == 0 || once.patches_left <= 0) return total;
  }
  return Internal(cat("passes still change the graph after ", kMaxRounds, " rounds"));
}

}  // namespace tundish
