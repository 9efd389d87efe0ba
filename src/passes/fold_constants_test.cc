// Rewrites are cases in fold_constants.ir; here is what a case cannot say.
#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish {

const PassDef& pass_fold_constants();

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
  outcome.count = pass_fold_constants().run(graph, context).value();
  return outcome;
}

constexpr char kSums[] =
    "const %a : float64[1] = [1] %b = Add(%a, %a) %c = Add(%b, %b) %d = Add(%c, %c) "
    "%e = Add(%d, %d) %y = Add(%e, %e) output %y";

TEST(FoldConstants, one_patch_names_what_it_computed) {
  const Outcome outcome = run_on(kSums);
  EXPECT_EQ(outcome.count, 1);
  EXPECT_EQ(outcome.notes, "computed 4 nodes: \"b\" \"c\" \"d\" ...");
  EXPECT_EQ(run_on(kSums, 0).count, 0);
}

TEST(FoldConstants, says_what_is_too_large) {
  const Outcome outcome = run_on("%f = Fill() {count = 100000000} %y = Clamp(%f) output %y");
  EXPECT_EQ(outcome.count, 0);
  EXPECT_EQ(outcome.notes, "node \"f\" (Fill-27): not computed: the result is too large");
}

}  // namespace
}  // namespace tundish
