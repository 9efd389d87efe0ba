#include "export/onnx.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/strings.h"
#include "ir/builder.h"
#include "ir/test_ops.h"
#include "ir/tree_ensemble.h"
#include "wire/onnx/digest.h"
#include "wire/onnx/model_reader.h"

namespace tundish {
namespace {

using test_ops::float32_type;
using test_ops::float64_type;

struct ForestSpec {
  DType x = DType::kFloat64;
  DType accumulate = DType::kFloat64;
  std::vector<double> base;
  BaseOrder order = BaseOrder::kFirst;
  Aggregate aggregate = Aggregate::kSum;
  double threshold = 0.1;
};

// Two trees on two features, the second a single leaf.
Graph forest(const ForestSpec& spec) {
  Builder builder(test_ops::table(), "forest");
  const ValueId x =
      *builder.input("X", ValueType::tensor(spec.x, std::vector<Dim>{Dim::symbol("N"), Dim(2)}));
  TreeBuilder trees({.feature_count = 2, .target_count = 1, .accumulate = spec.accumulate});
  const std::vector<TreeNode> split = {{.feature = 1,
                                        .threshold = spec.threshold,
                                        .missing_true = true,
                                        .true_child = 1,
                                        .false_child = 2},
                                       {.leaf_row = 0},
                                       {.leaf_row = 1}};
  const std::vector<double> weights = {0.5, -3};
  EXPECT_TRUE(trees.add_tree(split, weights).has_value());
  const std::vector<TreeNode> leaf = {{.leaf_row = 0}};
  const std::vector<double> one = {7};
  EXPECT_TRUE(trees.add_tree(leaf, one).has_value());
  if (!spec.base.empty()) trees.set_base(spec.base, spec.order);
  trees.set_aggregate(spec.aggregate);
  auto tables = std::move(trees).finish();
  EXPECT_TRUE(tables.has_value()) << tables.error().to_string();
  const ValueId y = *add_tree_ensemble(builder, x, *tables);
  EXPECT_TRUE(builder.output(y, "Y").has_value());
  builder.metadata("key", "value");
  auto graph = std::move(builder).finish();
  EXPECT_TRUE(graph.has_value());
  return std::move(*graph);
}

struct Written {
  std::string bytes;
  OnnxModel model;
  ExportReport report;
};

void write(const Graph& graph, const ExportOptions& options, Written& written) {
  auto bytes = export_onnx(graph, test_ops::table(), options, &written.report);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().to_string();
  written.bytes = std::move(*bytes);
  auto model = read_onnx_model(as_bytes(written.bytes));
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  written.model = std::move(*model);
}

std::string error_of(const Graph& graph, const ExportOptions& options) {
  const auto bytes = export_onnx(graph, test_ops::table(), options);
  return bytes.has_value() ? "" : bytes.error().to_string();
}

const OnnxAttribute* attribute(const OnnxNode& node, std::string_view name) {
  for (const OnnxAttribute& one : node.attribute) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

TEST(ExportOnnx, trees_become_the_standard_operator) {
  Written written;
  write(forest({}), {}, written);
  EXPECT_EQ(written.model.ir_version, 8);
  ASSERT_EQ(written.model.opset_import.size(), 2u);
  EXPECT_EQ(written.model.opset_import[0].version, 18);
  EXPECT_EQ(written.model.opset_import[1].domain, "ai.onnx.ml");
  ASSERT_EQ(written.model.graph->node.size(), 1u);
  const OnnxNode& node = written.model.graph->node[0];
  EXPECT_EQ(node.op_type, "TreeEnsemble");
  EXPECT_EQ(node.output[0], "Y");
  EXPECT_EQ(attribute(node, "tree_roots")->ints, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(attribute(node, "nodes_featureids")->ints, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(attribute(node, "nodes_missing_value_tracks_true")->ints, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(attribute(node, "nodes_truenodeids")->ints, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(attribute(node, "nodes_falsenodeids")->ints, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(attribute(node, "nodes_splits")->tensors[0].data_type, 11);
  EXPECT_TRUE(written.model.graph->initializer.empty());
  EXPECT_TRUE(written.report.own_operators.empty());
  EXPECT_EQ(written.report.decisions.back(), "opset 18, ai.onnx.ml 5, IR version 8");
  EXPECT_EQ(written.model.metadata_props[0].first, "key");
  EXPECT_EQ(written.model.metadata_props[1].first, kDigestKey);
  EXPECT_TRUE(*verify_digest(as_bytes(written.bytes)));
}

TEST(ExportOnnx, a_base_added_first_is_a_tree_before_all_others) {
  Written written;
  write(forest({.base = {0.25}}), {}, written);
  const OnnxNode& node = written.model.graph->node[0];
  EXPECT_EQ(attribute(node, "tree_roots")->ints, (std::vector<int64_t>{1, 0, 2}));
  EXPECT_EQ(attribute(node, "nodes_truenodeids")->ints, (std::vector<int64_t>{0, 3, 2}));
}

TEST(ExportOnnx, a_base_added_last_is_an_add) {
  Written written;
  write(forest({.base = {0.25}, .order = BaseOrder::kLast}), {}, written);
  ASSERT_EQ(written.model.graph->node.size(), 2u);
  EXPECT_EQ(written.model.graph->node[1].op_type, "Add");
  EXPECT_EQ(written.model.graph->node[1].output[0], "Y");
  EXPECT_EQ(written.model.graph->initializer.size(), 1u);
}

TEST(ExportOnnx, float32_rows_are_widened_for_sums_in_float64) {
  Written written;
  write(forest({.x = DType::kFloat32}), {}, written);
  ASSERT_EQ(written.model.graph->node.size(), 2u);
  EXPECT_EQ(written.model.graph->node[0].op_type, "Cast");
  Written narrow;
  write(forest({.x = DType::kFloat32, .accumulate = DType::kFloat32, .threshold = 0.5}), {},
        narrow);
  ASSERT_EQ(narrow.model.graph->node.size(), 1u);
  EXPECT_EQ(attribute(narrow.model.graph->node[0], "leaf_weights")->tensors[0].data_type, 1);
}

TEST(ExportOnnx, what_would_lose_bits_keeps_its_operator_or_is_refused) {
  const std::vector<ForestSpec> specs = {
      {.accumulate = DType::kFloat32},
      {.x = DType::kFloat32, .accumulate = DType::kFloat32},
      {.base = {-0.0}},
      {.base = {1.0}, .aggregate = Aggregate::kAverage},
  };
  for (const ForestSpec& spec : specs) {
    Written written;
    write(forest(spec), {}, written);
    ASSERT_EQ(written.model.graph->node.size(), 1u);
    EXPECT_EQ(written.model.graph->node[0].domain, "tundish");
    EXPECT_EQ(written.report.own_operators.size(), 1u);
    const std::string error = error_of(forest(spec), {.target = Target::kPortable});
    EXPECT_NE(error.find("no standard operator gives the same bits: "), std::string::npos) << error;
  }
}

TEST(ExportOnnx, native_keeps_tables_on_boundaries_of_the_file) {
  Written written;
  write(forest({}), {.target = Target::kNative}, written);
  ASSERT_EQ(written.model.graph->node.size(), 1u);
  EXPECT_EQ(written.model.graph->node[0].domain, "tundish");
  EXPECT_EQ(written.model.opset_import.back().domain, "tundish");
  EXPECT_EQ(written.model.graph->initializer.size(), 7u);
  for (const OnnxTensor& tensor : written.model.graph->initializer) {
    if (tensor.raw_data->size() < 64) continue;
    EXPECT_EQ((tensor.raw_data->data() - as_bytes(written.bytes).data()) % 64, 0);
  }
}

TEST(ExportOnnx, same_graph_same_bytes) {
  Written one;
  Written two;
  write(forest({}), {}, one);
  write(forest({}), {}, two);
  EXPECT_EQ(one.bytes, two.bytes);
}

TEST(ExportOnnx, opset_as_asked_or_refused) {
  Written written;
  write(forest({}), {.opset = 21}, written);
  EXPECT_EQ(written.model.opset_import[0].version, 21);
  EXPECT_EQ(written.model.ir_version, 10);
  EXPECT_NE(error_of(forest({}), {.opset = 12}).find("from 18 to 26"), std::string::npos);
  EXPECT_NE(error_of(forest({}), {.opset = 27}), "");
}

TEST(ExportOnnx, an_operator_without_older_form_is_refused) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", float64_type({Dim(2)}));
  const ValueId y = *builder.op("LyingAbs", {x});
  ASSERT_TRUE(builder.output(y, "Y").has_value());
  auto graph = std::move(builder).finish();
  ASSERT_TRUE(graph.has_value());
  EXPECT_NE(error_of(*graph, {}).find("LyingAbs"), std::string::npos);
}

TEST(ExportOnnx, an_older_digest_is_replaced) {
  Graph graph = forest({});
  graph.set_metadata(std::string(kDigestKey), "old");
  Written written;
  write(graph, {}, written);
  EXPECT_EQ(written.model.metadata_props.size(), 2u);
  EXPECT_TRUE(*verify_digest(as_bytes(written.bytes)));
}

}  // namespace
}  // namespace tundish
