// ai.onnx.ml TreeEnsembleClassifier, versions 1 and 3, by the rules that ONNX Runtime 1.31 follows
// (measured; tree_classifier_test.cc has the cases). Forms on which it contradicts the
// specification are refused.
#include <algorithm>

#include "base/strings.h"
#include "import/onnx/lift.h"
#include "import/onnx/upgrade/support/post_transform.h"
#include "import/onnx/upgrade/support/tree_lists.h"
#include "import/onnx/upgrade/support/tree_source.h"

namespace tundish {

namespace {

struct Outputs {
  ValueId label, scores;
};

struct Classifier {
  SourceTrees trees;
  Tensor labels;
  int64_t label_count = 0;
  PostTransform transform = PostTransform::kNone;
  std::vector<double> base;
  bool weights_all_positive = true;  ///< none below zero
};

Result<Tensor> labels_of(const Lift& lift) {
  TRY_ASSIGN(const std::vector<int64_t> numbers, lift.attributes.get_ints("classlabels_int64s"));
  TRY_ASSIGN(const std::vector<std::string> texts,
             lift.attributes.get_strings("classlabels_strings"));
  if (numbers.empty() == texts.empty()) {
    return InvalidModel("expected classlabels_int64s or classlabels_strings, one of them");
  }
  return texts.empty() ? Tensor::of(std::span<const int64_t>(numbers)) : Tensor::of_strings(texts);
}

Result<Classifier> read_classifier(const Lift& lift, DType accumulate) {
  Classifier read;
  TRY_ASSIGN(read.labels, labels_of(lift));
  read.label_count = read.labels.element_count();
  read.trees.accumulate = accumulate;
  read.trees.target_count = read.label_count;
  TRY_ASSIGN(const std::string transform, lift.attributes.get_string("post_transform", "NONE"));
  TRY_ASSIGN(read.transform, post_transform_of(transform));
  TRY(read_tree_lists(lift, {"class_"}, read.trees));
  TRY_ASSIGN(read.base, number_list(lift, "base_values", accumulate));
  for (const LeafEntry& entry : read.trees.entries) read.weights_all_positive &= entry.weight >= 0;
  return read;
}

Tensor numbers_like(const std::vector<double>& values, DType dtype) {
  if (dtype == DType::kFloat64) return Tensor::of(std::span<const double>(values));
  const std::vector<float> narrow(values.begin(), values.end());
  return Tensor::of(std::span<const float>(narrow));
}

// The label at each index [N].
Result<ValueId> labels_at(Lift& lift, const Tensor& labels, ValueId indices) {
  return lift.inner("Gather", {lift.builder.constant(labels, "labels"), indices});
}

Result<ValueId> trees_of(Lift& lift, ValueId x, const SourceTrees& trees,
                         const std::vector<double>& base) {
  TRY_ASSIGN(const int64_t feature_count, feature_count_of(lift));
  TRY_ASSIGN(TreeEnsemble tables, tables_of(trees, feature_count, lift.limits));
  if (!base.empty()) {
    tables.base = numbers_like(base, trees.accumulate);
    tables.base_order = BaseOrder::kLast;
  }
  return add_tree_ensemble(lift.builder, x, tables);
}

// Two labels, one column of scores s: label 1 when s is above 0.5 (above 0 when some weight is
// negative).
Result<Outputs> lift_one_column(Lift& lift, ValueId x, Classifier& read) {
  const int64_t column = read.trees.entries[0].target;
  if (column == 1 && !read.base.empty()) {
    return Unsupported("base_values for a classifier with weights for class 1 alone");
  }
  if (read.base.size() > 1) return Unsupported("two base_values for one column of scores");
  if (read.transform == PostTransform::kProbit) {
    return Unsupported("PROBIT on one column of scores for two labels");
  }
  for (LeafEntry& entry : read.trees.entries) entry.target = 0;
  read.trees.target_count = 1;
  TRY_ASSIGN(const ValueId s, trees_of(lift, x, read.trees, read.base));
  const DType dtype = read.trees.accumulate;
  const auto number = [&](double value) {
    return lift.builder.constant(numbers_like({value}, dtype));
  };
  TRY_ASSIGN(const ValueId above,
             lift.inner("Greater", {s, number(read.weights_all_positive ? 0.5 : 0.0)}));
  TRY_ASSIGN(const ValueId index, lift.cast(above, DType::kInt64));
  const int64_t last_axis = 1;
  const ValueId axes = lift.builder.constant(Tensor::of(std::span<const int64_t>(&last_axis, 1)));
  TRY_ASSIGN(const ValueId flat, lift.inner("Squeeze", {index, axes}));
  TRY_ASSIGN(const ValueId label, labels_at(lift, read.labels, flat));
  AttributeList along_columns;
  along_columns.set("axis", int64_t{1});
  ValueId other{};
  const bool logistic = read.transform == PostTransform::kLogistic;
  if (column == 1) {
    TRY_ASSIGN(other, lift.inner("Mul", {s, number(0.0)}));
  } else if (read.weights_all_positive && !logistic) {
    TRY_ASSIGN(other, lift.inner("Sub", {number(1.0), s}));
  } else {
    TRY_ASSIGN(other, lift.inner("Neg", {s}));
  }
  TRY_ASSIGN(const ValueId both, lift.inner("Concat", {other, s}, std::move(along_columns)));
  TRY_ASSIGN(ValueId scores, lift.cast(both, DType::kFloat32));
  // Weights for class 0 alone: nothing but LOGISTIC is honoured.
  if (column == 1 || logistic) {
    TRY_ASSIGN(scores, add_post_transform(lift, scores, read.transform));
  }
  return Outputs{label, scores};
}

// Three labels or more: the largest score among the classes that have one, the first of equals.
Result<Outputs> lift_columns(Lift& lift, ValueId x, Classifier& read) {
  if (!read.base.empty() && static_cast<int64_t>(read.base.size()) != read.label_count) {
    return InvalidModel(cat(read.base.size(), " base_values for ", read.label_count, " classes"));
  }
  std::vector<Scored> scored(static_cast<size_t>(read.label_count), Scored::kAlways);
  if (read.base.empty()) {
    TRY_ASSIGN(scored, scored_targets(read.trees));
  }
  std::vector<int64_t> columns;
  for (size_t i = 0; i < scored.size(); ++i) {
    if (scored[i] == Scored::kSometimes) {
      return Unsupported(cat("class ", i, " has a score for some rows only"));
    }
    if (scored[i] == Scored::kAlways) columns.push_back(static_cast<int64_t>(i));
  }
  if (columns.empty()) return InvalidModel("no class has a score");
  TRY_ASSIGN(const ValueId sums, trees_of(lift, x, read.trees, read.base));
  const ValueId which = lift.builder.constant(Tensor::of(std::span<const int64_t>(columns)));
  ValueId candidates = sums;
  if (static_cast<int64_t>(columns.size()) != read.label_count) {
    AttributeList along_columns;
    along_columns.set("axis", int64_t{1});
    TRY_ASSIGN(candidates, lift.inner("Gather", {sums, which}, std::move(along_columns)));
  }
  AttributeList first_largest;
  first_largest.set("axis", int64_t{1});
  first_largest.set("keepdims", int64_t{0});
  TRY_ASSIGN(ValueId index, lift.inner("ArgMax", {candidates}, std::move(first_largest)));
  if (candidates != sums) {
    TRY_ASSIGN(index, lift.inner("Gather", {which, index}));
  }
  TRY_ASSIGN(const ValueId label, labels_at(lift, read.labels, index));
  const bool mixes_columns =
      read.transform == PostTransform::kSoftmax || read.transform == PostTransform::kSoftmaxZero;
  if (mixes_columns && read.trees.accumulate == DType::kFloat64) {
    return Unsupported("SOFTMAX of sums in float64");
  }
  TRY_ASSIGN(ValueId scores, lift.cast(sums, DType::kFloat32));
  TRY_ASSIGN(scores, add_post_transform(lift, scores, read.transform));
  return Outputs{label, scores};
}

Result<std::vector<ValueId>> lift_tree_classifier(Lift& lift) {
  TRY_ASSIGN(const ValueId x, tree_rows(lift));
  TRY_ASSIGN(Classifier read, read_classifier(lift, lift.builder.type(x).dtype));
  const auto& entries = read.trees.entries;
  if (entries.empty()) return InvalidModel("no leaf has a weight");
  if (read.label_count < 2) return Unsupported("a classifier with one label");
  const bool one_column = std::all_of(entries.begin(), entries.end(), [&](const LeafEntry& entry) {
    return entry.target == entries[0].target;
  });
  if (read.label_count == 2 && !one_column) {
    return Unsupported(
        "two labels with a column of scores each (ONNX Runtime answers 1 where the second score is "
        "positive, the specification the label of the larger)");
  }
  if (read.label_count == 2 && (entries[0].target < 0 || entries[0].target > 1)) {
    return InvalidModel(cat("class ", entries[0].target, " of two"));
  }
  Outputs outputs{};
  if (read.label_count == 2) {
    TRY_ASSIGN(outputs, lift_one_column(lift, x, read));
  } else {
    TRY_ASSIGN(outputs, lift_columns(lift, x, read));
  }
  std::vector<ValueId> made = {outputs.label, outputs.scores};
  if (lift.output_names.size() > made.size()) return InvalidModel("more than two outputs");
  made.resize(lift.output_names.size());
  return made;
}

}  // namespace

std::span<const LiftRule> lift_rules_tree_classifier() {
  static constexpr LiftRule kRules[] = {
      {kDomainMl, "TreeEnsembleClassifier", lift_tree_classifier},
  };
  return kRules;
}

}  // namespace tundish
