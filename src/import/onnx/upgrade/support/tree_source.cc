#include "import/onnx/upgrade/support/tree_source.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

#include "base/strings.h"

namespace tundish {

namespace {

// One source tree copied into the form TreeBuilder takes. No recursion: depth is the file's choice.
class Flattener {
 public:
  Flattener(const SourceTrees& source, uint64_t most_nodes)
      : source_(source), most_nodes_(most_nodes), on_path_(source.nodes.size(), false) {}

  /// Leaf rows of the result are the source's leaf numbers.
  Result<std::vector<TreeNode>> flatten(int64_t root);

 private:
  /// A child to be made: which node it is, and the place in the copy that waits for its number.
  struct Task {
    int64_t code = 0;      ///< node or ~leaf; of a node that is done: the node
    int64_t parent = -1;   ///< position in the copy
    bool is_true = false;  ///< side of the parent
    bool is_exit = false;  ///< the node's subtree is complete
  };
  Status enter(const Task& task);
  Status add_inner(int64_t node, const Task& task);
  Result<int64_t> append(TreeNode node, const Task& task);

  const SourceTrees& source_;
  uint64_t most_nodes_;  ///< that may still be made
  std::vector<bool> on_path_;
  std::vector<TreeNode> copy_;
  std::vector<Task> open_;
};

Result<int64_t> Flattener::append(TreeNode node, const Task& task) {
  if (most_nodes_ == 0) {
    return Limit(
        "copying subtrees that several nodes share makes too many nodes (max_shared_tree_nodes)");
  }
  --most_nodes_;
  const auto position = static_cast<int64_t>(copy_.size());
  if (task.parent >= 0) {
    TreeNode& parent = copy_[static_cast<size_t>(task.parent)];
    (task.is_true ? parent.true_child : parent.false_child) = position;
  }
  copy_.push_back(node);
  return position;
}

Status Flattener::add_inner(int64_t node, const Task& task) {
  const SourceTreeNode& from = source_.nodes[static_cast<size_t>(node)];
  if (from.feature < 0) return InvalidModel(cat("node ", node, ": feature ", from.feature));
  open_.push_back({.code = node, .is_exit = true});
  // x in {a, b, c}: x == a, else x == b, else x == c; NaN goes where the first one sends it.
  const std::span<const double> thresholds =
      from.member_set < 0 ? std::span(&from.threshold, 1)
                          : std::span(source_.member_sets[static_cast<size_t>(from.member_set)]);
  if (thresholds.empty()) {
    // The empty set holds nothing but, where asked, NaN: x != x is what is left. An equality with
    // NaN never holds.
    TRY_ASSIGN(const int64_t at, append({.feature = from.feature,
                                         .threshold = std::numeric_limits<double>::quiet_NaN(),
                                         .mode = TreeMode::kEq,
                                         .missing_true = from.missing_true},
                                        task));
    open_.push_back({.code = from.false_child, .parent = at});
    open_.push_back({.code = from.true_child, .parent = at, .is_true = true});
    return ok();
  }
  Task link = task;
  std::vector<int64_t> made_at;
  for (size_t i = 0; i < thresholds.size(); ++i) {
    TreeNode made{.feature = from.feature,
                  .threshold = thresholds[i],
                  .mode = from.member_set < 0 ? from.mode : TreeMode::kEq,
                  .missing_true = from.missing_true && i == 0};
    TRY_ASSIGN(const int64_t at, append(made, link));
    made_at.push_back(at);
    link = {.parent = at};
  }
  // Last in, first out: true children are made first, so tables that list them so stay as they are.
  open_.push_back({.code = from.false_child, .parent = made_at.back()});
  for (auto at = made_at.rbegin(); at != made_at.rend(); ++at) {
    open_.push_back({.code = from.true_child, .parent = *at, .is_true = true});
  }
  return ok();
}

Status Flattener::enter(const Task& task) {
  int64_t code = task.code;
  if (code >= 0) {
    if (static_cast<size_t>(code) >= source_.nodes.size()) {
      return InvalidModel(cat("node ", code, " does not exist, there are ", source_.nodes.size()));
    }
    const SourceTreeNode& node = source_.nodes[static_cast<size_t>(code)];
    // One leaf on both sides is how version 5 writes a tree without a split.
    if (node.true_child == node.false_child && node.true_child < 0) code = node.true_child;
  }
  if (code >= 0) {
    if (on_path_[static_cast<size_t>(code)]) {
      return InvalidModel(cat("node ", code, " is its own descendant"));
    }
    on_path_[static_cast<size_t>(code)] = true;
    return add_inner(code, task);
  }
  const auto leaf = static_cast<size_t>(~code);
  if (leaf + 1 >= source_.leaf_begin.size()) {
    return InvalidModel(
        cat("leaf ", leaf, " does not exist, there are ", source_.leaf_begin.size() - 1));
  }
  TRY(append({.leaf_row = static_cast<int64_t>(leaf)}, task));
  return ok();
}

Result<std::vector<TreeNode>> Flattener::flatten(int64_t root) {
  copy_.clear();
  open_ = {{.code = root}};
  while (!open_.empty()) {
    const Task task = open_.back();
    open_.pop_back();
    if (task.is_exit) {
      on_path_[static_cast<size_t>(task.code)] = false;
    } else {
      TRY(enter(task));
    }
  }
  return std::move(copy_);
}

Status check_entries(const SourceTrees& source) {
  std::vector<int64_t> targets;
  for (size_t leaf = 0; leaf + 1 < source.leaf_begin.size(); ++leaf) {
    targets.clear();
    for (int64_t i = source.leaf_begin[leaf]; i < source.leaf_begin[leaf + 1]; ++i) {
      targets.push_back(source.entries[static_cast<size_t>(i)].target);
      if (targets.back() < 0 || targets.back() >= source.target_count) {
        return InvalidModel(cat("leaf ", leaf, ": target ", targets.back(), " outside [0, ",
                                source.target_count, ")"));
      }
    }
    std::sort(targets.begin(), targets.end());
    const auto doubled = std::adjacent_find(targets.begin(), targets.end());
    if (doubled != targets.end()) {
      return InvalidModel(cat("leaf ", leaf, " has two weights for target ", *doubled));
    }
  }
  return ok();
}

// MIN and MAX over a target that some leaves do not score: dense rows of weights would put a zero
// there.
Status check_dense(const SourceTrees& source) {
  if (source.aggregate == Aggregate::kSum || source.aggregate == Aggregate::kAverage) return ok();
  for (size_t leaf = 0; leaf + 1 < source.leaf_begin.size(); ++leaf) {
    if (source.leaf_begin[leaf + 1] - source.leaf_begin[leaf] != source.target_count) {
      return Unsupported("MIN or MAX over leaves that do not score every target");
    }
  }
  return ok();
}

// The one target of all leaves of a tree, if each has exactly one entry.
std::optional<int64_t> only_target(const SourceTrees& source, const std::vector<TreeNode>& nodes) {
  std::optional<int64_t> target;
  for (const TreeNode& node : nodes) {
    if (node.feature >= 0) continue;
    const auto leaf = static_cast<size_t>(node.leaf_row);
    if (source.leaf_begin[leaf + 1] - source.leaf_begin[leaf] != 1) return std::nullopt;
    const int64_t here = source.entries[static_cast<size_t>(source.leaf_begin[leaf])].target;
    if (target.has_value() && *target != here) return std::nullopt;
    target = here;
  }
  return target;
}

// Rows of weights for a tree's leaves, `width` each, and the leaves renumbered to them.
std::vector<double> weight_rows(const SourceTrees& source, std::vector<TreeNode>& nodes,
                                int64_t width) {
  std::vector<double> rows;
  int64_t next_row = 0;
  for (TreeNode& node : nodes) {
    if (node.feature >= 0) continue;
    const auto leaf = static_cast<size_t>(node.leaf_row);
    rows.resize(rows.size() + static_cast<size_t>(width), 0.0);
    double* row = rows.data() + next_row * width;
    for (int64_t i = source.leaf_begin[leaf]; i < source.leaf_begin[leaf + 1]; ++i) {
      const LeafEntry& entry = source.entries[static_cast<size_t>(i)];
      row[width == 1 ? 0 : entry.target] = entry.weight;
    }
    node.leaf_row = next_row++;
  }
  return rows;
}

Status check_memory(const SourceTrees& source, uint64_t leaf_count, const Limits& limits) {
  // Dense rows of weights: leaves times targets.
  const auto targets = static_cast<uint64_t>(source.target_count);
  if (leaf_count != 0 && targets > limits.max_memory_bytes / sizeof(double) / leaf_count) {
    return Limit(cat(leaf_count, " leaves of ", targets, " weights do not fit into ",
                     limits.max_memory_bytes, " bytes (--memory-limit raises this)"));
  }
  return ok();
}

// Children and features that fit the tables' int32.
bool fits_tables(const SourceTreeNode& node) {
  const auto fits = [](int64_t number) { return number == static_cast<int32_t>(number); };
  return fits(node.feature) && fits(node.true_child) && fits(node.false_child);
}

Result<TreeEnsemble> copy_tables(const SourceTrees& source, int64_t feature_count) {
  const auto node_count = static_cast<int64_t>(source.nodes.size());
  const auto leaf_count = static_cast<int64_t>(source.entries.size());
  TreeEnsemble tables;
  tables.feature_count = feature_count;
  tables.aggregate = source.aggregate;
  tables.accumulate = source.accumulate;
  const std::vector<int32_t> roots(source.roots.begin(), source.roots.end());
  tables.tree_roots = Tensor::of(std::span<const int32_t>(roots));
  TRY_ASSIGN(tables.node_feature, Tensor::allocate(DType::kInt32, Shape{node_count}));
  TRY_ASSIGN(tables.node_threshold, Tensor::allocate(DType::kFloat64, Shape{node_count}));
  TRY_ASSIGN(tables.node_mode, Tensor::allocate(DType::kUint8, Shape{node_count}));
  TRY_ASSIGN(tables.node_true, Tensor::allocate(DType::kInt32, Shape{node_count}));
  TRY_ASSIGN(tables.node_false, Tensor::allocate(DType::kInt32, Shape{node_count}));
  const auto features = tables.node_feature.mutable_values<int32_t>();
  const auto thresholds = tables.node_threshold.mutable_values<double>();
  const auto modes = tables.node_mode.mutable_values<uint8_t>();
  const auto if_true = tables.node_true.mutable_values<int32_t>();
  const auto if_false = tables.node_false.mutable_values<int32_t>();
  for (size_t i = 0; i < source.nodes.size(); ++i) {
    const SourceTreeNode& node = source.nodes[i];
    features[i] = static_cast<int32_t>(node.feature);
    thresholds[i] = node.threshold;
    modes[i] = static_cast<uint8_t>(static_cast<uint8_t>(node.mode) |
                                    (node.missing_true ? kMissingTrue : 0));
    if_true[i] = static_cast<int32_t>(node.true_child);
    if_false[i] = static_cast<int32_t>(node.false_child);
  }
  TRY_ASSIGN(tables.leaf_weight, Tensor::allocate(source.accumulate, Shape{leaf_count, 1}));
  for (size_t i = 0; i < source.entries.size(); ++i) {
    if (source.accumulate == DType::kFloat64) {
      tables.leaf_weight.mutable_values<double>()[i] = source.entries[i].weight;
    } else {
      tables.leaf_weight.mutable_values<float>()[i] = static_cast<float>(source.entries[i].weight);
    }
  }
  return tables;
}

// The lists taken as tables, where they are such: one target, each leaf with its weight, every node
// and leaf in one place of one tree. So are the files that export writes; nothing is walked twice.
std::optional<TreeEnsemble> tables_as_listed(const SourceTrees& source, int64_t feature_count) {
  if (source.target_count != 1 || source.leaf_begin.size() != source.entries.size() + 1 ||
      source.entries.size() > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  for (size_t leaf = 0; leaf < source.leaf_begin.size(); ++leaf) {
    if (source.leaf_begin[leaf] != static_cast<int64_t>(leaf)) return std::nullopt;
  }
  for (const SourceTreeNode& node : source.nodes) {
    if (node.member_set >= 0 || node.true_child == node.false_child || !fits_tables(node)) {
      return std::nullopt;
    }
  }
  for (const int64_t root : source.roots) {
    if (root != static_cast<int32_t>(root)) return std::nullopt;
  }
  Result<TreeEnsemble> tables = copy_tables(source, feature_count);
  if (!tables || !validate(*tables)) return std::nullopt;
  return std::move(tables).value();
}

}  // namespace

Result<TreeEnsemble> tables_of(const SourceTrees& source, int64_t feature_count,
                               const Limits& limits) {
  if (source.target_count < 1) return InvalidModel(cat(source.target_count, " targets"));
  TRY(check_entries(source));
  if (std::optional<TreeEnsemble> listed = tables_as_listed(source, feature_count)) {
    return std::move(*listed);
  }
  Flattener flattener(source, source.nodes.size() + source.leaf_begin.size() + source.roots.size() +
                                  limits.max_shared_tree_nodes);
  std::vector<std::vector<TreeNode>> trees;
  uint64_t leaf_count = 0;
  bool each_has_one_target = source.target_count > 1;
  for (size_t tree = 0; tree < source.roots.size(); ++tree) {
    TRY_ASSIGN(trees.emplace_back(), in(cat("tree ", tree), flattener.flatten(source.roots[tree])));
    leaf_count += trees.back().size() / 2 + 1;
    each_has_one_target = each_has_one_target && only_target(source, trees.back()).has_value();
  }
  if (!each_has_one_target) {
    TRY(check_memory(source, leaf_count, limits));
    TRY(check_dense(source));
  }
  TreeBuilder builder({.feature_count = feature_count,
                       .target_count = source.target_count,
                       .accumulate = source.accumulate});
  builder.set_aggregate(source.aggregate);
  for (std::vector<TreeNode>& nodes : trees) {
    if (each_has_one_target) {
      const auto target = static_cast<int32_t>(*only_target(source, nodes));
      const std::vector<double> weights = weight_rows(source, nodes, 1);
      TRY(builder.add_tree(nodes, weights, target));
    } else {
      const std::vector<double> weights = weight_rows(source, nodes, source.target_count);
      TRY(builder.add_tree(nodes, weights));
    }
    nodes = {};
  }
  return std::move(builder).finish();
}

Result<std::vector<Scored>> scored_targets(const SourceTrees& source) {
  TRY(check_entries(source));
  const auto targets = static_cast<size_t>(source.target_count);
  std::vector<Scored> scored(targets, Scored::kNever);
  for (const LeafEntry& entry : source.entries) {
    Scored& one = scored[static_cast<size_t>(entry.target)];
    if (one == Scored::kNever) one = Scored::kSometimes;
  }
  // Leaves of each tree, over nodes that are visited once per tree (cycles are found elsewhere).
  std::vector<size_t> seen_in(source.nodes.size(), 0);
  for (size_t tree = 0; tree < source.roots.size(); ++tree) {
    std::vector<int64_t> open = {source.roots[tree]};
    std::unordered_map<int64_t, int64_t> counts;  // target -> leaves that have it
    int64_t leaf_count = 0;
    while (!open.empty()) {
      const int64_t code = open.back();
      open.pop_back();
      if (code >= 0) {
        if (static_cast<size_t>(code) >= seen_in.size() || seen_in[code] == tree + 1) continue;
        seen_in[code] = tree + 1;
        open.push_back(source.nodes[code].true_child);
        open.push_back(source.nodes[code].false_child);
        continue;
      }
      const auto leaf = static_cast<size_t>(~code);
      if (leaf + 1 >= source.leaf_begin.size()) continue;
      ++leaf_count;
      for (int64_t i = source.leaf_begin[leaf]; i < source.leaf_begin[leaf + 1]; ++i) {
        ++counts[source.entries[static_cast<size_t>(i)].target];
      }
    }
    for (const auto& [target, count] : counts) {
      if (count == leaf_count) scored[static_cast<size_t>(target)] = Scored::kAlways;
    }
  }
  return scored;
}

Result<int64_t> feature_count_of(const Lift& lift) {
  const SymbolicShape& shape = lift.type(0).shape;
  if (!shape || shape->empty()) {
    return Unsupported("X has an unknown rank; its number of columns is needed");
  }
  if (shape->size() != 2) {
    return Unsupported(cat("X of rank ", shape->size(), "; only [rows, columns] is read"));
  }
  const Dim& columns = shape->back();
  if (columns.is_known()) return columns.size();
  return Unsupported("the number of columns of X is not known");
}

}  // namespace tundish
