#include <initializer_list>
#include <vector>

#include "kernels/forest.h"

namespace tundish::kernels {
namespace {

using Kind = ForestFault::Kind;

constexpr size_t kMostItems = (size_t{1} << 31) - 1;
constexpr size_t kMostWeights = size_t{1} << 40;

ForestFault check_sizes(const ForestView& forest) {
  for (size_t count : {forest.tree_count, forest.node_count, forest.leaf_count, forest.target_count,
                       forest.feature_count}) {
    if (count > kMostItems) return {Kind::kTooLarge, 0};
  }
  if (forest.leaf_form == LeafForm::kVector && forest.target_count != 0 &&
      forest.leaf_count > kMostWeights / forest.target_count) {
    return {Kind::kTooLarge, 0};
  }
  const bool nodes_null = forest.node_count != 0 &&
                          (forest.features == nullptr || forest.thresholds == nullptr ||
                           forest.true_children == nullptr || forest.false_children == nullptr);
  const bool leaves_null = forest.leaf_count != 0 &&
                           (forest.weights == nullptr || (forest.leaf_form == LeafForm::kSingle &&
                                                          forest.leaf_targets == nullptr));
  const bool base_null = forest.base_order != BaseOrder::kNone && forest.target_count != 0 &&
                         forest.base_values == nullptr;
  if (nodes_null || leaves_null || base_null ||
      (forest.tree_count != 0 && forest.roots == nullptr)) {
    return {Kind::kNullArray, 0};
  }
  return {};
}

bool in_range(int32_t child, const ForestView& forest) {
  return child >= 0 ? static_cast<size_t>(child) < forest.node_count
                    : static_cast<size_t>(~child) < forest.leaf_count;
}

ForestFault check_items(const ForestView& forest) {
  for (size_t n = 0; n < forest.node_count; ++n) {
    const int32_t feature = forest.features[n];
    if (feature < 0 || static_cast<size_t>(feature) >= forest.feature_count) {
      return {Kind::kFeatureRange, n};
    }
    if (forest.modes != nullptr && (forest.modes[n] & ~kNanTrue) > kModeNeq) {
      return {Kind::kUnknownMode, n};
    }
    if (!in_range(forest.true_children[n], forest) || !in_range(forest.false_children[n], forest)) {
      return {Kind::kChildRange, n};
    }
  }
  if (forest.leaf_form == LeafForm::kSingle) {
    for (size_t k = 0; k < forest.leaf_count; ++k) {
      const int32_t target = forest.leaf_targets[k];
      if (target < 0 || static_cast<size_t>(target) >= forest.target_count) {
        return {Kind::kTargetRange, k};
      }
    }
  }
  return {};
}

}  // namespace

ForestFault check(const ForestView& forest) {
  ForestFault fault = check_sizes(forest);
  if (fault.kind != Kind::kNone) return fault;
  fault = check_items(forest);
  if (fault.kind != Kind::kNone) return fault;
  std::vector<bool> reached(forest.node_count);
  std::vector<int32_t> open;
  for (size_t t = 0; t < forest.tree_count; ++t) {
    if (!in_range(forest.roots[t], forest)) return {Kind::kRootRange, t};
    open.push_back(forest.roots[t]);
    while (!open.empty()) {
      const int32_t node = open.back();
      open.pop_back();
      if (node < 0) continue;
      if (reached[node]) return {Kind::kNodeTwice, static_cast<size_t>(node)};
      reached[node] = true;
      open.push_back(forest.false_children[node]);
      open.push_back(forest.true_children[node]);
    }
  }
  return {};
}

}  // namespace tundish::kernels
