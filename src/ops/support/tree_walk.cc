#include "ops/support/tree_walk.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/strings.h"

namespace tundish::ops {
namespace {

double number_at(const TensorView& view, int64_t i) {
  return view.dtype == DType::kFloat32
             ? static_cast<double>(static_cast<const float*>(view.data)[i])
             : static_cast<const double*>(view.data)[i];
}

int32_t code_at(const TensorView& view, int64_t i) {
  return static_cast<const int32_t*>(view.data)[i];
}

// IEEE comparisons: with a NaN all are false but kNeq.
Result<bool> goes_true(uint8_t mode, double x, double threshold) {
  if (std::isnan(x) && (mode & kMissingTrue) != 0) return true;
  switch (static_cast<TreeMode>(mode & kTreeModeMask)) {
    case TreeMode::kLeq: return x <= threshold;
    case TreeMode::kLt: return x < threshold;
    case TreeMode::kGte: return x >= threshold;
    case TreeMode::kGt: return x > threshold;
    case TreeMode::kEq: return x == threshold;
    case TreeMode::kNeq: return x != threshold;
  }
  return InvalidArgument(cat("unknown mode ", int{mode}));
}

// One node's entries of all tables side by side: a row reads one cache line a node.
struct PlainNode {
  double threshold;
  int32_t feature;
  int32_t next[2];  // if false, if true
  uint8_t mode;
};

// Written without jumps: which side a row takes cannot be foretold.
inline bool holds(const PlainNode& node, double x) {
  const bool missing = std::isnan(x) & ((node.mode & kMissingTrue) != 0);
  const bool less = x < node.threshold;
  const bool greater = x > node.threshold;
  const bool equal = x == node.threshold;
  switch (static_cast<TreeMode>(node.mode & kTreeModeMask)) {
    case TreeMode::kLeq: return missing | less | equal;
    case TreeMode::kLt: return missing | less;
    case TreeMode::kGte: return missing | greater | equal;
    case TreeMode::kGt: return missing | greater;
    case TreeMode::kEq: return missing | equal;
    case TreeMode::kNeq: return missing | !equal;
  }
  return false;
}

template <class X> class Walker {
 public:
  Walker(const TreeTables& trees, const TensorView& x)
      : trees_(trees),
        x_(x),
        columns_(x.shape[1]),
        node_count_(trees.feature.shape.element_count()),
        leaf_count_(trees.weight.shape[0]) {
    nodes_.resize(static_cast<size_t>(node_count_));
    for (int64_t i = 0; i < node_count_; ++i) {
      PlainNode& node = nodes_[static_cast<size_t>(i)];
      node.threshold = number_at(trees.threshold, i);
      node.feature = code_at(trees.feature, i);
      node.next[0] = code_at(trees.if_false, i);
      node.next[1] = code_at(trees.if_true, i);
      node.mode = static_cast<const uint8_t*>(trees.mode.data)[i];
      sound_ = sound_ && node.feature >= 0 && node.feature < columns_ && leads_on(node.next[0]) &&
               leads_on(node.next[1]) &&
               (node.mode & kTreeModeMask) <= static_cast<int>(TreeMode::kNeq);
    }
    for (int64_t tree = 0; tree < trees.roots.shape.element_count(); ++tree) {
      sound_ = sound_ && leads_on(code_at(trees.roots, tree));
    }
  }

  /// Leaves that rows [first, first + count) reach in this tree, at most kLanes of them.
  Status leaves(int64_t first, int64_t count, int64_t tree, int64_t* leaves) const {
    int32_t at[kLanes];
    std::fill_n(at, kLanes, code_at(trees_.roots, tree));
    const bool arrived = sound_ && count > 0 && walk(first, count, at);
    for (int64_t lane = 0; lane < count; ++lane) {
      leaves[lane] = ~at[lane];
      // slowly again, to name what is wrong
      if (!arrived) {
        TRY_ASSIGN(leaves[lane], checked_leaf(first + lane, tree));
      }
    }
    return ok();
  }

  /// The same from the tables themselves, with the fault in words.
  Result<int64_t> checked_leaf(int64_t row, int64_t tree) const {
    int32_t at = code_at(trees_.roots, tree);
    for (int64_t steps = 0; at >= 0; ++steps) {
      if (at >= node_count_ || steps >= node_count_)
        return bad(tree, at, "does not lead to a leaf");
      const int32_t feature = code_at(trees_.feature, at);
      if (feature < 0 || feature >= columns_) {
        return bad(tree, at, cat("reads column ", feature, " of ", columns_));
      }
      const uint8_t mode = static_cast<const uint8_t*>(trees_.mode.data)[at];
      TRY_ASSIGN(const bool holds, goes_true(mode, number_at(x_, row * columns_ + feature),
                                             number_at(trees_.threshold, at)));
      at = code_at(holds ? trees_.if_true : trees_.if_false, at);
    }
    const int64_t leaf = ~at;
    if (leaf >= leaf_count_) return bad(tree, at, cat("leaf ", leaf, " does not exist"));
    return leaf;
  }

  /// Answers `count` rows from `first`. Tree by tree, so that a tree stays in the nearest cache;
  /// each row still adds its trees in order. `seen` holds count * target_count flags.
  template <class T>
  Status rows(int64_t first, int64_t count, T* totals, std::vector<bool>& seen) const {
    const int64_t targets = trees_.target_count;
    const int64_t tree_count = trees_.roots.shape.element_count();
    const bool sums = trees_.aggregate == Aggregate::kSum;
    const T* base = static_cast<const T*>(trees_.base);
    const bool base_first = base != nullptr && sums && trees_.base_order == BaseOrder::kFirst;
    for (int64_t i = 0; i < count * targets; ++i) totals[i] = base_first ? base[i % targets] : T{0};
    std::fill(seen.begin(), seen.end(), false);
    for (int64_t tree = 0; tree < tree_count; ++tree) {
      for (int64_t row = 0; row < count; row += kLanes) {
        const int64_t lanes = std::min(kLanes, count - row);
        int64_t reached[kLanes];
        TRY(leaves(first + row, lanes, tree, reached));
        for (int64_t lane = 0; lane < lanes; ++lane) {
          TRY(add_leaf(tree, reached[lane], totals, seen, (row + lane) * targets));
        }
      }
    }
    for (int64_t i = 0; i < count * targets; ++i) {
      if (trees_.aggregate == Aggregate::kAverage) totals[i] /= static_cast<T>(tree_count);
      if (base != nullptr && !base_first) totals[i] += base[i % targets];
    }
    return ok();
  }

 private:
  static constexpr int64_t kLanes = 8;

  bool leads_on(int32_t at) const { return at >= 0 ? at < node_count_ : ~at < leaf_count_; }

  // A step of one row waits for the step before: eight rows take turns. Each node is sound. False
  // when the tree has a cycle.
  bool walk(int64_t first, int64_t count, int32_t* at) const {
    const X* rows[kLanes];
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      rows[lane] = static_cast<const X*>(x_.data) + (first + std::min(lane, count - 1)) * columns_;
    }
    for (int64_t steps = 0; steps <= node_count_; ++steps) {
      bool walking = false;
      for (int64_t lane = 0; lane < kLanes; ++lane) walking |= at[lane] >= 0;
      if (!walking) return true;
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        const PlainNode& node = nodes_[static_cast<size_t>(std::max(at[lane], 0))];
        const bool side = holds(node, static_cast<double>(rows[lane][node.feature]));
        at[lane] = at[lane] < 0 ? at[lane] : node.next[side];
      }
    }
    return false;
  }

  template <class T> T weight(int64_t i) const {
    return static_cast<T>(number_at(trees_.weight, i));
  }
  template <class T>
  Status add_leaf(int64_t tree, int64_t leaf, T* totals, std::vector<bool>& seen,
                  int64_t at) const {
    const int64_t targets = trees_.target_count;
    if (trees_.target == nullptr) {
      for (int64_t k = 0; k < targets; ++k) {
        add(totals, seen, at + k, weight<T>(leaf * targets + k));
      }
      return ok();
    }
    const int32_t k = trees_.target[leaf];
    if (k < 0 || k >= targets) {
      return bad(tree, ~static_cast<int32_t>(leaf), cat("names target ", k, " of ", targets));
    }
    add(totals, seen, at + k, weight<T>(leaf));
    return ok();
  }
  template <class T> void add(T* total, std::vector<bool>& seen, int64_t k, T weight) const {
    switch (trees_.aggregate) {
      case Aggregate::kSum:
      case Aggregate::kAverage: total[k] += weight; return;
      case Aggregate::kMin:
        if (!seen[static_cast<size_t>(k)] || weight < total[k]) total[k] = weight;
        break;
      case Aggregate::kMax:
        if (!seen[static_cast<size_t>(k)] || weight > total[k]) total[k] = weight;
        break;
    }
    seen[static_cast<size_t>(k)] = true;
  }
  static Error bad(int64_t tree, int32_t at, std::string_view what) {
    return InvalidArgument(
        cat("tree ", tree, ": ", at >= 0 ? "node " : "leaf ", at >= 0 ? at : ~at, " ", what));
  }

  const TreeTables& trees_;
  const TensorView& x_;
  std::vector<PlainNode> nodes_;
  int64_t columns_;
  int64_t node_count_;
  int64_t leaf_count_;
  bool sound_ = true;  ///< every node and root leads to a node or leaf, by a column that is there
};

constexpr int64_t kBlockValues = 256;

template <class X, class T> Status walk_rows(const TreeTables& trees, const TensorView& x, T* out) {
  const Walker<X> walker(trees, x);
  const int64_t targets = trees.target_count;
  const int64_t block = std::max<int64_t>(kBlockValues / targets, 1);
  std::vector<bool> seen(static_cast<size_t>(block * targets));
  for (int64_t row = 0; row < x.shape[0]; row += block) {
    const int64_t count = std::min(block, x.shape[0] - row);
    TRY(walker.rows(row, count, out + row * targets, seen));
  }
  return ok();
}

template <class T> Status walk_all(const TreeTables& trees, const TensorView& x, T* out) {
  return x.dtype == DType::kFloat32 ? walk_rows<float>(trees, x, out)
                                    : walk_rows<double>(trees, x, out);
}

}  // namespace

Result<TreeTables> read_tree_attributes(const Node& node) {
  TreeTables trees;
  TRY_ASSIGN(trees.target_count, node.attributes.get_int("n_targets", 1));
  if (trees.target_count < 1) {
    return InvalidModel(cat("attribute \"n_targets\": ", trees.target_count));
  }
  TRY_ASSIGN(const std::string aggregate, node.attributes.get_string("aggregate", "SUM"));
  if (aggregate == "SUM") {
    trees.aggregate = Aggregate::kSum;
  } else if (aggregate == "AVERAGE") {
    trees.aggregate = Aggregate::kAverage;
  } else if (aggregate == "MIN") {
    trees.aggregate = Aggregate::kMin;
  } else if (aggregate == "MAX") {
    trees.aggregate = Aggregate::kMax;
  } else {
    return InvalidModel(cat("attribute \"aggregate\": unknown value ", quoted(aggregate)));
  }
  TRY_ASSIGN(const std::string order, node.attributes.get_string("base_order", "first"));
  if (order != "first" && order != "last") {
    return InvalidModel(cat("attribute \"base_order\": unknown value ", quoted(order)));
  }
  trees.base_order = order == "first" ? BaseOrder::kFirst : BaseOrder::kLast;
  TRY_ASSIGN(const std::string accumulate, node.attributes.get_string("accumulate", "float64"));
  trees.accumulate = dtype_from_name(accumulate);
  if (trees.accumulate != DType::kFloat32 && trees.accumulate != DType::kFloat64) {
    return InvalidModel(cat("attribute \"accumulate\": unknown value ", quoted(accumulate)));
  }
  return trees;
}

Result<TreeTables> read_trees(const ExecContext& context) {
  TRY_ASSIGN(TreeTables trees, read_tree_attributes(context.node()));
  trees.roots = context.input(1);
  trees.feature = context.input(2);
  trees.threshold = context.input(3);
  trees.mode = context.input(4);
  trees.if_true = context.input(5);
  trees.if_false = context.input(6);
  trees.weight = context.input(7);
  const int64_t nodes = trees.feature.shape.element_count();
  for (const TensorView* table : {&trees.threshold, &trees.mode, &trees.if_true, &trees.if_false}) {
    if (table->shape.element_count() != nodes) {
      return InvalidArgument(cat("a node table has ", table->shape.element_count(),
                                 " entries, node_feature has ", nodes));
    }
  }
  const bool single = context.input_count() > 8 && context.has_input(8);
  const Shape& weights = trees.weight.shape;
  if (weights.rank() != (single ? 1U : 2U) || (!single && weights[1] != trees.target_count)) {
    return InvalidArgument(
        cat("leaf_weight of shape ", weights.to_string(), " for ", trees.target_count, " targets"));
  }
  if (single) {
    const TensorView& target = context.input(8);
    if (target.shape.element_count() != weights[0]) {
      return InvalidArgument(cat("leaf_target has ", target.shape.element_count(),
                                 " entries, there are ", weights[0], " leaves"));
    }
    trees.target = static_cast<const int32_t*>(target.data);
  }
  if (context.input_count() > 9 && context.has_input(9)) {
    const TensorView& base = context.input(9);
    if (base.shape.element_count() != trees.target_count || base.dtype != trees.accumulate) {
      return InvalidArgument(cat("base: expected ", dtype_name(trees.accumulate), "[",
                                 trees.target_count, "], got ", dtype_name(base.dtype),
                                 base.shape.to_string()));
    }
    trees.base = base.data;
  }
  return trees;
}

Status walk_trees(const TreeTables& trees, const TensorView& x, void* out) {
  return trees.accumulate == DType::kFloat32 ? walk_all(trees, x, static_cast<float*>(out))
                                             : walk_all(trees, x, static_cast<double*>(out));
}

}  // namespace tundish::ops
