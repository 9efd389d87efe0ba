// ai.onnx.ml TreeEnsemble, version 5: only inner nodes are listed; flags say which children are
// leaves.
#include <cmath>

#include "base/strings.h"
#include "import/onnx/lift.h"
#include "import/onnx/upgrade/support/post_transform.h"
#include "import/onnx/upgrade/support/tree_source.h"
#include "tensor/half.h"

namespace tundish {

namespace {

// Elements of a float tensor attribute of the type T of this node.
Result<std::vector<double>> numbers_of(const Lift& lift, std::string_view name, DType dtype) {
  TRY_ASSIGN(const Tensor tensor, lift.attributes.require_tensor(name));
  if (tensor.dtype() != dtype || tensor.shape().rank() != 1) {
    return InvalidModel(cat("attribute ", quoted(name), ": expected ", dtype_name(dtype),
                            " of rank 1, got ", dtype_name(tensor.dtype()),
                            tensor.shape().to_string()));
  }
  if (dtype == DType::kFloat64) {
    const auto values = tensor.values<double>();
    return std::vector<double>(values.begin(), values.end());
  }
  if (dtype == DType::kFloat16) {
    std::vector<double> values;
    for (const Float16 half : tensor.values<Float16>()) values.push_back(static_cast<float>(half));
    return values;
  }
  const auto values = tensor.values<float>();
  return std::vector<double>(values.begin(), values.end());
}

Result<std::vector<int64_t>> take_list(Lift& lift, std::string_view name, size_t length) {
  TRY_ASSIGN(std::vector<int64_t> list, lift.attributes.take_ints(name));
  if (list.size() != length) {
    return InvalidModel(cat("attribute ", quoted(name), " has ", list.size(),
                            " entries, nodes_featureids has ", length));
  }
  return list;
}

// Sets of all MEMBER nodes in node order, NaN between them.
Status read_members(const Lift& lift, DType dtype, SourceTrees& trees) {
  std::vector<double> values;
  if (lift.attributes.has("membership_values")) {
    TRY_ASSIGN(values, numbers_of(lift, "membership_values", dtype));
  }
  size_t at = 0;
  for (std::vector<double>& members : trees.member_sets) {
    while (at < values.size() && !std::isnan(values[at])) members.push_back(values[at++]);
    if (at == values.size() && members.empty()) {
      return InvalidModel("membership_values has fewer sets than there are MEMBER nodes");
    }
    if (at < values.size()) ++at;
  }
  if (at < values.size()) {
    return InvalidModel("membership_values has more sets than there are MEMBER nodes");
  }
  return ok();
}

Status read_splits(const Lift& lift, DType dtype, SourceTrees& trees) {
  const size_t count = trees.nodes.size();
  TRY_ASSIGN(const std::vector<double> splits, numbers_of(lift, "nodes_splits", dtype));
  TRY_ASSIGN(const Tensor modes, lift.attributes.require_tensor("nodes_modes"));
  if (modes.dtype() != DType::kUint8 || modes.shape().rank() != 1) {
    return InvalidModel("attribute \"nodes_modes\": expected uint8 of rank 1");
  }
  if (splits.size() != count || modes.element_count() != static_cast<int64_t>(count)) {
    return InvalidModel(cat("nodes_splits has ", splits.size(), " entries, nodes_modes ",
                            modes.element_count(), ", nodes_featureids ", count));
  }
  for (size_t i = 0; i < count; ++i) {
    constexpr uint8_t kMember = 6;
    const uint8_t mode = modes.values<uint8_t>()[i];
    if (mode > kMember)
      return InvalidModel(cat("attribute \"nodes_modes\": node ", i, " has mode ", int{mode}));
    SourceTreeNode& node = trees.nodes[i];
    node.threshold = splits[i];
    if (mode == kMember) {
      node.member_set = static_cast<int32_t>(trees.member_sets.size());
      trees.member_sets.emplace_back();
    } else {
      node.mode = static_cast<TreeMode>(mode);
    }
  }
  return read_members(lift, dtype, trees);
}

// Children on one side, and which of them are leaves.
Status read_children(Lift& lift, std::string_view side, int64_t SourceTreeNode::*child,
                     SourceTrees& trees) {
  const std::string name = cat("nodes_", side, "nodeids");
  TRY_ASSIGN(const auto ids, take_list(lift, name, trees.nodes.size()));
  TRY_ASSIGN(const auto leafs, take_list(lift, cat("nodes_", side, "leafs"), trees.nodes.size()));
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0) {
      return InvalidModel(cat("attribute ", quoted(name), ": node ", i, " has a negative child"));
    }
    trees.nodes[i].*child = leafs[i] != 0 ? ~ids[i] : ids[i];
  }
  return ok();
}

// One list after the other: each is given back before the next is unfolded.
Status read_nodes(Lift& lift, DType dtype, SourceTrees& trees) {
  TRY_ASSIGN(const std::vector<int64_t> features, lift.take_ints("nodes_featureids"));
  trees.nodes.resize(features.size());
  for (size_t i = 0; i < features.size(); ++i) trees.nodes[i].feature = features[i];
  TRY(read_children(lift, "true", &SourceTreeNode::true_child, trees));
  TRY(read_children(lift, "false", &SourceTreeNode::false_child, trees));
  if (lift.attributes.has("nodes_missing_value_tracks_true")) {
    TRY_ASSIGN(const auto missing,
               take_list(lift, "nodes_missing_value_tracks_true", features.size()));
    for (size_t i = 0; i < missing.size(); ++i) trees.nodes[i].missing_true = missing[i] != 0;
  }
  return read_splits(lift, dtype, trees);
}

Status read_leaves(Lift& lift, DType dtype, SourceTrees& trees) {
  TRY_ASSIGN(const std::vector<int64_t> targets, lift.take_ints("leaf_targetids"));
  TRY_ASSIGN(const std::vector<double> weights, numbers_of(lift, "leaf_weights", dtype));
  if (targets.size() != weights.size()) {
    return InvalidModel(
        cat("leaf_targetids has ", targets.size(), " entries, leaf_weights ", weights.size()));
  }
  trees.leaf_begin.reserve(targets.size() + 1);
  for (size_t i = 0; i < targets.size(); ++i) {
    trees.leaf_begin.push_back(static_cast<int64_t>(i));
    trees.entries.push_back({targets[i], weights[i]});
  }
  trees.leaf_begin.push_back(static_cast<int64_t>(targets.size()));
  return ok();
}

Status read_aggregate(const Lift& lift, SourceTrees& trees) {
  TRY_ASSIGN(const int64_t number, lift.attributes.get_int("aggregate_function", 1));
  constexpr Aggregate kAggregates[] = {Aggregate::kAverage, Aggregate::kSum, Aggregate::kMin,
                                       Aggregate::kMax};
  if (number < 0 || number > 3)
    return InvalidModel(cat("attribute \"aggregate_function\": unknown value ", number));
  trees.aggregate = kAggregates[number];
  return ok();
}

// Trees of one leaf at the front, one for each target in order, are how export writes a base that
// is added first; so they are read. The sum is the same: base + l1 + l2 ...
void lift_base(SourceTrees& trees, std::vector<double>& base) {
  const auto targets = static_cast<size_t>(trees.target_count);
  if (trees.aggregate != Aggregate::kSum || trees.roots.size() <= targets) return;
  for (size_t target = 0; target < targets; ++target) {
    const int64_t root = trees.roots[target];
    if (root < 0 || static_cast<size_t>(root) >= trees.nodes.size()) return;
    const SourceTreeNode& node = trees.nodes[static_cast<size_t>(root)];
    const int64_t code = node.true_child;
    if (code >= 0 || code != node.false_child) return;
    if (static_cast<size_t>(~code) >= trees.entries.size()) return;
    const LeafEntry& entry = trees.entries[static_cast<size_t>(~code)];
    // 0.0 + -0.0 is 0.0, but a base of -0.0 stays.
    if (entry.target != static_cast<int64_t>(target)) return;
    if (entry.weight == 0 && std::signbit(entry.weight)) return;
    base.push_back(entry.weight);
  }
}

// float32 rows cast to float64 for the sake of the operator's one type: the tables compare float32
// rows with float64 thresholds as they are, and the cast is exact.
ValueId before_widening(const Lift& lift, ValueId x) {
  const Node* producer = lift.builder.graph().producer(x);
  if (producer == nullptr || !producer->is(kDomainOnnx, "Cast")) return x;
  const ValueId from = producer->inputs[0];
  const bool widens = lift.builder.type(from).dtype == DType::kFloat32 &&
                      lift.builder.type(x).dtype == DType::kFloat64;
  return widens ? from : x;
}

Result<std::vector<ValueId>> lift_tree_ensemble(Lift& lift) {
  TRY(lift.expect_inputs(1, 1));
  const DType dtype = lift.type(0).dtype;
  // Halves are compared and added as float32, and the answer is rounded.
  const bool is_half = dtype == DType::kFloat16;
  if (!is_half && dtype != DType::kFloat32 && dtype != DType::kFloat64) {
    return Unsupported(cat("TreeEnsemble on ", dtype_name(dtype)));
  }
  SourceTrees trees;
  trees.accumulate = is_half ? DType::kFloat32 : dtype;
  TRY_ASSIGN(trees.target_count, lift.attributes.require_int("n_targets"));
  TRY(read_aggregate(lift, trees));
  TRY(read_nodes(lift, dtype, trees));
  TRY(read_leaves(lift, dtype, trees));
  TRY_ASSIGN(trees.roots, lift.require_ints("tree_roots"));
  std::vector<double> base;
  lift_base(trees, base);
  const bool has_base = base.size() == static_cast<size_t>(trees.target_count);
  if (has_base) {
    trees.roots.erase(trees.roots.begin(),
                      trees.roots.begin() + static_cast<ptrdiff_t>(base.size()));
  }
  for (const int64_t root : trees.roots) {
    if (root < 0) return InvalidModel(cat("attribute \"tree_roots\": negative root ", root));
  }
  TRY_ASSIGN(const int64_t feature_count, feature_count_of(lift));
  TRY_ASSIGN(TreeEnsemble tables, tables_of(trees, feature_count, lift.limits));
  if (has_base) {
    tables.base =
        dtype == DType::kFloat64
            ? Tensor::of(std::span<const double>(base))
            : Tensor::of(std::span<const float>(std::vector<float>(base.begin(), base.end())));
    tables.base_order = BaseOrder::kFirst;
  }
  TRY_ASSIGN(const int64_t transform, lift.attributes.get_int("post_transform", 0));
  if (transform < 0 || transform > 4)
    return InvalidModel(cat("attribute \"post_transform\": unknown value ", transform));
  ValueId rows = before_widening(lift, lift.inputs[0]);
  if (is_half) {
    TRY_ASSIGN(rows, lift.cast(rows, DType::kFloat32));
  }
  TRY_ASSIGN(const ValueId sum, add_tree_ensemble(lift.builder, rows, tables));
  TRY_ASSIGN(std::vector<ValueId> scores,
             finish_scores(lift, sum, static_cast<PostTransform>(transform), trees.target_count));
  TRY_ASSIGN(scores[0], lift.cast(scores[0], dtype));
  return scores;
}

}  // namespace

std::span<const LiftRule> lift_rules_tree_ensemble() {
  static constexpr LiftRule kRules[] = {
      {kDomainMl, "TreeEnsemble", lift_tree_ensemble},
  };
  return kRules;
}

}  // namespace tundish
