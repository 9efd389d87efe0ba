// Rewrites are cases in remove_identity.ir; here is what a case cannot say.
#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish {

const PassDef& pass_remove_identity();

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
  outcome.count = pass_remove_identity().run(graph, context).value();
  return outcome;
}

TEST(RemoveIdentity, names_each_and_keeps_to_the_budget) {
  const std::string body =
      "input %X : float64[N] %a = Identity(%X) %b = Identity(%a) %y = Abs(%b) output %y";
  EXPECT_EQ(run_on(body).count, 2);
  EXPECT_EQ(run_on(body).notes, "\"a\": Identity\"b\": Identity");
  EXPECT_EQ(run_on(body, 1).count, 1);
  EXPECT_EQ(run_on(body, 0).count, 0);
}

}  // namespace
}  // namespace tundish
