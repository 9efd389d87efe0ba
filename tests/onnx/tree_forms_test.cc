// Trees that are written and read back have the same tables, whatever form the file gives them.
#include <cstring>

#include "export/onnx.h"
#include "ir/builder.h"
#include "ir/text_form.h"
#include "ir/tree_ensemble.h"
#include "run_graph.h"

namespace tundish {
namespace {

struct Form {
  std::string name;
  std::vector<TreeMode> modes = {TreeMode::kLeq, TreeMode::kLt};
  bool missing_true = false;
  int64_t targets = 1;
  DType accumulate = DType::kFloat64;
  std::vector<double> base;
  BaseOrder order = BaseOrder::kFirst;
  Aggregate aggregate = Aggregate::kSum;
};

// x0 MODE i + 0.5 ? (x1 MODE 2 ? 1 : 2) : 3 for each mode, then one leaf; targets in turn.
Graph graph_of(const Form& form) {
  Builder builder(builtin_ops(), "g");
  const ValueId x = *builder.input(
      "X", ValueType::tensor(form.accumulate, std::vector<Dim>{Dim::symbol("N"), Dim(2)}));
  TreeBuilder trees(
      {.feature_count = 2, .target_count = form.targets, .accumulate = form.accumulate});
  int32_t at = 0;
  const auto add = [&](const std::vector<TreeNode>& nodes, const std::vector<double>& weights) {
    const auto target = static_cast<int32_t>(at++ % form.targets);
    const Status added =
        form.targets == 1 ? trees.add_tree(nodes, weights) : trees.add_tree(nodes, weights, target);
    EXPECT_TRUE(added.has_value());
  };
  for (const TreeMode mode : form.modes) {
    add({{.feature = 0,
          .threshold = at + 0.5,
          .mode = mode,
          .missing_true = form.missing_true,
          .true_child = 1,
          .false_child = 4},
         {.feature = 1, .threshold = 2, .mode = mode, .true_child = 2, .false_child = 3},
         {.leaf_row = 0},
         {.leaf_row = 1},
         {.leaf_row = 2}},
        {1, 2, 3});
  }
  add({{.leaf_row = 0}}, {4});
  if (!form.base.empty()) trees.set_base(form.base, form.order);
  trees.set_aggregate(form.aggregate);
  auto tables = std::move(trees).finish();
  EXPECT_TRUE(tables.has_value()) << tables.error().to_string();
  EXPECT_TRUE(builder.output(*add_tree_ensemble(builder, x, *tables), "Y").has_value());
  return std::move(builder).finish().value();
}

const std::vector<Form> kForms = {
    {.name = "plain"},
    {.name = "all_comparisons",
     .modes = {TreeMode::kLeq, TreeMode::kLt, TreeMode::kGte, TreeMode::kGt, TreeMode::kEq,
               TreeMode::kNeq}},
    {.name = "missing_values", .missing_true = true},
    {.name = "float32", .accumulate = DType::kFloat32},
    {.name = "targets", .targets = 3},
    {.name = "base_first", .base = {0.25}},
    {.name = "base_first_of_targets", .targets = 2, .base = {0.25, -1}},
    {.name = "average", .aggregate = Aggregate::kAverage},
    {.name = "least", .aggregate = Aggregate::kMin},
    {.name = "most", .aggregate = Aggregate::kMax},
};

std::string text(const Graph& graph) {
  Graph plain = graph;
  plain.set_metadata("tundish.digest", "");
  return to_text(plain, {.max_constant_elements = 1000, .node_names = NodeNames::kHide});
}

// The tables of the first tree node, without the names that constants happen to have.
void expect_same_tables(const Graph& a, const Graph& b) {
  const auto tables_of_graph = [](const Graph& graph) {
    for (const NodeId id : graph.order()) {
      if (graph.node(id).op == "TreeEnsemble") return *tree_ensemble_of(graph, graph.node(id));
    }
    return TreeEnsemble();
  };
  const TreeEnsemble one = tables_of_graph(a);
  const TreeEnsemble two = tables_of_graph(b);
  EXPECT_EQ(one.target_count, two.target_count);
  EXPECT_EQ(one.aggregate, two.aggregate);
  EXPECT_EQ(one.accumulate, two.accumulate);
  EXPECT_EQ(one.base_order, two.base_order);
  const auto same = [](const Tensor& left, const Tensor& right, const char* name) {
    ASSERT_EQ(left.defined(), right.defined()) << name;
    ASSERT_EQ(left.dtype(), right.dtype()) << name;
    ASSERT_EQ(left.shape(), right.shape()) << name;
    if (!left.defined()) return;
    EXPECT_EQ(std::memcmp(left.data(), right.data(), left.byte_count()), 0) << name;
  };
  same(one.tree_roots, two.tree_roots, "tree_roots");
  same(one.node_feature, two.node_feature, "node_feature");
  same(one.node_threshold, two.node_threshold, "node_threshold");
  same(one.node_mode, two.node_mode, "node_mode");
  same(one.node_true, two.node_true, "node_true");
  same(one.node_false, two.node_false, "node_false");
  same(one.leaf_weight, two.leaf_weight, "leaf_weight");
  same(one.leaf_target, two.leaf_target, "leaf_target");
  same(one.base, two.base, "base");
}

class TreeForms : public testing::TestWithParam<Form> {};

TEST_P(TreeForms, portable_reads_back_with_the_same_tables) {
  const Graph graph = graph_of(GetParam());
  const auto bytes = export_onnx(graph, builtin_ops(), {.target = Target::kPortable});
  ASSERT_TRUE(bytes.has_value()) << bytes.error().to_string();
  const auto back = import_bytes(*bytes);
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  expect_same_tables(graph, back->graph);
  // And once more, to the byte.
  const auto again = export_onnx(back->graph, builtin_ops(), {.target = Target::kPortable});
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  const auto twice = import_bytes(*again);
  ASSERT_TRUE(twice.has_value());
  EXPECT_EQ(text(twice->graph), text(back->graph));
}

TEST_P(TreeForms, native_reads_back_as_the_same_graph) {
  const Graph graph = graph_of(GetParam());
  const auto bytes = export_onnx(graph, builtin_ops(), {.target = Target::kNative});
  ASSERT_TRUE(bytes.has_value()) << bytes.error().to_string();
  const auto back = import_bytes(*bytes);
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  EXPECT_EQ(text(back->graph), text(graph));
}

INSTANTIATE_TEST_SUITE_P(All, TreeForms, testing::ValuesIn(kForms),
                         [](const auto& info) { return info.param.name; });

// A base that is added last is an Add beside the operator; vector leaves are a tree per target.
TEST(TreeForms, what_the_operator_has_no_place_for_becomes_other_nodes) {
  const Graph graph = graph_of({.name = "base_last", .base = {0.25}, .order = BaseOrder::kLast});
  const auto bytes = export_onnx(graph, builtin_ops(), {.target = Target::kPortable});
  ASSERT_TRUE(bytes.has_value()) << bytes.error().to_string();
  const auto back = import_bytes(*bytes);
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  ASSERT_EQ(back->graph.order().size(), 2u);
  EXPECT_EQ(back->graph.node(back->graph.order()[1]).op, "Add");
}

}  // namespace
}  // namespace tundish
