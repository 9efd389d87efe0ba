#include "import/onnx/schema.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/strings.h"
#include "ir/graph.h"

namespace tundish {

namespace {

/// An attribute and the opsets [since, until) that have it; until 0 = to this day.
struct Span {
  std::string_view name;
  int since = 1;
  int until = 0;
};
using Spans = std::span<const Span>;

struct Schema {
  std::string_view domain, op;
  int since;
  Spans attributes;
};

constexpr Spans kNothing;
// A hint to reuse storage.
constexpr Span kUnary[] = {{"consumed_inputs", 1, 6}};
constexpr Span kLogic[] = {{"axis", 1, 7}, {"broadcast", 1, 7}};
constexpr Span kArithmetic[] = {{"axis", 1, 7}, {"broadcast", 1, 7}, {"consumed_inputs", 1, 6}};
constexpr Span kArgExtremum[] = {{"axis"}, {"keepdims"}, {"select_last_index", 12}};
constexpr Span kReduction[] = {{"axes", 1, 18}, {"keepdims"}, {"noop_with_empty_axes", 18}};
constexpr Span kReduceSum[] = {{"axes", 1, 13}, {"keepdims"}, {"noop_with_empty_axes", 13}};
constexpr Span kCast[] = {{"round_mode", 24}, {"saturate", 19}, {"to"}};
constexpr Span kClip[] = {{"consumed_inputs", 1, 6}, {"max", 1, 11}, {"min", 1, 11}};
constexpr Span kAxis[] = {{"axis"}};
constexpr Span kAxes[] = {{"axes", 1, 13}};
constexpr Span kConstant[] = {
    {"sparse_value", 11}, {"value"},          {"value_float", 12},  {"value_floats", 12},
    {"value_int", 12},    {"value_ints", 12}, {"value_string", 12}, {"value_strings", 12}};
constexpr Span kReshape[] = {{"allowzero", 14}, {"consumed_inputs", 1, 5}, {"shape", 1, 5}};
constexpr Span kShape[] = {{"end", 15}, {"start", 15}};
constexpr Span kSlice[] = {{"axes", 1, 10}, {"ends", 1, 10}, {"starts", 1, 10}};
constexpr Span kTranspose[] = {{"perm"}};
constexpr Span kLabelEncoder[] = {
    {"classes_strings", 1, 2}, {"default_float", 2}, {"default_int64"},    {"default_string"},
    {"default_tensor", 4},     {"keys_floats", 2},   {"keys_int64s", 2},   {"keys_strings", 2},
    {"keys_tensor", 4},        {"values_floats", 2}, {"values_int64s", 2}, {"values_strings", 2},
    {"values_tensor", 4}};
constexpr Span kScaler[] = {{"offset"}, {"scale"}};
constexpr Span kTreeEnsemble[] = {{"aggregate_function"}, {"leaf_targetids"},
                                  {"leaf_weights"},       {"membership_values"},
                                  {"n_targets"},          {"nodes_falseleafs"},
                                  {"nodes_falsenodeids"}, {"nodes_featureids"},
                                  {"nodes_hitrates"},     {"nodes_missing_value_tracks_true"},
                                  {"nodes_modes"},        {"nodes_splits"},
                                  {"nodes_trueleafs"},    {"nodes_truenodeids"},
                                  {"post_transform"},     {"tree_roots"}};
// Both operators of versions 1 and 3 have these; theirs alone follow.
constexpr Span kTreeNodes[] = {{"base_values"},
                               {"base_values_as_tensor", 3},
                               {"nodes_falsenodeids"},
                               {"nodes_featureids"},
                               {"nodes_hitrates"},
                               {"nodes_hitrates_as_tensor", 3},
                               {"nodes_missing_value_tracks_true"},
                               {"nodes_modes"},
                               {"nodes_nodeids"},
                               {"nodes_treeids"},
                               {"nodes_truenodeids"},
                               {"nodes_values"},
                               {"nodes_values_as_tensor", 3},
                               {"post_transform"}};
constexpr Span kClassifier[] = {{"class_ids"},
                                {"class_nodeids"},
                                {"class_treeids"},
                                {"class_weights"},
                                {"class_weights_as_tensor", 3},
                                {"classlabels_int64s"},
                                {"classlabels_strings"}};
constexpr Span kRegressor[] = {{"aggregate_function"},
                               {"n_targets"},
                               {"target_ids"},
                               {"target_nodeids"},
                               {"target_treeids"},
                               {"target_weights"},
                               {"target_weights_as_tensor", 3}};
constexpr Span kOwnTrees[] = {{"accumulate"}, {"aggregate"}, {"base_order"}, {"n_targets"}};

constexpr std::string_view kTreeClassifier = "TreeEnsembleClassifier";
constexpr std::string_view kTreeRegressor = "TreeEnsembleRegressor";

constexpr Schema kSchemas[] = {
    {kDomainOnnx, "Abs", 1, kUnary},
    {kDomainOnnx, "Add", 1, kArithmetic},
    {kDomainOnnx, "And", 1, kLogic},
    {kDomainOnnx, "ArgMax", 1, kArgExtremum},
    {kDomainOnnx, "ArgMin", 1, kArgExtremum},
    {kDomainOnnx, "Cast", 1, kCast},
    {kDomainOnnx, "Ceil", 1, kUnary},
    {kDomainOnnx, "Clip", 1, kClip},
    {kDomainOnnx, "Concat", 1, kAxis},
    {kDomainOnnx, "Constant", 1, kConstant},
    {kDomainOnnx, "Div", 1, kArithmetic},
    {kDomainOnnx, "Equal", 1, kLogic},
    {kDomainOnnx, "Exp", 1, kUnary},
    {kDomainOnnx, "Floor", 1, kUnary},
    {kDomainOnnx, "Gather", 1, kAxis},
    {kDomainOnnx, "Greater", 1, kLogic},
    {kDomainOnnx, "GreaterOrEqual", 12, kNothing},
    {kDomainOnnx, "Identity", 1, kNothing},
    {kDomainOnnx, "IsNaN", 9, kNothing},
    {kDomainOnnx, "Less", 1, kLogic},
    {kDomainOnnx, "LessOrEqual", 12, kNothing},
    {kDomainOnnx, "Log", 1, kUnary},
    {kDomainOnnx, "Max", 1, kUnary},
    {kDomainOnnx, "Min", 1, kUnary},
    {kDomainOnnx, "Mul", 1, kArithmetic},
    {kDomainOnnx, "Neg", 1, kUnary},
    {kDomainOnnx, "Not", 1, kNothing},
    {kDomainOnnx, "Or", 1, kLogic},
    {kDomainOnnx, "Pow", 1, kLogic},
    {kDomainOnnx, "ReduceMax", 1, kReduction},
    {kDomainOnnx, "ReduceMean", 1, kReduction},
    {kDomainOnnx, "ReduceMin", 1, kReduction},
    {kDomainOnnx, "ReduceProd", 1, kReduction},
    {kDomainOnnx, "ReduceSum", 1, kReduceSum},
    {kDomainOnnx, "Reshape", 1, kReshape},
    {kDomainOnnx, "Shape", 1, kShape},
    {kDomainOnnx, "Sigmoid", 1, kUnary},
    {kDomainOnnx, "Sign", 9, kNothing},
    {kDomainOnnx, "Slice", 1, kSlice},
    {kDomainOnnx, "Sqrt", 1, kUnary},
    {kDomainOnnx, "Squeeze", 1, kAxes},
    {kDomainOnnx, "Sub", 1, kArithmetic},
    {kDomainOnnx, "Sum", 1, kUnary},
    {kDomainOnnx, "Transpose", 1, kTranspose},
    {kDomainOnnx, "Unsqueeze", 1, kAxes},
    {kDomainOnnx, "Where", 9, kNothing},
    {kDomainOnnx, "Xor", 1, kLogic},
    {kDomainMl, "ArrayFeatureExtractor", 1, kNothing},
    {kDomainMl, "LabelEncoder", 1, kLabelEncoder},
    {kDomainMl, "Scaler", 1, kScaler},
    {kDomainMl, "TreeEnsemble", 5, kTreeEnsemble},
    {kDomainMl, kTreeClassifier, 1, kClassifier},
    {kDomainMl, kTreeRegressor, 1, kRegressor},
    {kDomainTundish, "TreeEnsemble", 1, kOwnTrees},
};

const Span* find_span(const Schema& schema, std::string_view name) {
  const auto in = [&](Spans spans) {
    const auto at = std::find_if(spans.begin(), spans.end(),
                                 [&](const Span& span) { return span.name == name; });
    return at == spans.end() ? nullptr : &*at;
  };
  const Span* own = in(schema.attributes);
  const bool lists_nodes = schema.op == kTreeClassifier || schema.op == kTreeRegressor;
  return own == nullptr && lists_nodes ? in(kTreeNodes) : own;
}

}  // namespace

Status check_schema(std::string_view domain, std::string_view op, int version,
                    const AttributeList& attributes) {
  const auto* const schema =
      std::find_if(std::begin(kSchemas), std::end(kSchemas),
                   [&](const Schema& s) { return s.domain == domain && s.op == op; });
  if (schema == std::end(kSchemas)) return ok();
  if (version < schema->since) {
    return InvalidModel(cat("operator ", op, " exists from opset ", schema->since,
                            " on, the file is of opset ", version));
  }
  for (const auto& [name, value] : attributes.items()) {
    const Span* span = find_span(*schema, name);
    if (span == nullptr) {
      return InvalidModel(cat("attribute ", quoted(name), " does not exist in ", op));
    }
    if (version < span->since || (span->until != 0 && version >= span->until)) {
      const std::string last = span->until == 0 ? "on" : cat("to ", span->until - 1);
      return InvalidModel(cat("attribute ", quoted(name), " exists in ", op, " from opset ",
                              span->since, " ", last, ", the file is of opset ", version));
    }
  }
  return ok();
}

}  // namespace tundish
