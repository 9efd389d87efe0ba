// Scaler + trees = trees: a chain of elementwise, monotone nodes in front of tundish.TreeEnsemble
// is folded into the thresholds, exactly.
//
// Let g_f be the chain in column f, computed as it stands in the graph, rounding included, and t a
// threshold. g_f is monotone (by the traits of its nodes; IEEE 754 rounding is monotone, so x - c,
// x / c and a cast are), so the values v of the chain's source for which g_f(v) <= t are all values
// up to some v0 (from some v0 on, if g_f is decreasing). v0 is found by bisection over the values
// of the source's type and checked on both sides; the comparison becomes v <= v0. The mode of a
// node never changes: where the sense of the comparison turns (a decreasing chain), or a comparison
// is never (always) true and has no threshold of its mode that says so for both infinities, the two
// children change places and with them the side of a missing value. So an ensemble of one mode
// stays one. NaN passes through the chain and meets the same missing rule as before. A NaN
// threshold stays.
//
// Does not fire, with the reason: EQ and NEQ nodes; a chain that gives NaN for a number (-inf or
// +inf among them) or a number for NaN; a cut that the check on both sides contradicts.
#include <algorithm>
#include <cmath>
#include <optional>

#include "base/strings.h"
#include "ir/tree_ensemble.h"
#include "passes/pass.h"
#include "passes/support/monotone_chain.h"
#include "passes/support/threshold_search.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fold_monotone";
// Inputs of tundish.TreeEnsemble that a fold changes (ir/tree_ensemble.h).
enum : size_t { kX = 0, kThreshold = 3, kMode = 4, kTrue = 5, kFalse = 6 };

TreeMode mode_of(uint8_t mode) { return static_cast<TreeMode>(mode & kTreeModeMask); }

double threshold_at(const TreeEnsemble& trees, size_t node) {
  return trees.node_threshold.dtype() == DType::kFloat32
             ? trees.node_threshold.values<float>()[node]
             : trees.node_threshold.values<double>()[node];
}

/// The comparison (or its opposite) as a cut: true for small values of the source.
Cut cut_of(TreeMode mode, Monotone direction) {
  const bool splits_above = mode == TreeMode::kLeq || mode == TreeMode::kGt;
  if (direction == Monotone::kIncreasing) return splits_above ? Cut::kAtMost : Cut::kBelow;
  return splits_above ? Cut::kAbove : Cut::kAtLeast;
}

std::vector<bool> used_features(const TreeEnsemble& trees) {
  std::vector<bool> used(static_cast<size_t>(trees.feature_count), false);
  for (const int32_t feature : trees.node_feature.values<int32_t>()) used[feature] = true;
  return used;
}

/// The distinct cuts of an ensemble, ordered by column, and the cut of each node.
struct Cuts {
  std::vector<CutSearch> searches;
  std::vector<int64_t> of_node;  ///< -1: the threshold is NaN
};

Cuts collect_cuts(const TreeEnsemble& trees, const std::vector<Monotone>& directions) {
  const auto features = trees.node_feature.values<int32_t>();
  const auto modes = trees.node_mode.values<uint8_t>();
  std::vector<CutSearch> wanted(features.size());
  std::vector<size_t> order;
  for (size_t i = 0; i < features.size(); ++i) {
    const int32_t f = features[i];
    wanted[i] = {.column = f,
                 .cut = cut_of(mode_of(modes[i]), directions[f]),
                 .threshold = threshold_at(trees, i)};
    if (!std::isnan(wanted[i].threshold)) order.push_back(i);
  }
  const auto before = [&](size_t a, size_t b) {
    const CutSearch& x = wanted[a];
    const CutSearch& y = wanted[b];
    if (x.column != y.column) return x.column < y.column;
    if (x.cut != y.cut) return x.cut < y.cut;
    return x.threshold < y.threshold;
  };
  std::sort(order.begin(), order.end(), before);
  Cuts cuts;
  cuts.of_node.assign(features.size(), -1);
  for (size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || before(order[k - 1], order[k])) cuts.searches.push_back(wanted[order[k]]);
    cuts.of_node[order[k]] = static_cast<int64_t>(cuts.searches.size()) - 1;
  }
  return cuts;
}

/// Tables of the folded ensemble.
struct FoldedTables {
  std::vector<double> thresholds;
  std::vector<uint8_t> modes;
  std::vector<int32_t> if_true, if_false;
  int64_t swapped_count = 0;   ///< nodes whose children changed places
  int64_t constant_count = 0;  ///< nodes that send every number one way
};

class Folder {
 public:
  Folder(const Graph& graph, NodeId id, PassContext& context)
      : graph_(graph), node_(graph.node(id)), context_(context) {}

  /// The patch, or nothing when the rule does not fire.
  Result<std::optional<Patch>> run() {
    TRY_ASSIGN(trees_, tree_ensemble_of(graph_, node_));
    TRY(validate(trees_));
    const std::vector<bool> used = used_features(trees_);
    chain_ = find_monotone_chain(graph_, context_.ops, node_.inputs[kX], used);
    if (chain_.steps.empty()) return not_fired(chain_.stopped);
    if (has_equality()) return not_fired("a node compares with EQ or NEQ");
    Cuts cuts = collect_cuts(trees_, chain_.directions);
    if (!cuts.searches.empty()) {
      if (Status found = find_cuts(graph_, chain_, context_.evaluator, cuts.searches); !found) {
        return not_fired_or_error(std::move(found).error());
      }
      Result<std::string> fault = disprove_cuts(graph_, chain_, context_.evaluator, cuts.searches);
      if (!fault) return not_fired_or_error(std::move(fault).error());
      if (!fault->empty()) return not_fired(*fault);
    }
    return make_patch(cuts, fold(cuts));
  }

 private:
  std::optional<Patch> not_fired(const std::string& reason) {
    if (!reason.empty()) {
      context_.note({std::string(kName), cat(node_place(node_), ": not folded: ", reason)});
    }
    return std::nullopt;
  }

  /// An operator that the evaluator lacks is no fault of the graph.
  Result<std::optional<Patch>> not_fired_or_error(Error error) {
    if (error.code() == ErrorCode::kUnsupported) return not_fired(error.to_string());
    return std::move(error).in(node_place(node_)).in(cat("pass ", kName));
  }

  bool has_equality() const {
    const auto modes = trees_.node_mode.values<uint8_t>();
    return std::any_of(modes.begin(), modes.end(), [](uint8_t mode) {
      return mode_of(mode) == TreeMode::kEq || mode_of(mode) == TreeMode::kNeq;
    });
  }

  FoldedTables fold(const Cuts& cuts) const {
    FoldedTables out;
    const auto copy = [](const auto& values, auto& to) { to.assign(values.begin(), values.end()); };
    copy(trees_.node_mode.values<uint8_t>(), out.modes);
    copy(trees_.node_true.values<int32_t>(), out.if_true);
    copy(trees_.node_false.values<int32_t>(), out.if_false);
    out.thresholds.assign(out.modes.size(), std::numeric_limits<double>::quiet_NaN());
    for (size_t i = 0; i < out.modes.size(); ++i) {
      if (cuts.of_node[i] >= 0) fold_node(i, cuts.searches[cuts.of_node[i]], out);
    }
    return out;
  }

  void fold_node(size_t i, const CutSearch& search, FoldedTables& out) const {
    const FloatLine line(chain_.source_dtype);
    const TreeMode mode = mode_of(out.modes[i]);
    bool swaps = chain_.directions[search.column] == Monotone::kDecreasing;
    // LEQ and GT name the last value of the lower side, LT and GTE the first of the upper one.
    const bool names_lower = mode == TreeMode::kLeq || mode == TreeMode::kGt;
    const int64_t place = names_lower ? search.last_true : search.last_true + 1;
    const bool has_lower = search.last_true >= -line.last();
    const bool has_upper = search.last_true < line.last();
    if (names_lower ? has_lower : has_upper) {
      out.thresholds[i] = line.at(place);
    } else {
      // The side to be named is empty: the whole line is named instead, and the sides change
      // places.
      constexpr double kInfinity = std::numeric_limits<double>::infinity();
      out.thresholds[i] = names_lower ? kInfinity : -kInfinity;
      swaps = !swaps;
    }
    if (!has_lower || !has_upper) ++out.constant_count;
    if (!swaps) return;
    ++out.swapped_count;
    std::swap(out.if_true[i], out.if_false[i]);
    out.modes[i] ^= kMissingTrue;
  }

  Result<std::optional<Patch>> make_patch(const Cuts& cuts, const FoldedTables& tables) {
    Patch patch(graph_, context_.ops);
    patch.at(node_.origin);
    NodeSpec spec{.op = node_.op, .domain = node_.domain, .inputs = node_.inputs};
    spec.attributes = node_.attributes;
    spec.name = node_.name;
    spec.version = node_.version;
    const auto name = [&](size_t input) { return graph_.value(node_.inputs[input]).name; };
    spec.inputs[kX] = chain_.source;
    spec.inputs[kThreshold] = patch.constant(threshold_tensor(tables), name(kThreshold));
    if (tables.swapped_count > 0) {
      const auto table = [&](size_t input, const auto& values) {
        spec.inputs[input] = patch.constant(Tensor::of(std::span(values)), name(input));
      };
      table(kMode, tables.modes);
      table(kTrue, tables.if_true);
      table(kFalse, tables.if_false);
    }
    TRY_ASSIGN(const std::vector<ValueId> outputs, patch.add(std::move(spec)));
    patch.replace(node_.outputs[0], outputs[0]);
    patch.set_reason(statement(cuts, tables));
    return std::optional<Patch>(std::move(patch));
  }

  Tensor threshold_tensor(const FoldedTables& tables) const {
    const std::vector<double>& values = tables.thresholds;
    if (chain_.source_dtype == DType::kFloat64) return Tensor::of(std::span(values));
    // Exact: all values were taken from the float32 line.
    const std::vector<float> narrow(values.begin(), values.end());
    return Tensor::of(std::span(narrow));
  }

  std::string statement(const Cuts& cuts, const FoldedTables& tables) const {
    return cat(
        node_place(node_), ": ", chain_text(graph_, chain_), " after ",
        quoted(graph_.value(chain_.source).name), " folded into ", trees_.node_count(),
        " thresholds (", cuts.searches.size(), " distinct): every ",
        dtype_name(chain_.source_dtype),
        " takes the same branch at every node as before, infinities, zeros of both signs and "
        "NaN included; checked at each new threshold and its neighbour; ",
        tables.swapped_count, " nodes with children exchanged, ", tables.constant_count,
        " that send every number one way");
  }

  const Graph& graph_;
  const Node& node_;
  PassContext& context_;
  TreeEnsemble trees_;
  MonotoneChain chain_;
};

Result<int64_t> run(Graph& graph, PassContext& context) {
  int64_t applied = 0;
  const std::vector<NodeId> order(graph.order().begin(), graph.order().end());
  for (const NodeId id : order) {
    if (!graph.node(id).is(kDomainTundish, "TreeEnsemble")) continue;
    TRY_ASSIGN(std::optional<Patch> patch, Folder(graph, id, context).run());
    if (!patch) continue;
    TRY_ASSIGN(const bool is_applied, apply_patch(graph, std::move(*patch), kName, context));
    if (!is_applied) break;
    ++applied;
  }
  return applied;
}

}  // namespace

const PassDef& pass_fold_monotone() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "folds scalers and casts in front of trees into the thresholds, exactly",
      .stage = PassStage::kFile,
      .looks_for = {"TreeEnsemble"},
      .run = run};
  return kPass;
}

}  // namespace tundish
