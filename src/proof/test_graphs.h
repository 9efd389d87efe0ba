// Small graphs of a scaler, a cast and trees, for the tests of this module. Header only.
#ifndef TUNDISH_PROOF_TEST_GRAPHS_H_
#define TUNDISH_PROOF_TEST_GRAPHS_H_

#include <array>
#include <vector>

#include "ir/builder.h"
#include "ir/test_ops.h"
#include "ir/tree_ensemble.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish::test_graphs {

/// Two trees over two features; `shift` moves the thresholds, `extra` is added to the last leaf.
inline TreeEnsemble two_trees(double shift = 0, double extra = 0) {
  TreeBuilder builder({.feature_count = 2});
  const std::vector<TreeNode> first = {
      {.feature = 0, .threshold = 0.5 + shift, .true_child = 1, .false_child = 2},
      {.leaf_row = 0},
      {.feature = 1, .threshold = -1.25 + shift, .true_child = 3, .false_child = 4},
      {.leaf_row = 1},
      {.leaf_row = 2}};
  const std::vector<TreeNode> second = {
      {.feature = 1, .threshold = 3 + shift, .true_child = 1, .false_child = 2},
      {.leaf_row = 0},
      {.leaf_row = 1}};
  const std::array<double, 3> first_weights = {1, 2, 3};
  const std::array<double, 2> second_weights = {4, 5 + extra};
  EXPECT_TRUE(builder.add_tree(first, first_weights));
  EXPECT_TRUE(builder.add_tree(second, second_weights));
  return std::move(builder).finish().value();
}

/// X float64[N, 2] -> (X - mean) / scale -> float32 -> trees -> Y.
inline Graph scaled(const TreeEnsemble& trees, std::array<double, 2> scale = {2, 0.1}) {
  Builder builder(test_ops::table(), "scaled");
  const ValueId x =
      builder.input("X", ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim::symbol("N"), 2}))
          .value();
  const std::array<double, 2> mean = {0.3, -7};
  const ValueId centred =
      builder.op("Sub", {x, builder.constant(Tensor::of(std::span<const double>(mean)))}).value();
  const ValueId divided =
      builder.op("Div", {centred, builder.constant(Tensor::of(std::span<const double>(scale)))})
          .value();
  AttributeList to_float;
  to_float.set("to", int64_t{static_cast<int64_t>(DType::kFloat32)});
  const ValueId narrow = builder.op("Cast", {divided}, to_float).value();
  const ValueId y = add_tree_ensemble(builder, narrow, trees).value();
  EXPECT_TRUE(builder.output(y, "Y"));
  return std::move(builder).finish().value();
}

/// X float64[N, 2] -> trees -> Y.
inline Graph bare(const TreeEnsemble& trees) {
  Builder builder(test_ops::table(), "bare");
  const ValueId x =
      builder.input("X", ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim::symbol("N"), 2}))
          .value();
  const ValueId y = add_tree_ensemble(builder, x, trees).value();
  EXPECT_TRUE(builder.output(y, "Y"));
  return std::move(builder).finish().value();
}

/// The graph after the pass pipeline: what ships.
inline Graph folded(Graph graph) {
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  EXPECT_TRUE(run_pipeline(graph, context));
  return graph;
}

/// The same graph with one threshold moved by one unit in the last place.
inline Graph with_moved_threshold(const Graph& graph) {
  for (const NodeId id : graph.order()) {
    if (graph.node(id).op != "TreeEnsemble") continue;
    TreeEnsemble trees = tree_ensemble_of(graph, graph.node(id)).value();
    Tensor thresholds = Tensor::copy_of(trees.node_threshold.view()).value();
    double& moved = thresholds.mutable_values<double>()[1];
    moved = std::nextafter(moved, 1e9);
    trees.node_threshold = thresholds;
    return bare(trees);
  }
  return graph;
}

}  // namespace tundish::test_graphs

#endif  // TUNDISH_PROOF_TEST_GRAPHS_H_
