#include "import/onnx/upgrade/support/tree_lists.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/strings.h"

namespace tundish {

namespace {

/// Positions in the node list by (tree id, node id).
class NodeIndex {
 public:
  static Result<NodeIndex> make(const std::vector<int64_t>& trees,
                                const std::vector<int64_t>& nodes) {
    NodeIndex index;
    index.sorted_.reserve(trees.size());
    for (size_t i = 0; i < trees.size(); ++i) index.sorted_.push_back({trees[i], nodes[i], i});
    std::sort(index.sorted_.begin(), index.sorted_.end());
    for (size_t i = 1; i < index.sorted_.size(); ++i) {
      const Entry& a = index.sorted_[i - 1];
      const Entry& b = index.sorted_[i];
      if (a.tree == b.tree && a.node == b.node) {
        return InvalidModel(cat("tree ", a.tree, " lists node ", a.node, " twice"));
      }
    }
    return index;
  }

  /// Position of a node; kInvalidModel naming it when it is not listed.
  Result<size_t> find(int64_t tree, int64_t node) const {
    const Entry wanted{tree, node, 0};
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), wanted);
    if (at == sorted_.end() || at->tree != tree || at->node != node) {
      return InvalidModel(cat("tree ", tree, " has no node ", node));
    }
    return at->position;
  }

 private:
  struct Entry {
    int64_t tree, node;
    size_t position;
    auto operator<=>(const Entry&) const = default;
  };
  std::vector<Entry> sorted_;
};

Result<std::vector<int64_t>> int_list(const Lift& lift, std::string_view name, size_t length) {
  TRY_ASSIGN(std::vector<int64_t> list, lift.attributes.get_ints(name));
  if (list.size() != length) {
    return InvalidModel(cat("attribute ", quoted(name), " has ", list.size(), " entries, expected ",
                            length, " as the list it belongs to"));
  }
  return list;
}

constexpr std::string_view kLeafMode = "LEAF";

Result<TreeMode> mode_of(std::string_view text) {
  constexpr std::array<std::string_view, 6> kNames = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                                      "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};
  const auto at = std::find(kNames.begin(), kNames.end(), text);
  if (at == kNames.end())
    return InvalidModel(cat("attribute \"nodes_modes\": unknown mode ", quoted(text)));
  return static_cast<TreeMode>(at - kNames.begin());
}

/// The lists while they are being read.
struct Lists {
  std::vector<int64_t> tree_ids, node_ids, features, true_ids, false_ids, missing;
  std::vector<double> values;
  std::vector<std::string> modes;
};

Result<Lists> read_lists(const Lift& lift, DType accumulate) {
  Lists lists;
  TRY_ASSIGN(lists.tree_ids, lift.attributes.get_ints("nodes_treeids"));
  const size_t count = lists.tree_ids.size();
  if (count == 0) return InvalidModel("no nodes are listed");
  TRY_ASSIGN(lists.node_ids, int_list(lift, "nodes_nodeids", count));
  TRY_ASSIGN(lists.features, int_list(lift, "nodes_featureids", count));
  TRY_ASSIGN(lists.true_ids, int_list(lift, "nodes_truenodeids", count));
  TRY_ASSIGN(lists.false_ids, int_list(lift, "nodes_falsenodeids", count));
  lists.missing.assign(count, 0);
  TRY_ASSIGN(const std::vector<int64_t> missing,
             lift.attributes.get_ints("nodes_missing_value_tracks_true"));
  if (!missing.empty()) {
    TRY_ASSIGN(lists.missing, int_list(lift, "nodes_missing_value_tracks_true", count));
  }
  TRY_ASSIGN(lists.modes, lift.attributes.get_strings("nodes_modes"));
  TRY_ASSIGN(lists.values, number_list(lift, "nodes_values", accumulate));
  if (lists.modes.size() != count || lists.values.size() != count) {
    return InvalidModel(cat("nodes_modes has ", lists.modes.size(), " entries, nodes_values ",
                            lists.values.size(), ", nodes_treeids ", count));
  }
  return lists;
}

// Numbers leaves in the order of the list and links nodes to their children.
Status link_nodes(const Lists& lists, const NodeIndex& index, SourceTrees& trees,
                  std::vector<int64_t>& codes) {
  const size_t count = lists.tree_ids.size();
  codes.resize(count);
  int64_t leaf_count = 0;
  for (size_t i = 0; i < count; ++i) {
    codes[i] = lists.modes[i] == kLeafMode ? ~leaf_count++ : static_cast<int64_t>(i);
  }
  trees.nodes.resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (codes[i] < 0) continue;
    const std::string place = cat("tree ", lists.tree_ids[i], ", node ", lists.node_ids[i]);
    SourceTreeNode& node = trees.nodes[i];
    node.feature = lists.features[i];
    node.threshold = lists.values[i];
    TRY_ASSIGN(node.mode, in(place, mode_of(lists.modes[i])));
    node.missing_true = lists.missing[i] != 0;
    TRY_ASSIGN(const size_t if_true, in(place, index.find(lists.tree_ids[i], lists.true_ids[i])));
    TRY_ASSIGN(const size_t if_false, in(place, index.find(lists.tree_ids[i], lists.false_ids[i])));
    node.true_child = codes[if_true];
    node.false_child = codes[if_false];
  }
  trees.leaf_begin.assign(static_cast<size_t>(leaf_count) + 1, 0);
  return ok();
}

void find_roots(const Lists& lists, const std::vector<int64_t>& codes, SourceTrees& trees) {
  // First listed node of each tree id; a tree id may come back later in the list.
  std::vector<std::pair<int64_t, size_t>> firsts;
  for (size_t i = 0; i < lists.tree_ids.size(); ++i) {
    if (i == 0 || lists.tree_ids[i] != lists.tree_ids[i - 1]) {
      firsts.emplace_back(lists.tree_ids[i], i);
    }
  }
  std::sort(firsts.begin(), firsts.end());
  const auto same_tree = [](const auto& a, const auto& b) { return a.first == b.first; };
  firsts.erase(std::unique(firsts.begin(), firsts.end(), same_tree), firsts.end());
  std::vector<size_t> positions;
  for (const auto& [tree, position] : firsts) positions.push_back(position);
  std::sort(positions.begin(), positions.end());
  for (const size_t position : positions) trees.roots.push_back(codes[position]);
}

Status read_leaves(const Lift& lift, LeafPrefix prefix, const NodeIndex& index,
                   const std::vector<int64_t>& codes, SourceTrees& trees) {
  TRY_ASSIGN(const std::vector<int64_t> tree_ids,
             lift.attributes.get_ints(cat(prefix.text, "treeids")));
  const size_t count = tree_ids.size();
  TRY_ASSIGN(const auto node_ids, int_list(lift, cat(prefix.text, "nodeids"), count));
  TRY_ASSIGN(const auto targets, int_list(lift, cat(prefix.text, "ids"), count));
  TRY_ASSIGN(const auto weights, number_list(lift, cat(prefix.text, "weights"), trees.accumulate));
  if (weights.size() != count) {
    return InvalidModel(cat(prefix.text, "weights has ", weights.size(), " entries, ", prefix.text,
                            "treeids ", count));
  }
  std::vector<std::pair<int64_t, size_t>> by_leaf;  // leaf, position in the lists
  for (size_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const size_t at, index.find(tree_ids[i], node_ids[i]));
    if (codes[at] < 0) by_leaf.emplace_back(~codes[at], i);
  }
  std::sort(by_leaf.begin(), by_leaf.end());
  for (const auto& [leaf, position] : by_leaf) {
    trees.entries.push_back({targets[position], weights[position]});
    ++trees.leaf_begin[static_cast<size_t>(leaf) + 1];
  }
  for (size_t i = 1; i < trees.leaf_begin.size(); ++i)
    trees.leaf_begin[i] += trees.leaf_begin[i - 1];
  return ok();
}

}  // namespace

Result<std::vector<double>> number_list(const Lift& lift, std::string_view name, DType accumulate) {
  const std::string as_tensor = cat(name, "_as_tensor");
  if (!lift.attributes.has(as_tensor)) {
    TRY_ASSIGN(const std::vector<float> floats, lift.attributes.get_floats(name));
    return std::vector<double>(floats.begin(), floats.end());
  }
  if (lift.attributes.has(name)) {
    return InvalidModel(cat("both ", quoted(name), " and ", quoted(as_tensor), " are given"));
  }
  TRY_ASSIGN(const Tensor tensor, lift.attributes.require_tensor(as_tensor));
  if (tensor.dtype() == DType::kFloat32) {
    const auto values = tensor.values<float>();
    return std::vector<double>(values.begin(), values.end());
  }
  if (tensor.dtype() != DType::kFloat64) {
    return InvalidModel(cat("attribute ", quoted(as_tensor), " of ", dtype_name(tensor.dtype())));
  }
  if (accumulate != DType::kFloat64) {
    return Unsupported(cat("attribute ", quoted(as_tensor), " in float64 with X in ",
                           dtype_name(lift.type(0).dtype)));
  }
  const auto values = tensor.values<double>();
  return std::vector<double>(values.begin(), values.end());
}

Status read_tree_lists(const Lift& lift, LeafPrefix prefix, SourceTrees& trees) {
  TRY_ASSIGN(const Lists lists, read_lists(lift, trees.accumulate));
  TRY_ASSIGN(const NodeIndex index, NodeIndex::make(lists.tree_ids, lists.node_ids));
  std::vector<int64_t> codes;
  TRY(link_nodes(lists, index, trees, codes));
  find_roots(lists, codes, trees);
  return read_leaves(lift, prefix, index, codes, trees);
}

Result<ValueId> tree_rows(Lift& lift) {
  TRY(lift.expect_inputs(1, 1));
  switch (lift.type(0).dtype) {
    case DType::kFloat32:
    case DType::kFloat64: return lift.inputs[0];
    case DType::kInt32:
    case DType::kInt64: return lift.cast(lift.inputs[0], DType::kFloat32);
    default: return Unsupported(cat(lift.op, " on ", dtype_name(lift.type(0).dtype)));
  }
}

}  // namespace tundish
