#include <algorithm>
#include <limits>

#include "base/strings.h"
#include "ir/tree_ensemble.h"

namespace tundish {

namespace {

bool is_leaf(const TreeNode& node) { return node.feature < 0; }

Status check_inner(const TreeNode& node, int64_t node_count, int64_t feature_count) {
  if (node.feature >= feature_count) {
    return InvalidModel(cat("feature ", node.feature, " outside [0, ", feature_count, ")"));
  }
  if (node.mode > TreeMode::kNeq) {
    return InvalidModel(cat("unknown mode ", static_cast<int>(node.mode)));
  }
  for (const int64_t child : {node.true_child, node.false_child}) {
    if (child < 0 || child >= node_count) {
      return InvalidModel(cat("child ", child, " outside [0, ", node_count, ")"));
    }
  }
  return ok();
}

Tensor narrowed(std::span<const double> values, DType dtype, const Shape& shape) {
  if (dtype == DType::kFloat64) return Tensor::of(values, shape);
  const std::vector<float> narrow(values.begin(), values.end());
  return Tensor::of(std::span<const float>(narrow), shape);
}

}  // namespace

Status TreeBuilder::check_tree(std::span<const TreeNode> nodes, int64_t leaf_rows) const {
  if (nodes.empty()) return InvalidModel("the tree has no node");
  const auto count = static_cast<int64_t>(nodes.size());
  std::vector<bool> reached(nodes.size(), false);
  std::vector<int64_t> open = {0};
  reached[0] = true;
  while (!open.empty()) {
    const int64_t at = open.back();
    open.pop_back();
    const TreeNode& node = nodes[at];
    if (is_leaf(node)) {
      if (node.leaf_row < 0 || node.leaf_row >= leaf_rows) {
        return InvalidModel(cat("leaf row ", node.leaf_row, " outside [0, ", leaf_rows, ")"))
            .in(cat("node ", at));
      }
      continue;
    }
    if (Status good = check_inner(node, count, options_.feature_count); !good) {
      return std::move(good).error().in(cat("node ", at));
    }
    for (const int64_t child : {node.false_child, node.true_child}) {
      if (reached[child]) {
        return InvalidModel(cat("node ", child, " is reached twice")).in(cat("node ", at));
      }
      reached[child] = true;
      open.push_back(child);
    }
  }
  const auto missed = std::find(reached.begin(), reached.end(), false);
  if (missed == reached.end()) return ok();
  return InvalidModel(cat("node ", missed - reached.begin(), " is not reached from the root"));
}

Status TreeBuilder::append(std::span<const TreeNode> nodes, std::span<const double> weights,
                           int64_t width) {
  const auto leaf_rows = static_cast<int64_t>(weights.size()) / width;
  if (leaf_rows * width != static_cast<int64_t>(weights.size())) {
    return InvalidModel(cat(weights.size(), " weights are no rows of ", width));
  }
  TRY(check_tree(nodes, leaf_rows));
  // Inner nodes and leaves get numbers of their own, in the order of the source.
  std::vector<int32_t> codes(nodes.size());
  auto next_node = static_cast<int64_t>(features_.size());
  int64_t next_leaf = leaf_count_;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const int64_t code = is_leaf(nodes[i]) ? ~next_leaf++ : next_node++;
    codes[i] = static_cast<int32_t>(code);
  }
  if (std::max(next_node, next_leaf) > std::numeric_limits<int32_t>::max()) {
    return Limit("more than 2147483647 nodes or leaves");
  }
  roots_.push_back(codes[0]);
  for (const TreeNode& node : nodes) {
    if (is_leaf(node)) {
      const auto row = weights.subspan(node.leaf_row * width, width);
      weights_.insert(weights_.end(), row.begin(), row.end());
      continue;
    }
    features_.push_back(static_cast<int32_t>(node.feature));
    thresholds_.push_back(node.threshold);
    modes_.push_back(static_cast<uint8_t>(static_cast<uint8_t>(node.mode) |
                                          (node.missing_true ? kMissingTrue : 0)));
    true_children_.push_back(codes[node.true_child]);
    false_children_.push_back(codes[node.false_child]);
  }
  leaf_count_ = next_leaf;
  return ok();
}

Status TreeBuilder::add_tree(std::span<const TreeNode> nodes, std::span<const double> weights) {
  const std::string place = cat("tree ", roots_.size());
  if (!leaf_targets_.empty()) {
    return InvalidModel("leaves with a vector among leaves with one target").in(place);
  }
  if (options_.target_count < 1) return InvalidModel("no target").in(place);
  has_vector_leaves_ = true;
  return in(place, append(nodes, weights, options_.target_count));
}

Status TreeBuilder::add_tree(std::span<const TreeNode> nodes, std::span<const double> weights,
                             int32_t target) {
  const std::string place = cat("tree ", roots_.size());
  if (has_vector_leaves_) {
    return InvalidModel("leaves with one target among leaves with a vector").in(place);
  }
  if (target < 0 || target >= options_.target_count) {
    return InvalidModel(cat("target ", target, " outside [0, ", options_.target_count, ")"))
        .in(place);
  }
  TRY(in(place, append(nodes, weights, 1)));
  leaf_targets_.resize(static_cast<size_t>(leaf_count_), target);
  return ok();
}

void TreeBuilder::set_base(std::span<const double> base, BaseOrder order) {
  base_.assign(base.begin(), base.end());
  base_order_ = order;
}

Result<TreeEnsemble> TreeBuilder::finish() && {
  TreeEnsemble trees;
  trees.feature_count = options_.feature_count;
  trees.target_count = options_.target_count;
  trees.aggregate = aggregate_;
  trees.base_order = base_order_;
  trees.accumulate = options_.accumulate;
  if (trees.target_count < 1) return InvalidModel("no target");
  if (!base_.empty() && static_cast<int64_t>(base_.size()) != trees.target_count) {
    return InvalidModel(cat("expected ", trees.target_count, " base values, got ", base_.size()));
  }
  trees.tree_roots = Tensor::of(std::span<const int32_t>(roots_));
  trees.node_feature = Tensor::of(std::span<const int32_t>(features_));
  trees.node_threshold = Tensor::of(std::span<const double>(thresholds_));
  trees.node_mode = Tensor::of(std::span<const uint8_t>(modes_));
  trees.node_true = Tensor::of(std::span<const int32_t>(true_children_));
  trees.node_false = Tensor::of(std::span<const int32_t>(false_children_));
  const bool is_targeted = !leaf_targets_.empty();
  const Shape weight_shape =
      is_targeted ? Shape{leaf_count_} : Shape{leaf_count_, trees.target_count};
  trees.leaf_weight = narrowed(weights_, trees.accumulate, weight_shape);
  if (is_targeted) trees.leaf_target = Tensor::of(std::span<const int32_t>(leaf_targets_));
  if (!base_.empty()) {
    trees.base = narrowed(base_, trees.accumulate, Shape{trees.target_count});
  }
  TRY(validate(trees));
  return trees;
}

}  // namespace tundish
