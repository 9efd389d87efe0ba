#include "ir/tree_ensemble.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/strings.h"
#include "ir/patch.h"

namespace tundish {

namespace {

constexpr std::array<std::string_view, 4> kAggregateNames = {"SUM", "AVERAGE", "MIN", "MAX"};
constexpr std::array<std::string_view, 2> kBaseOrderNames = {"first", "last"};
// Inputs of the operator, in order.
enum : size_t { kX, kRoots, kFeature, kThreshold, kMode, kTrue, kFalse, kWeight, kTarget, kBase };
constexpr std::array<std::string_view, 10> kInputNames = {
    "X",         "tree_roots", "node_feature", "node_threshold", "node_mode",
    "node_true", "node_false", "leaf_weight",  "leaf_target",    "base"};

bool is_float(DType dtype) { return dtype == DType::kFloat32 || dtype == DType::kFloat64; }

Status check_table(const Tensor& table, size_t input, DType dtype, int64_t length) {
  if (table.dtype() != dtype || table.shape().rank() != 1 || table.shape()[0] != length) {
    return InvalidModel(cat(kInputNames[input], ": expected ", dtype_name(dtype), "[", length,
                            "], got ", dtype_name(table.dtype()), table.shape().to_string()));
  }
  return ok();
}

Status check_leaf_tables(const TreeEnsemble& trees) {
  const Tensor& weight = trees.leaf_weight;
  const size_t rank = trees.leaf_target.defined() ? 1 : 2;
  if (weight.dtype() != trees.accumulate || weight.shape().rank() != rank ||
      (rank == 2 && weight.shape()[1] != trees.target_count)) {
    return InvalidModel(
        cat("leaf_weight: expected ", dtype_name(trees.accumulate),
            rank == 1 ? std::string("[leaves]") : cat("[leaves, ", trees.target_count, "]"),
            ", got ", dtype_name(weight.dtype()), weight.shape().to_string()));
  }
  if (rank == 1) {
    TRY(check_table(trees.leaf_target, kTarget, DType::kInt32, trees.leaf_count()));
    for (const int32_t target : trees.leaf_target.values<int32_t>()) {
      if (target < 0 || target >= trees.target_count) {
        return InvalidModel(cat("leaf_target ", target, " outside [0, ", trees.target_count, ")"));
      }
    }
  }
  if (trees.base.defined()) {
    TRY(check_table(trees.base, kBase, trees.accumulate, trees.target_count));
  }
  return ok();
}

Status check_tables(const TreeEnsemble& trees) {
  if (trees.target_count < 1 || trees.feature_count < 0) {
    return InvalidModel(cat("expected at least one target, got ", trees.target_count, " targets, ",
                            trees.feature_count, " features"));
  }
  if (!is_float(trees.accumulate)) {
    return InvalidModel(cat("accumulation in ", dtype_name(trees.accumulate)));
  }
  if (trees.tree_roots.shape().rank() != 1 || trees.node_feature.shape().rank() != 1 ||
      trees.leaf_weight.shape().rank() < 1) {
    return InvalidModel("tree_roots and node_feature need one dimension, leaf_weight one or two");
  }
  const int64_t count = trees.node_count();
  if (std::max({count, trees.leaf_count(), trees.tree_count()}) >
      std::numeric_limits<int32_t>::max()) {
    return InvalidModel("more nodes or leaves than int32 can number");
  }
  TRY(check_table(trees.tree_roots, kRoots, DType::kInt32, trees.tree_count()));
  TRY(check_table(trees.node_feature, kFeature, DType::kInt32, count));
  const DType threshold =
      is_float(trees.node_threshold.dtype()) ? trees.node_threshold.dtype() : DType::kFloat64;
  TRY(check_table(trees.node_threshold, kThreshold, threshold, count));
  TRY(check_table(trees.node_mode, kMode, DType::kUint8, count));
  TRY(check_table(trees.node_true, kTrue, DType::kInt32, count));
  TRY(check_table(trees.node_false, kFalse, DType::kInt32, count));
  TRY(check_leaf_tables(trees));
  if (trees.tree_count() == 0 && trees.aggregate != Aggregate::kSum) {
    return InvalidModel("no trees: only a sum of none has a value");
  }
  return ok();
}

Status check_node(const TreeEnsemble& trees, int32_t node) {
  const int32_t feature = trees.node_feature.values<int32_t>()[node];
  if (feature < 0 || feature >= trees.feature_count) {
    return InvalidModel(cat("feature ", feature, " outside [0, ", trees.feature_count, ")"));
  }
  const uint8_t mode = trees.node_mode.values<uint8_t>()[node];
  if ((mode & kTreeModeMask) > static_cast<uint8_t>(TreeMode::kNeq) ||
      (mode & ~(kTreeModeMask | kMissingTrue)) != 0) {
    return InvalidModel(cat("unknown mode ", int{mode}));
  }
  return ok();
}

/// Marks what trees reach; a thing reached twice is an error.
class Reach {
 public:
  explicit Reach(const TreeEnsemble& trees)
      : trees_(trees),
        nodes_(static_cast<size_t>(trees.node_count()), false),
        leaves_(static_cast<size_t>(trees.leaf_count()), false) {}

  Status walk_all() {
    const auto roots = trees_.tree_roots.values<int32_t>();
    for (size_t tree = 0; tree < roots.size(); ++tree) {
      TRY(in(cat("tree ", tree), walk(roots[tree])));
    }
    TRY(check_all(nodes_, "node"));
    return check_all(leaves_, "leaf");
  }

 private:
  Status walk(int32_t root) {
    TRY(reach(root));
    const auto if_true = trees_.node_true.values<int32_t>();
    const auto if_false = trees_.node_false.values<int32_t>();
    while (!open_.empty()) {
      const int32_t node = open_.back();
      open_.pop_back();
      Status good = check_node(trees_, node);
      if (good) good = reach(if_false[node]);
      if (good) good = reach(if_true[node]);
      if (!good) return std::move(good).error().in(cat("node ", node));
    }
    return ok();
  }

  Status reach(int32_t code) {
    const bool is_leaf = code < 0;
    std::vector<bool>& seen = is_leaf ? leaves_ : nodes_;
    const int32_t index = is_leaf ? ~code : code;
    const std::string_view what = is_leaf ? "leaf " : "node ";
    if (static_cast<size_t>(index) >= seen.size()) {
      return InvalidModel(cat(what, index, " does not exist, there are ", seen.size()));
    }
    if (seen[index]) return InvalidModel(cat(what, index, " is reached twice"));
    seen[index] = true;
    if (!is_leaf) open_.push_back(index);
    return ok();
  }

  static Status check_all(const std::vector<bool>& seen, std::string_view what) {
    const auto missed = std::find(seen.begin(), seen.end(), false);
    if (missed == seen.end()) return ok();
    return InvalidModel(cat(what, " ", missed - seen.begin(), " is in no tree"));
  }

  const TreeEnsemble& trees_;
  std::vector<bool> nodes_, leaves_;
  std::vector<int32_t> open_;
};

template <size_t N>
Result<size_t> index_of_name(const std::array<std::string_view, N>& names, std::string_view name,
                             std::string_view attribute) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    return InvalidModel(cat("attribute ", quoted(attribute), ": unknown value ", quoted(name)));
  }
  return static_cast<size_t>(at - names.begin());
}

/// Features that X has when its type says so, else those that the nodes read.
int64_t count_features(const ValueType& x, const Tensor& node_feature) {
  if (x.shape && x.shape->size() == 2 && (*x.shape)[1].is_known()) return (*x.shape)[1].size();
  int64_t count = 0;
  if (node_feature.dtype() != DType::kInt32) return count;  // validate() says so
  for (const int32_t f : node_feature.values<int32_t>()) count = std::max<int64_t>(count, f + 1);
  return count;
}

}  // namespace

Status validate(const TreeEnsemble& trees) {
  TRY(check_tables(trees));
  return Reach(trees).walk_all();
}

Result<TreeEnsemble> tree_ensemble_of(const Graph& graph, const Node& node) {
  TreeEnsemble trees;
  const std::array<Tensor*, 10> tables = {nullptr,
                                          &trees.tree_roots,
                                          &trees.node_feature,
                                          &trees.node_threshold,
                                          &trees.node_mode,
                                          &trees.node_true,
                                          &trees.node_false,
                                          &trees.leaf_weight,
                                          &trees.leaf_target,
                                          &trees.base};
  for (size_t i = kRoots; i < tables.size(); ++i) {
    const ValueId input = i < node.inputs.size() ? node.inputs[i] : kNoValue;
    if (input == kNoValue && (i == kTarget || i == kBase)) continue;
    const Tensor* constant = graph.constant(input);
    if (constant == nullptr) {
      return InvalidModel(cat("input ", i, " (", kInputNames[i], ") is not a constant"))
          .in(node_place(node));
    }
    *tables[i] = *constant;
  }
  const AttributeList& attributes = node.attributes;
  TRY_ASSIGN(trees.target_count, attributes.get_int("n_targets", 1));
  TRY_ASSIGN(const std::string aggregate, attributes.get_string("aggregate", "SUM"));
  TRY_ASSIGN(const size_t aggregate_at, index_of_name(kAggregateNames, aggregate, "aggregate"));
  trees.aggregate = static_cast<Aggregate>(aggregate_at);
  TRY_ASSIGN(const std::string order, attributes.get_string("base_order", "first"));
  TRY_ASSIGN(const size_t order_at, index_of_name(kBaseOrderNames, order, "base_order"));
  trees.base_order = static_cast<BaseOrder>(order_at);
  TRY_ASSIGN(const std::string accumulate, attributes.get_string("accumulate", "float64"));
  trees.accumulate = dtype_from_name(accumulate);
  if (!is_float(trees.accumulate)) {
    return InvalidModel(cat("attribute \"accumulate\": unknown value ", quoted(accumulate)));
  }
  if (node.inputs[kX] == kNoValue) {
    return InvalidModel("input 0 (X) is left out").in(node_place(node));
  }
  trees.feature_count = count_features(graph.value(node.inputs[kX]).type, trees.node_feature);
  return trees;
}

namespace {

template <class Target>
Result<ValueId> add_node(Target& target, ValueId x, const TreeEnsemble& trees) {
  TRY(validate(trees));
  NodeSpec spec;
  spec.op = "TreeEnsemble";
  spec.domain = kDomainTundish;
  spec.inputs.push_back(x);
  const std::array<const Tensor*, 9> tables = {
      &trees.tree_roots,  &trees.node_feature, &trees.node_threshold,
      &trees.node_mode,   &trees.node_true,    &trees.node_false,
      &trees.leaf_weight, &trees.leaf_target,  &trees.base};
  for (size_t i = 0; i < tables.size(); ++i) {
    spec.inputs.push_back(tables[i]->defined() ? target.constant(*tables[i], kInputNames[i + 1])
                                               : kNoValue);
  }
  spec.attributes.set("n_targets", trees.target_count);
  if (trees.aggregate != Aggregate::kSum) {
    spec.attributes.set("aggregate",
                        std::string(kAggregateNames[static_cast<size_t>(trees.aggregate)]));
  }
  if (trees.base_order != BaseOrder::kFirst) {
    spec.attributes.set("base_order",
                        std::string(kBaseOrderNames[static_cast<size_t>(trees.base_order)]));
  }
  if (trees.accumulate != DType::kFloat64) {
    spec.attributes.set("accumulate", std::string(dtype_name(trees.accumulate)));
  }
  TRY_ASSIGN(const std::vector<ValueId> outputs, target.add(std::move(spec)));
  return outputs[0];
}

}  // namespace

Result<ValueId> add_tree_ensemble(Builder& builder, ValueId x, const TreeEnsemble& trees) {
  return add_node(builder, x, trees);
}

Result<ValueId> add_tree_ensemble(Patch& patch, ValueId x, const TreeEnsemble& trees) {
  return add_node(patch, x, trees);
}

}  // namespace tundish
