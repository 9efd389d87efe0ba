#include "export/onnx/lower/tree_ensemble.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/strings.h"

namespace tundish {

namespace {

// Element i of a float32 or float64 tensor.
double number(const Tensor& tensor, int64_t i) {
  const auto at = static_cast<size_t>(i);
  return tensor.dtype() == DType::kFloat32 ? double{tensor.values<float>()[at]}
                                           : tensor.values<double>()[at];
}

Tensor numbers(const std::vector<double>& values, DType dtype) {
  if (dtype == DType::kFloat64) return Tensor::of(std::span<const double>(values));
  const std::vector<float> narrow(values.begin(), values.end());
  return Tensor::of(std::span<const float>(narrow));
}

bool all_float32(const Tensor& thresholds) {
  if (thresholds.dtype() == DType::kFloat32) return true;
  const auto values = thresholds.values<double>();
  return std::all_of(values.begin(), values.end(), [](double v) {
    return std::isnan(v) || static_cast<double>(static_cast<float>(v)) == v;
  });
}

bool has_negative_zero(const Tensor& base) {
  for (int64_t i = 0; i < base.element_count(); ++i) {
    if (number(base, i) == 0 && std::signbit(number(base, i))) return true;
  }
  return false;
}

// Numbers of ai.onnx.ml TreeEnsemble-5's aggregate_function.
int64_t aggregate_number(Aggregate aggregate) {
  constexpr int64_t kNumbers[] = {1, 0, 2, 3};  // SUM, AVERAGE, MIN, MAX
  return kNumbers[static_cast<size_t>(aggregate)];
}

/// The operator's lists. Inner nodes keep their order; nodes made for single leaves come after.
class Tables {
 public:
  explicit Tables(const TreeEnsemble& trees)
      : trees_(trees), copies_(trees.leaf_target.defined() ? 1 : trees.target_count) {
    const auto nodes = static_cast<size_t>(trees.node_count() * copies_);
    for (auto* list : {&features, &true_ids, &true_leafs, &false_ids, &false_leafs, &missing}) {
      list->reserve(nodes);
    }
    add_inner_nodes();
    add_leaves();
    if (trees.base.defined() && trees.base_order == BaseOrder::kFirst) add_base();
    for (const int32_t root : trees.tree_roots.values<int32_t>()) {
      for (int64_t copy = 0; copy < copies_; ++copy) add_root(root, copy);
    }
  }

  std::vector<int64_t> roots, features, true_ids, true_leafs, false_ids, false_leafs, missing;
  std::vector<int64_t> leaf_targets;
  std::vector<uint8_t> modes;
  std::vector<double> splits, weights;
  bool any_missing = false;

 private:
  // Vector leaves: every copy of the tables answers one target.
  void add_inner_nodes() {
    const auto mode = trees_.node_mode.values<uint8_t>();
    const auto feature = trees_.node_feature.values<int32_t>();
    const auto if_true = trees_.node_true.values<int32_t>();
    const auto if_false = trees_.node_false.values<int32_t>();
    for (int64_t copy = 0; copy < copies_; ++copy) {
      for (size_t i = 0; i < feature.size(); ++i) {
        features.push_back(feature[i]);
        splits.push_back(number(trees_.node_threshold, static_cast<int64_t>(i)));
        modes.push_back(mode[i] & kTreeModeMask);
        missing.push_back((mode[i] & kMissingTrue) != 0 ? 1 : 0);
        any_missing |= missing.back() != 0;
        add_child(if_true[i], copy, true_ids, true_leafs);
        add_child(if_false[i], copy, false_ids, false_leafs);
      }
    }
  }

  void add_child(int32_t code, int64_t copy, std::vector<int64_t>& ids,
                 std::vector<int64_t>& leafs) const {
    leafs.push_back(code < 0 ? 1 : 0);
    ids.push_back(code < 0 ? ~int64_t{code} + copy * trees_.leaf_count()
                           : code + copy * trees_.node_count());
  }

  void add_leaves() {
    const int64_t leaf_count = trees_.leaf_count();
    for (int64_t copy = 0; copy < copies_; ++copy) {
      for (int64_t leaf = 0; leaf < leaf_count; ++leaf) {
        weights.push_back(number(trees_.leaf_weight, leaf * copies_ + copy));
        leaf_targets.push_back(copies_ == 1 && trees_.leaf_target.defined()
                                   ? trees_.leaf_target.values<int32_t>()[static_cast<size_t>(leaf)]
                                   : copy);
      }
    }
  }

  void add_base() {
    for (int64_t target = 0; target < trees_.target_count; ++target) {
      const auto leaf = static_cast<int64_t>(weights.size());
      weights.push_back(number(trees_.base, target));
      leaf_targets.push_back(target);
      add_single_leaf(leaf);
    }
  }

  void add_root(int32_t code, int64_t copy) {
    if (code < 0) {
      add_single_leaf(~int64_t{code} + copy * trees_.leaf_count());
    } else {
      roots.push_back(code + copy * trees_.node_count());
    }
  }

  void add_single_leaf(int64_t leaf) {
    roots.push_back(static_cast<int64_t>(features.size()));
    features.push_back(0);
    splits.push_back(0);
    modes.push_back(0);
    missing.push_back(0);
    for (auto* ids : {&true_ids, &false_ids}) ids->push_back(leaf);
    for (auto* leafs : {&true_leafs, &false_leafs}) leafs->push_back(1);
  }

  const TreeEnsemble& trees_;
  int64_t copies_;
};

OnnxAttribute tensor_attribute(RecordBuilder& out, std::string_view name, const Tensor& tensor) {
  OnnxAttribute attribute;
  attribute.name = name;
  attribute.type = OnnxAttributeType::kTensor;
  attribute.tensors.push_back(out.tensor(tensor, name));
  return attribute;
}

// The attributes in alphabetical order, as all nodes are written.
void set_attributes(RecordBuilder& out, OnnxNode& node, Tables tables, const TreeEnsemble& trees,
                    DType dtype) {
  auto& list = node.attribute;
  list.push_back(int_attribute("aggregate_function", aggregate_number(trees.aggregate)));
  list.push_back(ints_attribute("leaf_targetids", std::move(tables.leaf_targets)));
  list.push_back(tensor_attribute(out, "leaf_weights", numbers(tables.weights, dtype)));
  list.push_back(int_attribute("n_targets", trees.target_count));
  list.push_back(ints_attribute("nodes_falseleafs", std::move(tables.false_leafs)));
  list.push_back(ints_attribute("nodes_falsenodeids", std::move(tables.false_ids)));
  list.push_back(ints_attribute("nodes_featureids", std::move(tables.features)));
  if (tables.any_missing) {
    list.push_back(ints_attribute("nodes_missing_value_tracks_true", std::move(tables.missing)));
  }
  list.push_back(
      tensor_attribute(out, "nodes_modes", Tensor::of(std::span<const uint8_t>(tables.modes))));
  list.push_back(tensor_attribute(out, "nodes_splits", numbers(tables.splits, dtype)));
  list.push_back(ints_attribute("nodes_trueleafs", std::move(tables.true_leafs)));
  list.push_back(ints_attribute("nodes_truenodeids", std::move(tables.true_ids)));
  list.push_back(int_attribute("post_transform", 0));
  list.push_back(ints_attribute("tree_roots", std::move(tables.roots)));
}

}  // namespace

std::string why_not_standard(const TreeEnsemble& trees, DType x_type) {
  if (x_type != DType::kFloat32 && x_type != DType::kFloat64) {
    return cat("rows of ", dtype_name(x_type));
  }
  if (trees.accumulate == DType::kFloat32) {
    // One type for all of T: float32 rows and thresholds, or nothing.
    if (x_type != DType::kFloat32) return "float64 rows with sums in float32";
    if (!all_float32(trees.node_threshold)) {
      return "sums in float32 with thresholds that need float64";
    }
  }
  const bool base_first = trees.base.defined() && trees.base_order == BaseOrder::kFirst;
  if (base_first && trees.aggregate != Aggregate::kSum) {
    return "a base that goes before an aggregate other than SUM";
  }
  if (base_first && has_negative_zero(trees.base)) return "a base of -0.0";
  if (trees.tree_count() == 0 && !base_first) return "no trees";
  if (trees.feature_count == 0) return "no features";
  const int64_t copies = trees.leaf_target.defined() ? 1 : trees.target_count;
  if (trees.node_count() > std::numeric_limits<int32_t>::max() / copies ||
      trees.leaf_count() > std::numeric_limits<int32_t>::max() / copies) {
    return "more nodes than int32 can number, once each target has its own trees";
  }
  if (trees.aggregate == Aggregate::kAverage && copies > 1) {
    return "an average of vector leaves, which takes one tree per target";
  }
  return {};
}

void lower_tree_ensemble(RecordBuilder& out, const TreeEnsemble& trees, DType x_type,
                         const TreeNames& names) {
  const DType dtype = trees.accumulate;
  const bool base_last = trees.base.defined() && trees.base_order == BaseOrder::kLast;
  std::string_view x = names.x;
  if (x_type != dtype) {
    x = out.fresh_name(cat(names.x, "_float64"));
    OnnxNode& cast = out.node("", "Cast", x, {names.x}, {x});
    cast.attribute.push_back(int_attribute("to", static_cast<int64_t>(dtype)));
  }
  const std::string_view sum = base_last ? out.fresh_name(cat(names.y, "_sum")) : names.y;
  OnnxNode& node = out.node("ai.onnx.ml", "TreeEnsemble", names.node, {x}, {sum});
  set_attributes(out, node, Tables(trees), trees, dtype);
  if (!base_last) return;
  const std::string_view base = out.fresh_name(cat(names.node, "_base"));
  out.initializer(trees.base, base);
  out.node("", "Add", out.fresh_name(cat(names.node, "_add_base")), {sum, base}, {names.y});
}

}  // namespace tundish
