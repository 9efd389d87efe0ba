#include <gtest/gtest.h>

#include <set>

#include "ir/text_form.h"
#include "passes/index.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

Graph parsed(std::string_view text) {
  Result<Graph> graph = parse_text(text, test_ops::table());
  EXPECT_TRUE(graph) << graph.error().to_string();
  return std::move(graph).value();
}

constexpr std::string_view kThreeIdentities =
    "graph \"g\" { input %X : float64[N] %a = Identity(%X) %b = Identity(%a) %c = Identity(%b) "
    "%y = Add(%c, %c) output %y }";

TEST(Pipeline, holds_every_pass_once) {
  std::set<std::string_view> names;
  for (const PassDef& pass : all_passes()) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_FALSE(pass.description.empty());
  }
  EXPECT_EQ(names.size(), indexed_passes().size());
}

TEST(Pipeline, runs_until_nothing_changes) {
  // The constant behind the identity can be folded only once the identity is gone.
  Graph graph = parsed(
      "graph \"g\" { input %X : float64[N, 2] const %c : float64[2] = [1, 2] "
      "%i = Identity(%c) %s = Add(%i, %c) %a = Add(%X, %s) %b = Add(%X, %s) "
      "%y = Mul(%a, %b) output %y }");
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  std::vector<std::string> passes;
  context.note = [&](const PatchNote& note) { passes.push_back(note.pass); };
  EXPECT_EQ(*run_pipeline(graph, context), 3);
  EXPECT_EQ(graph.order().size(), 2u);
  EXPECT_EQ(passes,
            (std::vector<std::string>{"remove_identity", "fold_constants", "eliminate_common"}));
}

TEST(Pipeline, stops_after_so_many_patches) {
  const std::string_view text =
      "graph \"g\" { input %X : float64[N, 1] const %c : float64[1] = [1] %d = Add(%c, %c) "
      "%a = Identity(%X) %y = Add(%a, %d) output %y }";
  for (const int64_t budget : {0, 1, 2, 3}) {
    Graph graph = parsed(text);
    TestEvaluator evaluator;
    PassContext context{test_ops::table(), evaluator};
    context.patches_left = budget;
    const int64_t applied = std::min<int64_t>(budget, 2);
    EXPECT_EQ(*run_pipeline(graph, context), applied);
    EXPECT_EQ(context.patches_left, budget - applied);
    EXPECT_EQ(graph.order().size(), static_cast<size_t>(3 - applied));
  }
}

TEST(Pipeline, says_once_why_a_rule_does_not_fire) {
  Graph graph = parsed(
      "graph \"g\" { input %X : float64[N] const %a : float64[1] = [1] %r = Abs(%a) "
      "%s = Cast(%r) {to = 11} %i = Identity(%X) %y = Add(%i, %s) output %y }");
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  int64_t count = 0;
  context.note = [&](const PatchNote&) { ++count; };
  const Result<int64_t> applied = run_pipeline(graph, context);
  ASSERT_TRUE(applied);
  EXPECT_EQ(count, *applied);  // Abs has no run function here, so nothing else is promising
}

TEST(Pipeline, a_fault_in_constants_is_the_models) {
  Graph graph =
      parsed("graph \"g\" { const %a : float64[1] = [1] %f = Fail(%a) %y = Abs(%f) output %y }");
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  const Result<int64_t> applied = run_pipeline(graph, context);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code(), ErrorCode::kInvalidModel);
  EXPECT_EQ(applied.error().to_string(),
            "pass fold_constants: node \"f\" (Fail-27): fails on every value");
}

TEST(ApplyPatch, names_the_pass) {
  Graph graph = parsed(kThreeIdentities);
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  Patch patch(graph, context.ops);
  patch.replace(graph.find_value("a"), graph.find_value("a"));
  const Result<bool> applied = apply_patch(graph, std::move(patch), "some_pass", context);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().to_string(), "pass some_pass: value \"a\" is replaced by itself");
}

}  // namespace
}  // namespace tundish
