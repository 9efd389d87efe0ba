// Rewrites are cases in eliminate_common.ir; here is what a case cannot say.
#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish {

const PassDef& pass_eliminate_common();

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
  outcome.count = pass_eliminate_common().run(graph, context).value();
  return outcome;
}

TEST(EliminateCommon, names_both_nodes) {
  const std::string body =
      "input %X : float64[N] %a = Abs(%X) %b = Abs(%X) %y = Add(%a, %b) output %y";
  EXPECT_EQ(run_on(body).notes, "\"b\" is \"a\"");
  EXPECT_EQ(run_on(body, 0).count, 0);
}

TEST(EliminateCommon, zeros_of_different_sign_are_different) {
  EXPECT_EQ(run_on("input %X : float64[N] %a = Abs(%X) {v = 0.0} %b = Abs(%X) {v = -0.0} "
                   "%y = Add(%a, %b) output %y")
                .count,
            0);
}

TEST(EliminateCommon, tensors_among_attributes_are_compared) {
  const auto count = [](std::string_view second) {
    return run_on(cat("input %X : float64[N] %a = Abs(%X) {v = tensor int8[1] [1]} "
                      "%b = Abs(%X) {v = tensor ",
                      second, "} %y = Add(%a, %b) output %y"))
        .count;
  };
  EXPECT_EQ(count("int8[1] [1]"), 1);
  EXPECT_EQ(count("int8[1] [2]"), 0);
  EXPECT_EQ(count("uint8[1] [1]"), 0);
}

TEST(EliminateCommon, equal_constants_become_one_bit_for_bit) {
  const auto count = [](std::string_view second) {
    return run_on(cat("input %X : float64[N] const %a : float64[1] = [0] const %b : ", second,
                      " %c = Add(%X, %a) %d = Mul(%X, %b) %y = Add(%c, %d) output %y"))
        .count;
  };
  EXPECT_EQ(count("float64[1] = [0]"), 1);
  EXPECT_EQ(count("float64[1] = [-0.0]"), 0);
  EXPECT_EQ(count("float64[1, 1] = [0]"), 0);
}

}  // namespace
}  // namespace tundish
