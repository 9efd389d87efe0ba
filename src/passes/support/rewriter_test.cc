#include "passes/support/rewriter.h"

#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

Graph parsed(std::string_view body) {
  return parse_text(cat("graph \"g\" {", body, "}"), test_ops::table()).value();
}

struct Fixture {
  explicit Fixture(std::string_view body, int64_t patches = 100) : graph(parsed(body)) {
    context.patches_left = patches;
    context.note = [this](const PatchNote& note) { notes += note.reason + ";"; };
  }
  const Node& node(std::string_view output) const {
    return *graph.producer(graph.find_value(output));
  }

  Graph graph;
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  std::string notes;
};

TEST(Rewriter, sees_makers_and_readers) {
  Fixture f("input %X : float64[N] %a = Abs(%X) %b = Abs(%a) %y = Add(%a, %b) output %y");
  Rewriter rewriter(f.graph, f.context, "p");
  const ValueId a = f.graph.find_value("a");
  const ValueId b = f.graph.find_value("b");
  EXPECT_EQ(rewriter.maker(f.graph.find_value("X")), nullptr);
  EXPECT_EQ(rewriter.maker(a, "Abs"), &f.node("a"));
  EXPECT_EQ(rewriter.maker(a, "Neg"), nullptr);
  EXPECT_EQ(rewriter.only_maker(a, "Abs"), nullptr);  // read twice
  EXPECT_EQ(rewriter.only_maker(b, "Abs"), &f.node("b"));
  EXPECT_FALSE(rewriter.is_read_once(f.graph.find_value("y")));  // an output
}

TEST(Rewriter, later_rewrites_build_on_earlier_ones) {
  Fixture f("input %X : float64[N] %a = Abs(%X) %b = Abs(%a) %y = Abs(%b) output %y");
  const Result<int64_t> count =
      rewrite_nodes(f.graph, f.context, "p", [](Rewriter& rewriter, const Node& node) -> Status {
        TRY_ASSIGN(const ValueId made, rewriter.add(node, "Identity", {node.inputs[0]}));
        EXPECT_TRUE(rewriter.rewrite(node, made, {}, "identity"));
        return ok();
      });
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 3);
  EXPECT_EQ(f.notes, "\"a\": identity;\"b\": identity;\"y\": identity;");
  EXPECT_EQ(f.graph.order().size(), 3u);
  for (const NodeId id : f.graph.order()) EXPECT_EQ(f.graph.node(id).op, "Identity");
}

TEST(Rewriter, keeps_to_the_budget) {
  Fixture f("input %X : float64[N] %a = Abs(%X) %b = Abs(%a) %y = Abs(%b) output %y", 1);
  Rewriter rewriter(f.graph, f.context, "p");
  EXPECT_TRUE(rewriter.rewrite(f.node("a"), f.graph.find_value("X"), {}, "first"));
  EXPECT_FALSE(rewriter.rewrite(f.node("b"), f.graph.find_value("a"), {}, "second"));
  EXPECT_EQ(*rewriter.finish(), 1);
  EXPECT_EQ(f.context.patches_left, 0);
}

TEST(Rewriter, refuses_what_cannot_be_an_output) {
  Fixture f("input %X : float64[N] %y = Abs(%X) %z = Abs(%y) output %y output %z");
  Rewriter rewriter(f.graph, f.context, "p");
  const ValueId y = f.graph.find_value("y");
  EXPECT_FALSE(rewriter.replace(y, f.graph.find_value("X")));
  EXPECT_FALSE(rewriter.replace(f.graph.find_value("z"), y));
  EXPECT_FALSE(rewriter.replace(y, rewriter.add_constant(Tensor::scalar(1.0))));
  EXPECT_EQ(*rewriter.finish(), 0);
}

TEST(Rewriter, refuses_other_types) {
  Fixture f("input %X : float64[N] %a = Abs(%X) %y = Abs(%a) output %y");
  Rewriter rewriter(f.graph, f.context, "p");
  EXPECT_FALSE(
      rewriter.replace(f.graph.find_value("a"), rewriter.add_constant(Tensor::scalar(1.0f))));
}

}  // namespace
}  // namespace tundish
