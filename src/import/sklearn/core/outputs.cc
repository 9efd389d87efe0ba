#include "import/sklearn/core/outputs.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"

namespace tundish::sklearn {
namespace {

bool has_method(const Description& description, std::string_view method) {
  const std::vector<std::string>& methods = description.methods;
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

}  // namespace

std::string_view output_name(EstimatorKind kind, std::string_view method) {
  switch (kind) {
    case EstimatorKind::kTransformer:
      if (method == "transform") return "variable";
      break;
    case EstimatorKind::kRegressor:
      if (method == "predict") return "variable";
      break;
    case EstimatorKind::kClassifier:
      if (method == "predict") return "label";
      if (method == "predict_proba") return "probabilities";
      break;
    case EstimatorKind::kOutlierDetector:
      if (method == "predict") return "label";
      if (method == "decision_function") return "scores";
      break;
    case EstimatorKind::kClusterer:
      if (method == "predict") return "label";
      if (method == "transform") return "scores";
      break;
  }
  return method;
}

std::string default_method(const Description& description) {
  switch (description.kind) {
    case EstimatorKind::kTransformer: return "transform";
    case EstimatorKind::kOutlierDetector: return "decision_function";
    case EstimatorKind::kClassifier:
      if (has_method(description, "predict_proba")) return "predict_proba";
      if (has_method(description, "decision_function")) return "decision_function";
      return "predict";
    case EstimatorKind::kRegressor:
    case EstimatorKind::kClusterer: return "predict";
  }
  return "predict";
}

Result<std::vector<MethodDescription>> add_outputs(Builder& builder, const Description& description,
                                                   const Answers& answers) {
  std::vector<MethodDescription> methods;
  for (const std::string& method : description.methods) {
    const auto answer = std::find_if(answers.begin(), answers.end(), [&](const Answer& candidate) {
      return candidate.method == method;
    });
    if (answer == answers.end()) {
      return Internal(cat(description.name, " gave no answer to ", method));
    }
    const std::string output(output_name(description.kind, method));
    TRY(builder.output(answer->value, output));
    methods.push_back({.name = method,
                       .outputs = {output},
                       .shape = answer->shape == Answer::Shape::kPerRow ? "rows" : "as is",
                       .dtype = answer->dtype});
  }
  return methods;
}

std::string contract_hash(const FeatureContract& contract) {
  std::string text = cat(dtype_name(contract.dtype), " ", contract.count);
  for (const std::string& name : contract.names) text += cat(" ", name.size(), ":", name);
  return sha256_hex(as_bytes(text));
}

FeatureContract make_contract(const Description& description, DType dtype) {
  FeatureContract contract;
  contract.present = true;
  contract.input_kind = description.form == InputForm::kText ? "text" : "matrix";
  contract.names = description.feature_names;
  contract.count = description.form == InputForm::kText ? 1 : description.feature_count;
  contract.dtype = dtype;
  const SpecialValues& accepts = description.behaviour.accepts;
  contract.accepts_nan = accepts.nan;
  contract.accepts_infinity = accepts.infinity;
  // A float32 input cannot hold such a value: it is an infinity by then.
  contract.accepts_float32_overflow =
      dtype == DType::kFloat32 ? accepts.infinity : accepts.float32_overflow;
  contract.accepts_no_rows = description.behaviour.accepts_no_rows;
  contract.estimator = description.contract_estimator;
  contract.hash = contract_hash(contract);
  return contract;
}

}  // namespace tundish::sklearn
