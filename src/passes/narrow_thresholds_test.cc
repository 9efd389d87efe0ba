// Rewrites are cases in narrow_thresholds.ir; here is what a case cannot say.
#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish {

const PassDef& pass_narrow_thresholds();

namespace {

struct Outcome {
  int64_t count = 0;
  std::string notes;
};

Outcome run_on(const std::string& body, int64_t patches_left = 100) {
  Graph graph = parse_text("graph \"g\" {" + body + "}", test_ops::table()).value();
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  context.patches_left = patches_left;
  Outcome outcome;
  context.note = [&](const PatchNote& note) { outcome.notes += note.reason; };
  outcome.count = pass_narrow_thresholds().run(graph, context).value();
  return outcome;
}

std::string trees(const std::string& threshold, int mode) {
  return cat("input %X : float32[N, 1] const %r : int32[1] = [0] const %f : int32[1] = [0] ",
             "const %t : float64[1] = [", threshold, "] const %m : uint8[1] = [", mode,
             "] const %a : int32[1] = [-1] const %b : int32[1] = [-2] ",
             "const %w : float64[2, 1] = [1, 2] ",
             "%y = tundish.TreeEnsemble(%X, %r, %f, %t, %m, %a, %b, %w) {n_targets = 1} output %y");
}

TEST(NarrowThresholds, says_how_many_were_rounded) {
  EXPECT_EQ(run_on(trees("0.1", 0)).notes,
            "node \"y\" (tundish.TreeEnsemble-1): 1 thresholds are float32 now, 1 rounded: every "
            "float32 takes the same branch at every node as before");
  EXPECT_NE(run_on(trees("0.5", 0)).notes.find(" 0 rounded"), std::string::npos);
  EXPECT_EQ(run_on(trees("0.5", 0), 0).count, 0);
}

TEST(NarrowThresholds, says_why_not) {
  const Outcome outcome = run_on(trees("0.1", 4));
  EXPECT_EQ(outcome.count, 0);
  EXPECT_NE(outcome.notes.find("compares for equality with 0.1, which is no float32"),
            std::string::npos);
}

}  // namespace
}  // namespace tundish
