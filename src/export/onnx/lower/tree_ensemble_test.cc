#include "export/onnx/lower/tree_ensemble.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace tundish {
namespace {

using Ints = std::vector<int64_t>;

const std::vector<TreeNode> kLeaf = {{.leaf_row = 0}};

/// x1 MODE threshold ? row 0 : row 1.
std::vector<TreeNode> stump(TreeMode mode, double threshold, bool missing_true) {
  return {{.feature = 1,
           .threshold = threshold,
           .mode = mode,
           .missing_true = missing_true,
           .true_child = 1,
           .false_child = 2},
          {.leaf_row = 0},
          {.leaf_row = 1}};
}

TreeBuilder builder_of(int64_t targets, DType accumulate = DType::kFloat64) {
  return TreeBuilder({.feature_count = 3, .target_count = targets, .accumulate = accumulate});
}
TreeEnsemble finish(TreeBuilder&& builder) {
  auto trees = std::move(builder).finish();
  EXPECT_TRUE(trees.has_value()) << trees.error().to_string();
  return std::move(*trees);
}
/// One stump and, after it, one leaf.
TreeEnsemble two_trees(DType accumulate = DType::kFloat64, double threshold = 0.1) {
  TreeBuilder builder = builder_of(1, accumulate);
  EXPECT_TRUE(builder.add_tree(stump(TreeMode::kLeq, threshold, true), std::vector<double>{1, 2}));
  EXPECT_TRUE(builder.add_tree(kLeaf, std::vector<double>{4}));
  return finish(std::move(builder));
}

/// The records of an ensemble under the names "trees", "X", "Y".
struct Lowered {
  RecordBuilder records;
  explicit Lowered(const TreeEnsemble& trees, DType x_type = DType::kFloat64) {
    for (const char* name : {"X", "Y", "trees"}) records.reserve_name(name);
    EXPECT_EQ(why_not_standard(trees, x_type), "");
    lower_tree_ensemble(records, trees, x_type, {"trees", "X", "Y"});
  }
  const OnnxNode& node(size_t i) { return records.graph().node[i]; }
  const OnnxNode& trees() {
    for (const OnnxNode& one : records.graph().node) {
      if (one.op_type == "TreeEnsemble") return one;
    }
    ADD_FAILURE() << "no trees";
    return node(0);
  }
  const OnnxAttribute& attribute(std::string_view name) {
    for (const OnnxAttribute& one : trees().attribute) {
      if (one.name == name) return one;
    }
    ADD_FAILURE() << "no attribute " << name;
    return trees().attribute[0];
  }
  bool has(std::string_view name) {
    for (const OnnxAttribute& one : trees().attribute) {
      if (one.name == name) return true;
    }
    return false;
  }
  const Ints& ints(std::string_view name) { return attribute(name).ints; }
  template <class T> std::vector<T> numbers(std::string_view name) {
    const OnnxTensor& tensor = attribute(name).tensors.at(0);
    std::vector<T> values(tensor.raw_data->size() / sizeof(T));
    std::memcpy(values.data(), tensor.raw_data->data(), tensor.raw_data->size());
    return values;
  }
};

TEST(LowerTreeEnsemble, lists_of_a_stump_and_a_leaf) {
  Lowered lowered(two_trees());
  ASSERT_EQ(lowered.records.graph().node.size(), 1u);
  const OnnxNode& node = lowered.node(0);
  EXPECT_EQ(node.domain, "ai.onnx.ml");
  EXPECT_EQ(node.name, "trees");
  EXPECT_EQ(node.input, std::vector<std::string_view>{"X"});
  EXPECT_EQ(node.output, std::vector<std::string_view>{"Y"});
  EXPECT_EQ(lowered.attribute("aggregate_function").i, 1);
  EXPECT_EQ(lowered.attribute("n_targets").i, 1);
  EXPECT_EQ(lowered.attribute("post_transform").i, 0);
  EXPECT_EQ(lowered.ints("tree_roots"), (Ints{0, 1}));
  EXPECT_EQ(lowered.ints("nodes_featureids"), (Ints{1, 0}));
  EXPECT_EQ(lowered.ints("nodes_truenodeids"), (Ints{0, 2}));
  EXPECT_EQ(lowered.ints("nodes_trueleafs"), (Ints{1, 1}));
  EXPECT_EQ(lowered.ints("nodes_falsenodeids"), (Ints{1, 2}));
  EXPECT_EQ(lowered.ints("nodes_falseleafs"), (Ints{1, 1}));
  EXPECT_EQ(lowered.ints("nodes_missing_value_tracks_true"), (Ints{1, 0}));
  EXPECT_EQ(lowered.ints("leaf_targetids"), (Ints{0, 0, 0}));
  EXPECT_EQ(lowered.numbers<double>("nodes_splits"), (std::vector<double>{0.1, 0}));
  EXPECT_EQ(lowered.numbers<double>("leaf_weights"), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(lowered.numbers<uint8_t>("nodes_modes"), (std::vector<uint8_t>{0, 0}));
}

TEST(LowerTreeEnsemble, strict_and_other_comparisons_keep_their_numbers) {
  TreeBuilder builder = builder_of(1);
  for (uint8_t mode = 0; mode < 6; ++mode) {
    ASSERT_TRUE(builder.add_tree(stump(static_cast<TreeMode>(mode), mode, mode % 2 == 1),
                                 std::vector<double>{1, 2}));
  }
  Lowered lowered(finish(std::move(builder)));
  EXPECT_EQ(lowered.numbers<uint8_t>("nodes_modes"), (std::vector<uint8_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(lowered.ints("nodes_missing_value_tracks_true"), (Ints{0, 1, 0, 1, 0, 1}));
}

TEST(LowerTreeEnsemble, missing_value_tracks_are_written_where_there_are_any) {
  TreeBuilder builder = builder_of(1);
  ASSERT_TRUE(builder.add_tree(stump(TreeMode::kLt, 1, false), std::vector<double>{1, 2}));
  EXPECT_FALSE(Lowered(finish(std::move(builder))).has("nodes_missing_value_tracks_true"));
}

TEST(LowerTreeEnsemble, attributes_are_sorted_by_name) {
  Lowered lowered(two_trees());
  const auto& list = lowered.trees().attribute;
  for (size_t i = 1; i < list.size(); ++i) EXPECT_LT(list[i - 1].name, list[i].name);
}

TEST(LowerTreeEnsemble, aggregates_have_the_numbers_of_the_operator) {
  const std::pair<Aggregate, int64_t> numbers[] = {
      {Aggregate::kAverage, 0}, {Aggregate::kSum, 1}, {Aggregate::kMin, 2}, {Aggregate::kMax, 3}};
  for (const auto& [aggregate, number] : numbers) {
    TreeEnsemble trees = two_trees();
    trees.aggregate = aggregate;
    EXPECT_EQ(Lowered(trees).attribute("aggregate_function").i, number);
  }
}

TEST(LowerTreeEnsemble, leaves_with_a_target_each) {
  TreeBuilder builder = builder_of(3);
  ASSERT_TRUE(builder.add_tree(stump(TreeMode::kLeq, 1, false), std::vector<double>{1, 2}, 2));
  ASSERT_TRUE(builder.add_tree(kLeaf, std::vector<double>{4}, 0));
  Lowered lowered(finish(std::move(builder)));
  EXPECT_EQ(lowered.ints("leaf_targetids"), (Ints{2, 2, 0}));
  EXPECT_EQ(lowered.attribute("n_targets").i, 3);
  EXPECT_EQ(lowered.ints("tree_roots"), (Ints{0, 1}));
}

TEST(LowerTreeEnsemble, vector_leaves_become_a_tree_per_target) {
  TreeBuilder builder = builder_of(2);
  ASSERT_TRUE(builder.add_tree(stump(TreeMode::kLt, 1, true), std::vector<double>{1, 10, 2, 20}));
  ASSERT_TRUE(builder.add_tree(kLeaf, std::vector<double>{4, 40}));
  Lowered lowered(finish(std::move(builder)));
  EXPECT_EQ(lowered.numbers<double>("leaf_weights"), (std::vector<double>{1, 2, 4, 10, 20, 40}));
  EXPECT_EQ(lowered.ints("leaf_targetids"), (Ints{0, 0, 0, 1, 1, 1}));
  // Stump for target 0, for target 1; then the leaves.
  EXPECT_EQ(lowered.ints("tree_roots"), (Ints{0, 1, 2, 3}));
  EXPECT_EQ(lowered.ints("nodes_truenodeids"), (Ints{0, 3, 2, 5}));
  EXPECT_EQ(lowered.ints("nodes_falsenodeids"), (Ints{1, 4, 2, 5}));
}

TEST(LowerTreeEnsemble, a_base_first_is_trees_of_one_leaf_before_all_others) {
  TreeBuilder builder = builder_of(2);
  ASSERT_TRUE(builder.add_tree(stump(TreeMode::kLeq, 1, false), std::vector<double>{1, 2}, 1));
  builder.set_base(std::vector<double>{0.5, 0.25}, BaseOrder::kFirst);
  Lowered lowered(finish(std::move(builder)));
  ASSERT_EQ(lowered.records.graph().node.size(), 1u);
  EXPECT_EQ(lowered.ints("tree_roots"), (Ints{1, 2, 0}));
  EXPECT_EQ(lowered.ints("leaf_targetids"), (Ints{1, 1, 0, 1}));
  EXPECT_EQ(lowered.numbers<double>("leaf_weights"), (std::vector<double>{1, 2, 0.5, 0.25}));
}

TEST(LowerTreeEnsemble, a_base_last_is_an_add) {
  TreeEnsemble trees = two_trees();
  trees.base = Tensor::of(std::span<const double>(std::vector<double>{0.5}));
  trees.base_order = BaseOrder::kLast;
  Lowered lowered(trees);
  ASSERT_EQ(lowered.records.graph().node.size(), 2u);
  const OnnxNode& add = lowered.node(1);
  EXPECT_EQ(add.op_type, "Add");
  EXPECT_EQ(add.domain, "");
  EXPECT_EQ(add.input[0], lowered.node(0).output[0]);
  EXPECT_EQ(add.input[1], lowered.records.graph().initializer.at(0).name);
  EXPECT_EQ(add.output[0], "Y");
  EXPECT_EQ(lowered.records.graph().initializer[0].data_type, 11);
}

TEST(LowerTreeEnsemble, one_type_for_rows_thresholds_and_weights) {
  Lowered wide(two_trees(), DType::kFloat32);
  ASSERT_EQ(wide.records.graph().node.size(), 2u);
  EXPECT_EQ(wide.node(0).op_type, "Cast");
  EXPECT_EQ(wide.node(0).attribute.at(0).i, static_cast<int64_t>(DType::kFloat64));
  EXPECT_EQ(wide.node(1).input[0], wide.node(0).output[0]);
  EXPECT_EQ(wide.attribute("nodes_splits").tensors[0].data_type, 11);
  Lowered narrow(two_trees(DType::kFloat32, 0.5), DType::kFloat32);
  ASSERT_EQ(narrow.records.graph().node.size(), 1u);
  EXPECT_EQ(narrow.numbers<float>("nodes_splits"), (std::vector<float>{0.5F, 0}));
  EXPECT_EQ(narrow.numbers<float>("leaf_weights"), (std::vector<float>{1, 2, 4}));
}

TEST(LowerTreeEnsemble, names_that_are_taken_are_not_used) {
  TreeEnsemble trees = two_trees();
  trees.base = Tensor::of(std::span<const double>(std::vector<double>{0.5}));
  trees.base_order = BaseOrder::kLast;
  RecordBuilder records;
  for (const char* name : {"X_float64", "Y_sum", "trees_base"}) records.reserve_name(name);
  lower_tree_ensemble(records, trees, DType::kFloat32, {"trees", "X", "Y"});
  EXPECT_NE(records.graph().node[0].output[0], "X_float64");
  EXPECT_NE(records.graph().node[1].output[0], "Y_sum");
  EXPECT_NE(records.graph().initializer[0].name, "trees_base");
}

TEST(WhyNotStandard, types) {
  EXPECT_EQ(why_not_standard(two_trees(), DType::kFloat64), "");
  EXPECT_EQ(why_not_standard(two_trees(), DType::kFloat32), "");
  EXPECT_EQ(why_not_standard(two_trees(), DType::kInt64), "rows of int64");
  EXPECT_EQ(why_not_standard(two_trees(DType::kFloat32, 0.5), DType::kFloat64),
            "float64 rows with sums in float32");
  EXPECT_EQ(why_not_standard(two_trees(DType::kFloat32, 0.1), DType::kFloat32),
            "sums in float32 with thresholds that need float64");
  for (const double exact : {0.5, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity(), -0.0, 0x1p-149}) {
    EXPECT_EQ(why_not_standard(two_trees(DType::kFloat32, exact), DType::kFloat32), "") << exact;
  }
  for (const double inexact : {1e39, 0x1p-150, 16777217.0}) {
    EXPECT_NE(why_not_standard(two_trees(DType::kFloat32, inexact), DType::kFloat32), "")
        << inexact;
  }
}

TEST(WhyNotStandard, bases) {
  TreeEnsemble trees = two_trees();
  trees.base = Tensor::of(std::span<const double>(std::vector<double>{-0.0}));
  EXPECT_EQ(why_not_standard(trees, DType::kFloat64), "a base of -0.0");
  trees.base_order = BaseOrder::kLast;
  EXPECT_EQ(why_not_standard(trees, DType::kFloat64), "");
  trees.aggregate = Aggregate::kMax;
  EXPECT_EQ(why_not_standard(trees, DType::kFloat64), "");
  trees.base_order = BaseOrder::kFirst;
  EXPECT_EQ(why_not_standard(trees, DType::kFloat64),
            "a base that goes before an aggregate other than SUM");
}

TEST(WhyNotStandard, forms_that_the_operator_lacks) {
  EXPECT_EQ(why_not_standard(finish(builder_of(1)), DType::kFloat64), "no trees");
  TreeEnsemble none = two_trees();
  none.feature_count = 0;
  EXPECT_EQ(why_not_standard(none, DType::kFloat64), "no features");
  TreeBuilder builder = builder_of(2);
  ASSERT_TRUE(builder.add_tree(kLeaf, std::vector<double>{4, 40}));
  builder.set_aggregate(Aggregate::kAverage);
  EXPECT_EQ(why_not_standard(finish(std::move(builder)), DType::kFloat64),
            "an average of vector leaves, which takes one tree per target");
}

}  // namespace
}  // namespace tundish
