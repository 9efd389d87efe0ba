#include "passes/support/monotone_chain.h"

#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

Graph parsed(const std::string& body) {
  Result<Graph> graph = parse_text("graph \"g\" {" + body + "}", test_ops::table());
  EXPECT_TRUE(graph) << graph.error().to_string();
  return std::move(graph).value();
}

MonotoneChain chain_of(const Graph& graph, std::vector<bool> used) {
  return find_monotone_chain(graph, test_ops::table(), graph.outputs()[0], used);
}

TEST(MonotoneChain, goes_back_to_the_input) {
  const Graph graph = parsed(
      "input %X : float64[N, 2] const %m : float64[2] = [1, 2] const %s : float64[1, 2] = [3, -4] "
      "%a = Sub(%m, %X) %b = Mul(%a, %s) %y = Cast(%b) {to = 1} output %y");
  const MonotoneChain chain = chain_of(graph, {true, true});
  EXPECT_EQ(chain_text(graph, chain), "Sub, Mul, Cast");
  EXPECT_EQ(chain.source, graph.inputs()[0]);
  EXPECT_EQ(chain.source_dtype, DType::kFloat64);
  EXPECT_EQ(chain.steps[0].argument, 1u);
  EXPECT_EQ(chain.directions,
            (std::vector<Monotone>{Monotone::kDecreasing, Monotone::kIncreasing}));
  EXPECT_EQ(chain.stopped, "");
}

TEST(MonotoneChain, stops_where_it_must_and_says_why) {
  const Graph graph = parsed(
      "input %X : float64[N, 2] const %s : float64[2] = [3, 0] "
      "%a = Mul(%X, %s) %y = Cast(%a) {to = 1} output %y");
  const MonotoneChain both = chain_of(graph, {true, true});
  EXPECT_EQ(chain_text(graph, both), "Cast");
  EXPECT_EQ(both.stopped, "node \"a\" (Mul-27): it is not monotone in column 1");
  // A column that nobody reads may be what it likes.
  const MonotoneChain first = chain_of(graph, {true, false});
  EXPECT_EQ(chain_text(graph, first), "Mul, Cast");
  EXPECT_EQ(first.directions[0], Monotone::kIncreasing);
}

TEST(MonotoneChain, other_shapes_and_types_end_it) {
  const auto text = [](const std::string& body) {
    const Graph graph = parsed(body);
    const MonotoneChain chain = chain_of(graph, {true, true});
    return cat(chain_text(graph, chain), "|", chain.stopped);
  };
  EXPECT_EQ(text("input %X : float64[N, ?] %y = Clamp(%X) output %y"), "|");
  EXPECT_EQ(text("input %X : float64[2] %y = Clamp(%X) output %y"), "|");
  EXPECT_EQ(
      text("input %X : int32[N, 2] %y = Cast(%X) {to = 1} output %y"),
      "|node \"y\" (Cast-27): its input is int32[N, 2], not float32 or float64 with 2 columns");
  EXPECT_EQ(text("input %X : float64[N, 1] const %c : float64[2] = [1, 2] %y = Add(%X, %c) "
                 "output %y"),
            "|node \"y\" (Add-27): its input is float64[N, 1], not float32 or float64 with 2 "
            "columns");
  EXPECT_EQ(text("input %X : float64[N, 2] %y = Settle(%X) output %y"),
            "|node \"y\" (Settle-27): it does not pass NaN on");
  EXPECT_EQ(text("input %X : float64[N, 2] %y = Split(%X) output %y"), "|");
}

TEST(ChainSampler, both_layouts_give_the_same) {
  const Graph graph = parsed(
      "input %X : float32[N, 3] const %m : float32[3] = [1, 2, 3] const %s : float32[] = [0.5] "
      "%a = Sub(%X, %m) %y = Mul(%a, %s) output %y");
  const MonotoneChain chain = chain_of(graph, {true, true, true});
  ASSERT_TRUE(ChainSampler::fits_flat(graph, chain));
  TestEvaluator evaluator;
  const std::vector<int32_t> columns = {0, 2, 2, 1, 2};
  const std::vector<double> points = {10, 20, 30, 40, 50};
  for (const auto layout : {ChainSampler::Layout::kFlat, ChainSampler::Layout::kMatrix}) {
    Result<ChainSampler> sampler = ChainSampler::create(graph, chain, evaluator, columns, layout);
    ASSERT_TRUE(sampler);
    std::vector<double> out(points.size());
    ASSERT_TRUE(sampler->sample(points, out));
    EXPECT_EQ(out, (std::vector<double>{4.5, 8.5, 13.5, 19, 23.5}));
  }
}

TEST(ChainSampler, lists_among_attributes_need_the_matrix) {
  const Graph graph =
      parsed("input %X : float32[N, 2] %y = ShiftColumns(%X) {offset = [1.0, 2.0]} output %y");
  EXPECT_FALSE(ChainSampler::fits_flat(graph, chain_of(graph, {true, true})));
}

}  // namespace
}  // namespace tundish
