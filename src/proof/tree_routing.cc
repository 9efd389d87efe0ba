#include "proof/tree_routing.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/strings.h"
#include "proof/ulp.h"

namespace tundish {

namespace {

// One comparison of the source next to the one that takes its place.
struct ComparisonPair {
  int32_t feature;
  TreeMode source_mode, shipped_mode;
  double source_threshold, shipped_threshold;
  bool swapped;  // true where the source says false: the children have changed places
  int64_t node;  // in the shipped tables, for messages
};

bool is_lower_set(TreeMode mode) { return mode == TreeMode::kLeq || mode == TreeMode::kLt; }
bool is_upper_set(TreeMode mode) { return mode == TreeMode::kGte || mode == TreeMode::kGt; }
bool is_directed(TreeMode mode) { return is_lower_set(mode) || is_upper_set(mode); }

double threshold_at(const TreeEnsemble& trees, int32_t node) {
  const auto index = static_cast<size_t>(node);
  return trees.node_threshold.dtype() == DType::kFloat32
             ? static_cast<double>(trees.node_threshold.values<float>()[index])
             : trees.node_threshold.values<double>()[index];
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

// Whether every leaf holds one weight for each target. With a single target that includes leaves
// that name it: both forms add the same weight to the same sum.
bool holds_all_targets(const TreeEnsemble& trees) {
  return !trees.leaf_target.defined() || trees.target_count == 1;
}

// Bytes of one leaf: its weight or weights, and its target.
bool same_leaf(const TreeEnsemble& a, int32_t leaf_a, const TreeEnsemble& b, int32_t leaf_b) {
  const size_t bytes =
      a.leaf_weight.byte_count() / static_cast<size_t>(std::max<int64_t>(a.leaf_count(), 1));
  const auto* weight_a = static_cast<const char*>(a.leaf_weight.data()) + bytes * size_t(leaf_a);
  const auto* weight_b = static_cast<const char*>(b.leaf_weight.data()) + bytes * size_t(leaf_b);
  if (std::memcmp(weight_a, weight_b, bytes) != 0) return false;
  return holds_all_targets(a) || a.leaf_target.values<int32_t>()[size_t(leaf_a)] ==
                                     b.leaf_target.values<int32_t>()[size_t(leaf_b)];
}

std::string summary_difference(const TreeEnsemble& a, const TreeEnsemble& b) {
  if (a.tree_count() != b.tree_count()) return "the numbers of trees differ";
  if (a.node_count() != b.node_count()) return "the numbers of comparisons differ";
  if (a.target_count != b.target_count) return "the numbers of targets differ";
  if (a.aggregate != b.aggregate) return "the aggregate functions differ";
  if (a.accumulate != b.accumulate) return "the types of the sums differ";
  if (!same_bytes(a.base, b.base)) return "the base values differ";
  if (a.base.defined() && a.base_order != b.base_order) return "the base is added at another place";
  const bool alike = a.leaf_weight.dtype() == b.leaf_weight.dtype() &&
                     holds_all_targets(a) == holds_all_targets(b);
  return alike ? "" : "the leaves have another form";
}

// Walks both forests side by side, root to leaves, and lists the pairs of comparisons. Returns why
// the shapes differ, or an empty string.
std::string pair_up(const TreeEnsemble& source, const TreeEnsemble& shipped,
                    const MonotoneChain* chain, std::vector<ComparisonPair>& pairs) {
  std::vector<std::pair<int32_t, int32_t>> open;
  for (int64_t tree = 0; tree < source.tree_count(); ++tree) {
    open.emplace_back(source.tree_roots.values<int32_t>()[size_t(tree)],
                      shipped.tree_roots.values<int32_t>()[size_t(tree)]);
    while (!open.empty()) {
      const auto [a, b] = open.back();
      open.pop_back();
      if ((a < 0) != (b < 0)) return cat("tree ", tree, " has another shape");
      if (a < 0) {
        if (!same_leaf(source, ~a, shipped, ~b)) return cat("a leaf of tree ", tree, " differs");
        continue;
      }
      const auto i = size_t(a);
      const auto j = size_t(b);
      const uint8_t mode_a = source.node_mode.values<uint8_t>()[i];
      const uint8_t mode_b = shipped.node_mode.values<uint8_t>()[j];
      if (source.node_feature.values<int32_t>()[i] != shipped.node_feature.values<int32_t>()[j]) {
        return cat("tree ", tree, " node ", b, " tests another feature");
      }
      const TreeMode source_mode{static_cast<uint8_t>(mode_a & kTreeModeMask)};
      const TreeMode shipped_mode{static_cast<uint8_t>(mode_b & kTreeModeMask)};
      const bool directed = is_directed(source_mode) && is_directed(shipped_mode);
      const auto feature = size_t(source.node_feature.values<int32_t>()[i]);
      const bool increasing =
          chain == nullptr || chain->directions[feature] == Monotone::kIncreasing;
      const bool swapped =
          directed && (is_lower_set(source_mode) == increasing) != is_lower_set(shipped_mode);
      const bool missing_swapped = (mode_a & kMissingTrue) != (mode_b & kMissingTrue);
      if (missing_swapped != swapped) {
        return cat("tree ", tree, " node ", b, " sends missing values elsewhere");
      }
      pairs.push_back({source.node_feature.values<int32_t>()[i], source_mode, shipped_mode,
                       threshold_at(source, a), threshold_at(shipped, b), swapped, b});
      const int32_t true_b = shipped.node_true.values<int32_t>()[j];
      const int32_t false_b = shipped.node_false.values<int32_t>()[j];
      open.emplace_back(source.node_false.values<int32_t>()[i], swapped ? true_b : false_b);
      open.emplace_back(source.node_true.values<int32_t>()[i], swapped ? false_b : true_b);
    }
  }
  return "";
}

bool holds(TreeMode mode, double x, double threshold) {
  switch (mode) {
    case TreeMode::kLeq: return x <= threshold;
    case TreeMode::kLt: return x < threshold;
    case TreeMode::kGte: return x >= threshold;
    case TreeMode::kGt: return x > threshold;
    case TreeMode::kEq: return x == threshold;
    case TreeMode::kNeq: return x < threshold || x > threshold;
  }
  return false;
}

double neighbour(double value, bool up, DType dtype) {
  if (dtype == DType::kFloat32) {
    const auto narrow = static_cast<float>(value);
    return up ? next_up(narrow) : next_down(narrow);
  }
  return up ? next_up(value) : next_down(value);
}

// The two inputs between which the shipped comparison changes its answer: `low` and the next float
// above it. At the ends of the number line both are the same infinity.
struct Sides {
  double low, high;
};

Sides sides_of(const ComparisonPair& pair, DType dtype) {
  const double t = pair.shipped_threshold;
  const bool low_includes_threshold =
      pair.shipped_mode == TreeMode::kLeq || pair.shipped_mode == TreeMode::kGt;
  if (low_includes_threshold) return {t, neighbour(t, true, dtype)};
  return {neighbour(t, false, dtype), t};
}

// What the source's comparisons see at both sides of the shipped ones: two values per pair.
Result<std::vector<double>> images_of(const Graph& graph, const MonotoneChain* chain,
                                      const std::vector<ComparisonPair>& pairs, DType dtype,
                                      Evaluator& evaluator) {
  std::vector<double> points;
  std::vector<int32_t> columns;
  for (const ComparisonPair& pair : pairs) {
    const Sides sides = sides_of(pair, dtype);
    points.insert(points.end(), {sides.low, sides.high});
    columns.insert(columns.end(), {pair.feature, pair.feature});
  }
  if (chain == nullptr) return points;
  std::vector<double> images(points.size());
  TRY_ASSIGN(ChainSampler sampler, ChainSampler::create(graph, *chain, evaluator, columns,
                                                        ChainSampler::Layout::kMatrix));
  TRY(sampler.sample(points, images));
  return images;
}

std::string pair_difference(const ComparisonPair& pair, DType dtype, double image_low,
                            double image_high) {
  if (!is_directed(pair.source_mode) || !is_directed(pair.shipped_mode)) {
    return cat("comparison ", pair.node, " is an equality test");
  }
  const Sides sides = sides_of(pair, dtype);
  const auto agree = [&](double image, double value) {
    const bool theirs = holds(pair.source_mode, image, pair.source_threshold);
    return theirs == (holds(pair.shipped_mode, value, pair.shipped_threshold) != pair.swapped);
  };
  const bool same_low = agree(image_low, sides.low);
  if (same_low && agree(image_high, sides.high)) return "";
  return cat("comparison ", pair.node, " on feature ", pair.feature, " differs at the input ",
             same_low ? sides.high : sides.low);
}

bool identical(const ComparisonPair& pair) {
  return !pair.swapped && pair.source_mode == pair.shipped_mode &&
         pair.source_threshold == pair.shipped_threshold;
}

}  // namespace

Result<RoutingResult> prove_routing(const Graph& source_graph, const TreeEnsemble& theirs,
                                    const MonotoneChain* chain, const TreeEnsemble& shipped,
                                    DType input, Evaluator& evaluator) {
  RoutingResult result;
  result.trees = shipped.tree_count();
  result.leaves = shipped.leaf_count();
  result.why = summary_difference(theirs, shipped);
  if (!result.why.empty()) return result;
  std::vector<ComparisonPair> pairs;
  pairs.reserve(size_t(shipped.node_count()));
  result.why = pair_up(theirs, shipped, chain, pairs);
  if (!result.why.empty()) return result;
  result.comparisons = int64_t(pairs.size());
  if (chain == nullptr && std::all_of(pairs.begin(), pairs.end(), identical)) {
    result.equivalent = true;
    return result;
  }
  TRY_ASSIGN(const std::vector<double> images,
             images_of(source_graph, chain, pairs, input, evaluator));
  for (size_t i = 0; i < pairs.size(); ++i) {
    result.why = pair_difference(pairs[i], input, images[2 * i], images[2 * i + 1]);
    if (!result.why.empty()) return result;
  }
  result.equivalent = true;
  return result;
}

}  // namespace tundish
