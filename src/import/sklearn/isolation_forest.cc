// IsolationForest: depth sums over trees, then -2 ** -(S / (T * c(max_samples))) - offset_.
//
// Sources (scikit-learn tags 0.20.4 to 1.9.1, sklearn/ensemble/_iforest.py, iforest.py before
// 0.22): per tree, in tree order, in float64: nodes on the path + c(n_node_samples of the leaf)
// - 1. From 1.3 the two terms are stored (_decision_path_lengths, _average_path_length_per_tree)
// and used as they are. Leaves here hold that sum, so the tree operator adds what the original
// adds, in its order, and the division comes after, as there. Who lies on the limit:
// isolation_threshold.h.
#include <cmath>
#include <numbers>

#include "base/strings.h"
#include "import/sklearn/core/estimator.h"
#include "import/sklearn/core/isolation_threshold.h"
#include "import/sklearn/core/tree_record.h"
#include "ir/tree_ensemble.h"

namespace tundish::sklearn {
namespace {

using pickle::ObjectKind;
using pickle::ObjectView;

constexpr double kEulerGamma = std::numbers::egamma;  // the double that numpy.euler_gamma is

// c(n): _average_path_length. 0.20 gave 1 for n <= 1 and the general formula for n = 2.
double average_path_length(int64_t sample_count, const Version& version) {
  const bool first_form = !version.at_least(0, 21);
  if (sample_count <= 1) return first_form ? 1.0 : 0.0;
  if (sample_count == 2 && !first_form) return 1.0;
  const auto n = static_cast<double>(sample_count);
  return 2.0 * (std::log(n - 1.0) + kEulerGamma) - 2.0 * (n - 1.0) / n;
}

class IsolationForest : public Estimator {
 public:
  IsolationForest(Description description, std::string place, TreeEnsemble trees, PathScale scale,
                  double offset, IsolationLimit limit)
      : Estimator(std::move(description), std::move(place)),
        trees_(std::move(trees)),
        scale_(scale),
        offset_(offset),
        limit_(limit) {}

  Result<Answers> build(Builder& builder, const Features& input,
                        std::span<const std::string>) const override {
    TRY_ASSIGN(const ValueId x, cast(builder, input.value, DType::kFloat32));
    TRY_ASSIGN(const ValueId depths, add_tree_ensemble(builder, x, trees_));
    TRY_ASSIGN(const ValueId scores, score(builder, depths));
    TRY_ASSIGN(ValueId decision, builder.op("Sub", {scores, builder.scalar(offset_, "offset")}));
    ValueId outlier = kNoValue;
    if (limit_.by_depth) {
      TRY_ASSIGN(outlier, builder.op("Less", {depths, builder.scalar(limit_.low, "depth_limit")}));
      TRY_ASSIGN(decision, settle(builder, depths, outlier, decision));
    } else {
      const ValueId limit = builder.scalar(limit_.decision, "limit");
      TRY_ASSIGN(outlier, builder.op("Less", {decision, limit}));
    }
    TRY_ASSIGN(const ValueId label, builder.op("Where", {outlier, builder.scalar(int64_t{-1}),
                                                         builder.scalar(int64_t{1})}));
    return Answers{{"predict", label, DType::kInt64, Answer::Shape::kPerRow},
                   {"decision_function", decision, DType::kFloat64, Answer::Shape::kPerRow},
                   {"score_samples", scores, DType::kFloat64, Answer::Shape::kPerRow}};
  }

 private:
  // -(2 ** -(S / denominator)), each step as numpy does it.
  Result<ValueId> score(Builder& builder, ValueId depths) const {
    ValueId ratio = depths;
    if (scale_.is_constant()) {
      // The ratio is set to 1 whatever the depths are: 0 * S + 1, S being finite.
      TRY_ASSIGN(ratio, builder.op("Mul", {ratio, builder.scalar(0.0)}));
      TRY_ASSIGN(ratio, builder.op("Add", {ratio, builder.scalar(1.0)}));
      TRY_ASSIGN(ratio, builder.op("Neg", {ratio}));
    } else if (scale_.form == PathScale::Form::kMean) {
      TRY_ASSIGN(ratio, builder.op("Div", {ratio, builder.scalar(scale_.tree_count, "trees")}));
      TRY_ASSIGN(ratio, builder.op("Neg", {ratio}));
      TRY_ASSIGN(ratio, builder.op("Div", {ratio, builder.scalar(scale_.denominator, "path")}));
    } else {
      TRY_ASSIGN(ratio, builder.op("Div", {ratio, builder.scalar(scale_.denominator, "path")}));
      TRY_ASSIGN(ratio, builder.op("Neg", {ratio}));
    }
    TRY_ASSIGN(const ValueId power, builder.op("Pow", {builder.scalar(2.0, "two"), ratio}));
    return builder.op("Neg", {power});
  }

  // Rows on the limit get the decision that the original gives them: exactly the limit.
  Result<ValueId> settle(Builder& builder, ValueId depths, ValueId outlier,
                         ValueId decision) const {
    if (limit_.low == limit_.high) return decision;
    TRY_ASSIGN(const ValueId beyond,
               builder.op("Less", {builder.scalar(limit_.high, "depth_beyond"), depths}));
    TRY_ASSIGN(const ValueId off_limit, builder.op("Or", {outlier, beyond}));
    return builder.op("Where", {off_limit, decision, builder.scalar(limit_.decision, "limit")});
  }

  TreeEnsemble trees_;
  PathScale scale_;
  double offset_;
  IsolationLimit limit_;
};

// Everything of the file that building needs, in the order in which it is read.
struct Forest {
  ObjectView object;
  const Limits& limits;
  Version version;
  int64_t feature_count = 0;
  bool subsets = false;  ///< trees see columns estimators_features_[i] of X
  std::vector<ObjectView> estimators, features, stored_depths, stored_lengths;
};

// The stored per-tree arrays of 1.3 and later: empty when the file has none.
Result<std::vector<ObjectView>> read_stored(const Forest& forest, std::string_view attribute) {
  const std::optional<ObjectView> found = forest.object.find(attribute);
  if (!found || found->is_none()) return std::vector<ObjectView>();
  TRY_ASSIGN(std::vector<ObjectView> arrays, found->sequence());
  if (arrays.size() == forest.estimators.size()) return arrays;
  return found->error(ErrorCode::kInvalidModel,
                      cat(arrays.size(), " arrays for ", forest.estimators.size(), " trees"));
}

// Puts the columns of the whole X in the place of those of the tree's own subset.
Status map_features(const Forest& forest, size_t index, TreeRecord& tree) {
  const ObjectView& view = forest.features[index];
  TRY_ASSIGN(const Tensor tensor, view.as_array_i64());
  const auto columns = tensor.values<int64_t>();
  for (const int64_t column : columns) {
    if (column >= 0 && column < forest.feature_count) continue;
    return view.error(ErrorCode::kInvalidModel,
                      cat("column ", column, " of ", forest.feature_count));
  }
  const int64_t wanted =
      forest.subsets ? static_cast<int64_t>(columns.size()) : forest.feature_count;
  if (tree.feature_count != wanted) {
    return view.error(ErrorCode::kInvalidModel, cat("the tree has ", tree.feature_count,
                                                    " features, its columns are ", wanted));
  }
  if (!forest.subsets) return ok();
  for (TreeNode& node : tree.nodes) {
    if (node.feature >= 0) node.feature = columns[static_cast<size_t>(node.feature)];
  }
  return ok();
}

// What each leaf adds, in the original's order of operations.
Result<std::vector<double>> leaf_weights(const Forest& forest, size_t index,
                                         const TreeRecord& tree) {
  const auto node_count = static_cast<int64_t>(tree.node_count());
  std::vector<double> weights(tree.node_count());
  if (!forest.stored_depths.empty() && !forest.stored_lengths.empty()) {
    TRY_ASSIGN(const Tensor depths, forest.stored_depths[index].as_array_f64());
    TRY_ASSIGN(const Tensor lengths, forest.stored_lengths[index].as_array_f64());
    for (const auto& [view, tensor] : {std::pair{&forest.stored_depths[index], &depths},
                                       std::pair{&forest.stored_lengths[index], &lengths}}) {
      if (tensor->shape() == Shape{node_count}) continue;
      return view->error(ErrorCode::kInvalidModel, cat("shape is ", tensor->shape().to_string(),
                                                       " for ", node_count, " nodes"));
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      weights[i] = depths.values<double>()[i] + lengths.values<double>()[i] - 1.0;
      if (!std::isfinite(weights[i])) {
        return forest.stored_lengths[index].error(ErrorCode::kInvalidModel,
                                                  cat("path length of node ", i, " is not finite"));
      }
    }
    return weights;
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<double>(tree.depths[i]) +
                 average_path_length(tree.sample_counts[i], forest.version) - 1.0;
  }
  return weights;
}

Status add_trees(const Forest& forest, TreeBuilder& builder) {
  // The meaning of missing_go_to_left in these trees begins with 1.6 (files of 1.3 to 1.5 hold
  // zeros); before that NaN is refused, see behaviour_of.
  const bool routes_missing = forest.version.at_least(1, 6);
  uint64_t node_count = 0;
  for (size_t i = 0; i < forest.estimators.size(); ++i) {
    const ObjectView& estimator = forest.estimators[i];
    if (!estimator.is(ObjectKind::kRecord) || estimator.name() != "ExtraTreeRegressor") {
      return estimator.error(
          estimator.is(ObjectKind::kRecord) ? ErrorCode::kUnsupported : ErrorCode::kInvalidModel,
          cat("IsolationForest of ", estimator.type_name(), " (trees are ExtraTreeRegressor)"));
    }
    TRY_ASSIGN(const ObjectView tree_view, fitted(estimator, "tree_"));
    TRY_ASSIGN(TreeRecord tree, read_tree(tree_view, forest.limits, TreeValues::kUnused));
    node_count += tree.node_count();
    if (node_count > forest.limits.max_tree_nodes) {
      return estimator.error(
          ErrorCode::kLimit,
          cat("more than max_tree_nodes = ", forest.limits.max_tree_nodes, " nodes"));
    }
    TRY(map_features(forest, i, tree));
    if (!routes_missing) {
      for (TreeNode& node : tree.nodes) node.missing_true = false;
    }
    TRY_ASSIGN(const std::vector<double> weights, leaf_weights(forest, i, tree));
    TRY(in(estimator.path(), builder.add_tree(tree.nodes, weights, 0)));
  }
  return ok();
}

Result<int64_t> read_count(const ObjectView& object, std::string_view attribute, int64_t most) {
  TRY_ASSIGN(const ObjectView view, fitted(object, attribute));
  TRY_ASSIGN(const int64_t count, view.as_int());
  if (count >= 1 && count <= most) return count;
  return view.error(ErrorCode::kInvalidModel, cat("is ", count, ", expected 1 to ", most));
}

Result<Forest> read_forest(Reader& reader, const ObjectView& object) {
  Forest forest{object, reader.limits(), {}, 0, false, {}, {}, {}, {}};
  TRY_ASSIGN(forest.version, reader.version_of(object));
  TRY_ASSIGN(const ObjectView estimators, fitted(object, "estimators_"));
  TRY_ASSIGN(forest.estimators, estimators.sequence());
  if (forest.estimators.empty()) {
    return estimators.error(ErrorCode::kInvalidModel, "the forest has no trees");
  }
  TRY_ASSIGN(forest.feature_count, read_feature_count(object, reader.limits()));
  if (forest.feature_count < 0) {
    return object.error(ErrorCode::kInvalidModel,
                        "IsolationForest is not fitted, or lacks "
                        "n_features_in_ and n_features_");
  }
  TRY_ASSIGN(const ObjectView features, fitted(object, "estimators_features_"));
  TRY_ASSIGN(forest.features, features.sequence());
  if (forest.features.size() != forest.estimators.size()) {
    return features.error(ErrorCode::kInvalidModel, cat(forest.features.size(), " entries for ",
                                                        forest.estimators.size(), " trees"));
  }
  TRY_ASSIGN(const int64_t columns, read_count(object, "_max_features", forest.feature_count));
  forest.subsets = columns != forest.feature_count;
  TRY_ASSIGN(forest.stored_depths, read_stored(forest, "_decision_path_lengths"));
  TRY_ASSIGN(forest.stored_lengths, read_stored(forest, "_average_path_length_per_tree"));
  return forest;
}

// 2**53: larger counts are not exact as float64.
constexpr int64_t kMostSamples = int64_t{1} << 53;

Result<PathScale> read_scale(const Forest& forest) {
  const std::string_view attribute =
      forest.version.at_least(1, 3) ? "_max_samples" : "max_samples_";
  TRY_ASSIGN(const int64_t samples, read_count(forest.object, attribute, kMostSamples));
  PathScale scale;
  scale.tree_count = static_cast<double>(forest.estimators.size());
  const double length = average_path_length(samples, forest.version);
  if (!forest.version.at_least(0, 21)) {
    scale.form = PathScale::Form::kMean;
    scale.denominator = length;
    return scale;
  }
  scale.denominator = scale.tree_count * length;
  // np.divide(..., where=denominator != 0) came with 1.0; before, 0 / 0 was NaN.
  if (forest.version.at_least(1, 0)) scale.form = PathScale::Form::kGuardedSum;
  return scale;
}

// The decision below which a row is an outlier: 0, but for behaviour="old" of 0.20 and 0.21.
Result<double> read_threshold(const Forest& forest) {
  if (forest.version.at_least(0, 22)) return 0.0;
  const std::optional<ObjectView> behaviour = forest.object.find("behaviour");
  if (!behaviour) return 0.0;
  TRY_ASSIGN(const std::string_view text, behaviour->as_string());
  if (text != "old") return 0.0;
  TRY_ASSIGN(const ObjectView threshold, fitted(forest.object, "_threshold_"));
  return threshold.as_double();
}

Behaviour behaviour_of(const Version& version) {
  // check_array(force_all_finite=False) since 1.6: NaN, infinity and what becomes infinite as
  // float32 go through. Before, all three raise.
  const bool lax = version.at_least(1, 6);
  return {.accepts = {.nan = lax, .infinity = lax, .float32_overflow = lax}};
}

Result<EstimatorPointer> read(Reader& reader, const ObjectView& object) {
  TRY_ASSIGN(const Forest forest, read_forest(reader, object));
  Description description;
  description.name = description.contract_estimator = "IsolationForest";
  description.kind = EstimatorKind::kOutlierDetector;
  description.version = forest.version;
  description.feature_count = forest.feature_count;
  description.methods = {"predict", "decision_function", "score_samples"};
  description.behaviour = behaviour_of(forest.version);
  TRY_ASSIGN(description.feature_names, read_feature_names(object, forest.feature_count));

  TRY_ASSIGN(const PathScale scale, read_scale(forest));
  TRY_ASSIGN(const ObjectView offset_view, fitted(object, "offset_"));
  TRY_ASSIGN(const double offset, offset_view.as_double());
  TRY_ASSIGN(const double threshold, read_threshold(forest));
  if (!std::isfinite(offset) || !std::isfinite(threshold)) {
    return offset_view.error(ErrorCode::kInvalidModel, "offset_ or threshold_ is not finite");
  }
  const std::optional<ObjectView> contamination = object.find("contamination");
  bool fixed = false;
  if (contamination && contamination->is(ObjectKind::kString)) {
    // 0.20 had "legacy" as well, which stood for 0.1.
    TRY_ASSIGN(const std::string_view text, contamination->as_string());
    fixed = text == "auto";
  }
  const IsolationLimit limit = find_limit(
      scale, offset, threshold, fixed ? LimitOrigin::kFixed : LimitOrigin::kTrainingScore);

  TreeBuilder trees({.feature_count = forest.feature_count, .target_count = 1});
  TRY(add_trees(forest, trees));
  TRY_ASSIGN(TreeEnsemble ensemble, std::move(trees).finish());
  return EstimatorPointer(std::make_unique<IsolationForest>(
      std::move(description), object.path(), std::move(ensemble), scale, offset, limit));
}

constexpr ClassName kClasses[] = {{"sklearn.ensemble", "IsolationForest"}};
constexpr EstimatorDef kDefs[] = {{.classes = kClasses,
                                   .kind = EstimatorKind::kOutlierDetector,
                                   .methods = "predict, decision_function, score_samples",
                                   .versions = "0.22 - 1.9 (0.20, 0.21 with a warning)",
                                   .read = read}};

}  // namespace

std::span<const EstimatorDef> estimators_isolation_forest() { return kDefs; }

}  // namespace tundish::sklearn
