#include "import/sklearn/core/tree_record.h"

#include <cmath>

#include "base/strings.h"

namespace tundish::sklearn {
namespace {

using pickle::FieldView;
using pickle::ObjectKind;
using pickle::ObjectView;
using pickle::StructuredArray;

// scikit-learn/sklearn/tree/_tree.pyx: TREE_LEAF.
constexpr int64_t kTreeLeaf = -1;

Error at_node(const ObjectView& nodes, size_t node, const std::string& message) {
  return nodes.error(ErrorCode::kInvalidModel, cat("node ", node, ": ", message));
}

// Both children of an inner node lie in [1, count); a leaf has none.
Status check_children(const ObjectView& nodes, size_t node, int64_t left, int64_t right,
                      size_t count) {
  if (left == kTreeLeaf && right == kTreeLeaf) return ok();
  for (const auto& [side, child] : {std::pair{"left", left}, std::pair{"right", right}}) {
    if (child >= 1 && static_cast<uint64_t>(child) < count) continue;
    return at_node(nodes, node,
                   cat(side, " child is ", child,
                       child == 0 ? ", the root (a cycle)" : cat(", tree has ", count, " nodes")));
  }
  if (left == right) return at_node(nodes, node, cat("both children are node ", left));
  return ok();
}

Result<FieldView> integer_field(const ObjectView& view, const StructuredArray& array,
                                std::string_view name) {
  TRY_ASSIGN(const FieldView field, array.field(name));
  if (is_integer(field.dtype) || field.dtype == DType::kBool) return field;
  return view.error(ErrorCode::kInvalidModel, cat("field ", quoted(name), " is of type ",
                                                  dtype_name(field.dtype), ", not an integer"));
}

Status read_nodes(const ObjectView& view, TreeRecord& tree, const Limits& limits) {
  TRY_ASSIGN(const StructuredArray array, view.as_structured());
  const size_t count = array.count();
  if (count == 0) return view.error(ErrorCode::kInvalidModel, "the tree has no nodes");
  if (count > limits.max_tree_nodes) {
    return view.error(ErrorCode::kLimit,
                      cat(count, " nodes, more than max_tree_nodes = ", limits.max_tree_nodes));
  }
  TRY_ASSIGN(const FieldView left, integer_field(view, array, "left_child"));
  TRY_ASSIGN(const FieldView right, integer_field(view, array, "right_child"));
  TRY_ASSIGN(const FieldView feature, integer_field(view, array, "feature"));
  TRY_ASSIGN(const FieldView threshold, array.field("threshold"));
  TRY_ASSIGN(const FieldView samples, integer_field(view, array, "n_node_samples"));
  FieldView missing;
  if (array.has("missing_go_to_left")) {
    TRY_ASSIGN(missing, integer_field(view, array, "missing_go_to_left"));
  }
  tree.nodes.resize(count);
  tree.sample_counts.resize(count);
  for (size_t i = 0; i < count; ++i) {
    TreeNode& node = tree.nodes[i];
    const int64_t true_child = left.integer(i);
    const int64_t false_child = right.integer(i);
    TRY(check_children(view, i, true_child, false_child, count));
    tree.sample_counts[i] = samples.integer(i);
    if (true_child == kTreeLeaf) {
      node.leaf_row = static_cast<int64_t>(i);
      continue;
    }
    node.feature = feature.integer(i);
    node.threshold = threshold.number(i);
    node.true_child = true_child;
    node.false_child = false_child;
    node.missing_true = missing.data != nullptr && missing.integer(i) != 0;
    if (node.feature < 0 || node.feature >= tree.feature_count) {
      return at_node(view, i, cat("feature ", node.feature, " of ", tree.feature_count));
    }
    if (std::isnan(node.threshold)) return at_node(view, i, "threshold is NaN");
  }
  return ok();
}

// Depth of every node, counting nodes; finds cycles, shared and unreachable nodes.
Status measure_depths(const ObjectView& view, TreeRecord& tree) {
  tree.depths.assign(tree.node_count(), 0);
  std::vector<int64_t> open = {0};
  tree.depths[0] = 1;
  size_t reached = 0;
  while (!open.empty()) {
    const auto i = static_cast<size_t>(open.back());
    open.pop_back();
    ++reached;
    const TreeNode& node = tree.nodes[i];
    if (node.feature < 0) continue;
    for (const int64_t child : {node.true_child, node.false_child}) {
      int64_t& depth = tree.depths[static_cast<size_t>(child)];
      if (depth != 0) {
        return at_node(view, i, cat("child ", child, " is reached twice (shared, or a cycle)"));
      }
      depth = tree.depths[i] + 1;
      open.push_back(child);
    }
  }
  if (reached == tree.node_count()) return ok();
  return view.error(ErrorCode::kInvalidModel, cat(tree.node_count() - reached, " of ",
                                                  tree.node_count(), " nodes are never reached"));
}

Status read_values(const ObjectView& view, TreeRecord& tree) {
  TRY_ASSIGN(tree.values, view.as_array_f64());
  const Shape& shape = tree.values.shape();
  if (shape.rank() != 3 || static_cast<size_t>(shape[0]) != tree.node_count()) {
    return view.error(ErrorCode::kInvalidModel,
                      cat("shape is ", shape.to_string(), " for ", tree.node_count(), " nodes"));
  }
  const auto values = tree.values.values<double>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return at_node(view, i / (values.size() / tree.node_count()), "value is not finite");
    }
  }
  return ok();
}

}  // namespace

Result<TreeRecord> read_tree(const ObjectView& object, const Limits& limits, TreeValues wanted) {
  if (!object.is(ObjectKind::kRecord) || object.name() != "Tree") {
    return object.error(ErrorCode::kInvalidModel,
                        cat("expected a sklearn.tree._tree.Tree, found ", object.type_name()));
  }
  TreeRecord tree;
  TRY_ASSIGN(const ObjectView feature_count, object.argument(0));
  TRY_ASSIGN(tree.feature_count, feature_count.as_int());
  if (tree.feature_count < 1 || static_cast<uint64_t>(tree.feature_count) > limits.max_columns) {
    return feature_count.error(ErrorCode::kInvalidModel,
                               cat("number of features is ", tree.feature_count));
  }
  TRY_ASSIGN(const ObjectView nodes, object.attr("nodes"));
  TRY(read_nodes(nodes, tree, limits));
  TRY_ASSIGN(const ObjectView node_count, object.attr("node_count"));
  TRY_ASSIGN(const int64_t stated, node_count.as_int());
  if (static_cast<uint64_t>(stated) != tree.node_count()) {
    return node_count.error(ErrorCode::kInvalidModel, cat("node_count is ", stated, ", nodes has ",
                                                          tree.node_count(), " entries"));
  }
  TRY(measure_depths(nodes, tree));
  TRY_ASSIGN(const ObjectView values, object.attr("values"));
  if (wanted == TreeValues::kWanted) TRY(read_values(values, tree));
  return tree;
}

}  // namespace tundish::sklearn
