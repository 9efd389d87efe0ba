#include "passes/support/threshold_search.h"

#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Graph parsed(const std::string& body) {
  Result<Graph> graph = parse_text("graph \"g\" {" + body + "}", test_ops::table());
  EXPECT_TRUE(graph) << graph.error().to_string();
  return std::move(graph).value();
}

MonotoneChain chain_of(const Graph& graph, size_t columns) {
  return find_monotone_chain(graph, test_ops::table(), graph.outputs()[0],
                             std::vector<bool>(columns, true));
}

TEST(ThresholdSearch, finds_cuts_in_flat_layout) {
  const Graph graph =
      parsed("input %X : float64[N, 1] const %c : float64[] = [2] %y = Mul(%X, %c) output %y");
  const MonotoneChain chain = chain_of(graph, 1);
  TestEvaluator evaluator;
  std::vector<CutSearch> searches = {{.cut = Cut::kAtMost, .threshold = 3},
                                     {.cut = Cut::kBelow, .threshold = 3},
                                     {.cut = Cut::kBelow, .threshold = -kInfinity},
                                     {.cut = Cut::kAtMost, .threshold = kInfinity}};
  ASSERT_TRUE(find_cuts(graph, chain, evaluator, searches));
  const FloatLine line(DType::kFloat64);
  EXPECT_EQ(line.at(searches[0].last_true), 1.5);
  EXPECT_EQ(searches[1].last_true, searches[0].last_true - 1);
  EXPECT_EQ(searches[2].last_true, -line.last() - 1);
  EXPECT_EQ(searches[3].last_true, line.last());
  EXPECT_EQ(*disprove_cuts(graph, chain, evaluator, searches), "");
  searches[0].last_true += 1;
  EXPECT_NE(disprove_cuts(graph, chain, evaluator, searches)->find("column 0, threshold 3"),
            std::string::npos);
}

TEST(ThresholdSearch, finds_cuts_in_matrix_layout) {
  const Graph graph =
      parsed("input %X : float32[N, 2] %y = ShiftColumns(%X) {offset = [1.0, 2.0]} output %y");
  const MonotoneChain chain = chain_of(graph, 2);
  TestEvaluator evaluator;
  std::vector<CutSearch> searches = {
      {.column = 0, .threshold = 0}, {.column = 0, .threshold = 1}, {.column = 1, .threshold = 0}};
  ASSERT_TRUE(find_cuts(graph, chain, evaluator, searches));
  const FloatLine line(DType::kFloat32);
  EXPECT_EQ(line.at(searches[0].last_true), 1.0);
  EXPECT_EQ(line.at(searches[1].last_true), 2.0);
  EXPECT_EQ(line.at(searches[2].last_true), 2.0);
  EXPECT_EQ(*disprove_cuts(graph, chain, evaluator, searches), "");
}

TEST(ThresholdSearch, nan_for_a_number_is_found) {
  // -inf + inf; no trait of Add allows it, so the chain is made by hand.
  const Graph graph =
      parsed("input %X : float64[N, 1] const %c : float64[] = [inf] %y = Add(%X, %c) output %y");
  MonotoneChain chain = chain_of(graph, 1);
  ASSERT_TRUE(chain.steps.empty());
  chain.source = graph.inputs()[0];
  chain.steps = {{graph.order()[0], 0}};
  TestEvaluator evaluator;
  std::vector<CutSearch> searches = {{.threshold = 0}};
  ASSERT_TRUE(find_cuts(graph, chain, evaluator, searches));
  EXPECT_EQ(*disprove_cuts(graph, chain, evaluator, searches), "column 0: -inf gives NaN");
}

TEST(ThresholdSearch, cuts_hold_for_no_nan) {
  for (const Cut cut : {Cut::kAtMost, Cut::kBelow, Cut::kAbove, Cut::kAtLeast}) {
    EXPECT_FALSE(holds({.cut = cut, .threshold = 0}, std::numeric_limits<double>::quiet_NaN()));
  }
}

}  // namespace
}  // namespace tundish
