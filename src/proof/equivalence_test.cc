#include "proof/equivalence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proof/test_graphs.h"

namespace tundish {
namespace {

using test_graphs::bare;
using test_graphs::folded;
using test_graphs::scaled;
using test_graphs::two_trees;
using ::testing::HasSubstr;

EquivalenceProof prove(const Graph& source, const Graph& shipped) {
  TestEvaluator evaluator;
  auto proof = prove_equivalent(source, shipped, test_ops::table(), evaluator);
  EXPECT_TRUE(proof) << proof.error().to_string();
  return proof ? std::move(*proof) : EquivalenceProof();
}

TEST(Equivalence, a_graph_is_equivalent_to_itself) {
  const Graph graph = scaled(two_trees());
  const EquivalenceProof proof = prove(graph, graph);
  EXPECT_TRUE(proof.proven) << proof.why;
}

TEST(Equivalence, proves_a_folded_scaler_and_cast) {
  const Graph graph = scaled(two_trees());
  const Graph shipped = folded(graph);
  ASSERT_EQ(shipped.order().size(), 1u);
  const EquivalenceProof proof = prove(graph, shipped);
  EXPECT_TRUE(proof.proven) << proof.why;
  ASSERT_FALSE(proof.statements.empty());
  EXPECT_THAT(proof.statements[0], HasSubstr("all 3 comparisons of 2 trees"));
  EXPECT_THAT(proof.statements[0], HasSubstr("Sub, Div, Cast"));
}

TEST(Equivalence, proves_a_scaler_that_turns_the_order_round) {
  const Graph graph = scaled(two_trees(), {-2, -0.1});
  const Graph shipped = folded(graph);
  ASSERT_EQ(shipped.order().size(), 1u);
  const EquivalenceProof proof = prove(graph, shipped);
  EXPECT_TRUE(proof.proven) << proof.why;
}

TEST(Equivalence, sees_a_threshold_that_is_one_ulp_off) {
  const Graph graph = scaled(two_trees());
  const Graph wrong = test_graphs::with_moved_threshold(folded(graph));
  const EquivalenceProof proof = prove(graph, wrong);
  EXPECT_FALSE(proof.proven);
  EXPECT_THAT(proof.why, HasSubstr("differs at the input"));
  EXPECT_TRUE(proof.statements.empty());
}

TEST(Equivalence, sees_another_leaf_shape_or_constant) {
  EXPECT_THAT(prove(bare(two_trees()), bare(two_trees(0, 1e-9))).why,
              HasSubstr("a leaf of tree 1"));
  EXPECT_FALSE(prove(bare(two_trees()), bare(two_trees(1e-9))).proven);
  EXPECT_FALSE(prove(scaled(two_trees()), scaled(two_trees(), {2, 0.2})).proven);
}

TEST(Equivalence, trees_on_the_raw_input_are_not_those_on_the_scaled_one) {
  const EquivalenceProof proof = prove(bare(two_trees()), scaled(two_trees()));
  EXPECT_FALSE(proof.proven);
  EXPECT_THAT(proof.why, HasSubstr("Y"));
}

}  // namespace
}  // namespace tundish
