// Pipeline: named steps; 'passthrough' (None before 0.21) changes nothing; `memory` is ignored.
#include "base/strings.h"
#include "import/sklearn/core/chain.h"
#include "import/sklearn/core/estimator.h"

namespace tundish::sklearn {
namespace {

using pickle::ObjectKind;
using pickle::ObjectView;

Result<bool> is_passthrough(const ObjectView& step) {
  if (step.is_none()) return true;
  if (!step.is(ObjectKind::kString)) return false;
  TRY_ASSIGN(const std::string_view text, step.as_string());
  if (text == "passthrough") return true;
  return step.error(ErrorCode::kInvalidModel,
                    cat("step is the text ", quoted(text, 40), ", not an estimator"));
}

// The estimators of a Pipeline under paths like "pipeline.steps[1]".
Result<std::vector<ObjectView>> read_steps(const ObjectView& object) {
  TRY_ASSIGN(const ObjectView steps, fitted(object, "steps"));
  TRY_ASSIGN(std::vector<ObjectView> pairs, steps.sequence());
  std::vector<ObjectView> estimators;
  estimators.reserve(pairs.size());
  for (const ObjectView& pair : pairs) {
    if (pair.size() != 2) {
      return pair.error(ErrorCode::kInvalidModel, "expected a pair of name and estimator");
    }
    TRY_ASSIGN(const ObjectView estimator, pair.item(1));
    estimators.push_back(estimator.named(pair.path()));
  }
  return estimators;
}

EstimatorKind kind_of(Reader& reader, const ObjectView& object) {
  ObjectView current = object;
  for (uint32_t depth = 0; depth < reader.limits().max_nesting; ++depth) {
    Result<std::vector<ObjectView>> steps = read_steps(current);
    if (!steps || steps->empty()) break;
    current = steps->back();
    const EstimatorDef* const def = reader.def_of(current);
    if (def == nullptr) {
      // An unknown last step decides nothing here: reading the pipeline will name it.
      return current.is(ObjectKind::kRecord) ? EstimatorKind::kClassifier
                                             : EstimatorKind::kTransformer;
    }
    if (def->kind_of != &kind_of) return reader.kind_of(current);
  }
  return EstimatorKind::kTransformer;
}

Result<EstimatorPointer> read(Reader& reader, const ObjectView& object) {
  TRY_ASSIGN(Version version, reader.version_of(object));
  TRY_ASSIGN(const std::vector<ObjectView> estimators, read_steps(object));
  std::vector<EstimatorPointer> steps;
  steps.reserve(estimators.size());
  for (const ObjectView& view : estimators) {
    TRY_ASSIGN(const bool passthrough, is_passthrough(view));
    if (passthrough) {
      steps.push_back(nullptr);
      continue;
    }
    TRY_ASSIGN(EstimatorPointer step, reader.read(view));
    steps.push_back(std::move(step));
  }
  return make_chain(std::move(steps), std::move(version), object.path());
}

constexpr ClassName kClasses[] = {{"sklearn.pipeline", "Pipeline"}};
constexpr EstimatorDef kDefs[] = {{.classes = kClasses,
                                   .kind = EstimatorKind::kTransformer,
                                   .kind_of = kind_of,
                                   .methods = "those of the last step",
                                   .versions = "0.22 - 1.9",
                                   .read = read}};

}  // namespace

std::span<const EstimatorDef> estimators_pipeline() { return kDefs; }

}  // namespace tundish::sklearn
