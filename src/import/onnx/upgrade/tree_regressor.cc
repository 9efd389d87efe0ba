// ai.onnx.ml TreeEnsembleRegressor, versions 1 and 3. ONNX Runtime sums in float32, in float64 when
// X is float64, and always answers float32.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "import/onnx/lift.h"
#include "import/onnx/upgrade/support/post_transform.h"
#include "import/onnx/upgrade/support/tree_lists.h"
#include "import/onnx/upgrade/support/tree_source.h"

namespace tundish {

namespace {

Result<Aggregate> aggregate_of(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"SUM", "AVERAGE", "MIN", "MAX"};
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end())
    return InvalidModel(cat("attribute \"aggregate_function\": unknown value ", quoted(name)));
  return static_cast<Aggregate>(at - kNames.begin());
}

// ONNX Runtime answers 0 and not the base value for a target that no tree has scored; the
// specification says nothing.
Status check_base(const SourceTrees& trees, const std::vector<double>& base) {
  if (base.empty()) return ok();
  if (static_cast<int64_t>(base.size()) != trees.target_count) {
    return Unsupported(cat(base.size(), " base_values for ", trees.target_count, " targets"));
  }
  if (trees.target_count == 1) return ok();
  TRY_ASSIGN(const std::vector<Scored> scored, scored_targets(trees));
  for (size_t target = 0; target < scored.size(); ++target) {
    if (scored[target] != Scored::kAlways && base[target] != 0) {
      return Unsupported(
          cat("target ", target, " has a base value and a score for some rows only"));
    }
  }
  return ok();
}

Tensor base_tensor(const std::vector<double>& base, DType dtype) {
  if (dtype == DType::kFloat64) return Tensor::of(std::span<const double>(base));
  const std::vector<float> narrow(base.begin(), base.end());
  return Tensor::of(std::span<const float>(narrow));
}

Result<std::vector<ValueId>> lift_tree_regressor(Lift& lift) {
  TRY_ASSIGN(const ValueId x, tree_rows(lift));
  const DType accumulate = lift.builder.type(x).dtype;
  SourceTrees trees;
  trees.accumulate = accumulate;
  TRY_ASSIGN(trees.target_count, lift.attributes.require_int("n_targets"));
  TRY_ASSIGN(const std::string aggregate, lift.attributes.get_string("aggregate_function", "SUM"));
  TRY_ASSIGN(trees.aggregate, aggregate_of(aggregate));
  TRY_ASSIGN(const std::string transform_name,
             lift.attributes.get_string("post_transform", "NONE"));
  TRY_ASSIGN(const PostTransform transform, post_transform_of(transform_name));
  TRY(read_tree_lists(lift, {"target_"}, trees));
  if (trees.entries.empty()) return InvalidModel("no leaf has a weight");
  TRY_ASSIGN(const std::vector<double> base, number_list(lift, "base_values", accumulate));
  TRY(check_base(trees, base));
  TRY_ASSIGN(const int64_t feature_count, feature_count_of(lift));
  TRY_ASSIGN(TreeEnsemble tables, tables_of(trees, feature_count, lift.limits));
  const bool sums = trees.aggregate == Aggregate::kSum;
  if (!base.empty() && sums) {
    tables.base = base_tensor(base, accumulate);
    tables.base_order = BaseOrder::kLast;
  }
  TRY_ASSIGN(ValueId scores, add_tree_ensemble(lift.builder, x, tables));
  if (!base.empty() && !sums) {
    TRY_ASSIGN(scores,
               lift.inner("Add", {scores, lift.builder.constant(base_tensor(base, accumulate))}));
  }
  TRY_ASSIGN(scores, lift.cast(scores, DType::kFloat32));
  return finish_scores(lift, scores, transform, trees.target_count);
}

}  // namespace

std::span<const LiftRule> lift_rules_tree_regressor() {
  static constexpr LiftRule kRules[] = {
      {kDomainMl, "TreeEnsembleRegressor", lift_tree_regressor},
  };
  return kRules;
}

}  // namespace tundish
