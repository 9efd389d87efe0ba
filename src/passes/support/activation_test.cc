#include "passes/support/activation.h"

#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

std::string found(std::string_view node) {
  Graph graph = parse_text(cat("graph \"g\" { input %X : float64[N] input %B : float64[] const %l "
                               ": float64[] = [-1] const %h : float64[] = [6] %y = ",
                               node, " output %y }"),
                           test_ops::table())
                    .value();
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  const Rewriter rewriter(graph, context, "p");
  const auto activation = activation_of(rewriter, graph.node(graph.order()[0]));
  return activation ? cat(activation->name, " ", activation->low, " ", activation->high) : "none";
}

TEST(Activation, is_told_by_operator_and_attributes) {
  EXPECT_EQ(found("Relu(%X)"), "Relu 0 0");
  EXPECT_EQ(found("Clip(%X, %l, %h)"), "Clip -1 6");
  EXPECT_EQ(found("LeakyRelu(%X) {alpha = 0.5}"), "LeakyRelu 0.5 0");
  EXPECT_EQ(found("Gelu(%X)"), "Gelu 0 0");
  EXPECT_EQ(found("Gelu(%X) {approximate = \"tanh\"}"), "GeluTanh 0 0");
}

TEST(Activation, is_none_for_other_nodes_and_varying_bounds) {
  EXPECT_EQ(found("Abs(%X)"), "none");
  EXPECT_EQ(found("Clip(%X, %B)"), "none");
}

}  // namespace
}  // namespace tundish
