#include "import/sklearn/core/chain.h"

#include "base/strings.h"

namespace tundish::sklearn {
namespace {

class Chain : public Estimator {
 public:
  Chain(Description description, std::string place, std::vector<EstimatorPointer> steps)
      : Estimator(std::move(description), std::move(place)), steps_(std::move(steps)) {}

  Result<Answers> build(Builder& builder, const Features& input,
                        std::span<const std::string> methods) const override {
    Features features = input;
    for (size_t i = 0; i + 1 < steps_.size(); ++i) {
      if (steps_[i] == nullptr) continue;
      TRY(check_width(*steps_[i], features));
      const std::string outer = builder.place();
      builder.at(steps_[i]->place());
      TRY_ASSIGN(features, in(steps_[i]->place(), steps_[i]->transform(builder, features)));
      builder.at(outer);
    }
    const Estimator* const last = steps_.back().get();
    if (last == nullptr) {
      return Answers{{"transform", features.value, features.dtype, Answer::Shape::kAsIs}};
    }
    TRY(check_width(*last, features));
    const std::string outer = builder.place();
    builder.at(last->place());
    TRY_ASSIGN(Answers answers, in(last->place(), last->build(builder, features, methods)));
    builder.at(outer);
    return answers;
  }

  std::vector<std::string> output_names(std::span<const std::string> input) const override {
    std::vector<std::string> names(input.begin(), input.end());
    for (const EstimatorPointer& step : steps_) {
      if (step != nullptr) names = step->output_names(names);
    }
    return names;
  }

 private:
  static Status check_width(const Estimator& step, const Features& features) {
    const int64_t wanted = step.description().feature_count;
    if (wanted < 0 || features.count < 0 || wanted == features.count) return ok();
    return InvalidModel(cat(step.description().name, " was fitted on ", wanted,
                            " features, the step before gives ", features.count))
        .in(step.place());
  }

  std::vector<EstimatorPointer> steps_;
};

// A value gets through when every step takes it, up to one that removes it.
bool chain_accepts(const std::vector<EstimatorPointer>& steps, bool SpecialValues::*value) {
  for (const EstimatorPointer& step : steps) {
    if (step == nullptr) continue;
    if (!(step->description().behaviour.accepts.*value)) return false;
    if (step->description().behaviour.removes.*value) return true;
  }
  return true;
}

bool chain_removes(const std::vector<EstimatorPointer>& steps, bool SpecialValues::*value) {
  for (const EstimatorPointer& step : steps) {
    if (step != nullptr && step->description().behaviour.removes.*value) return true;
  }
  return false;
}

Behaviour chain_behaviour(const std::vector<EstimatorPointer>& steps) {
  Behaviour behaviour;
  for (const auto value :
       {&SpecialValues::nan, &SpecialValues::infinity, &SpecialValues::float32_overflow}) {
    behaviour.accepts.*value = chain_accepts(steps, value);
    behaviour.removes.*value = chain_removes(steps, value);
  }
  behaviour.accepts_no_rows = true;
  for (const EstimatorPointer& step : steps) {
    if (step == nullptr) continue;
    behaviour.accepts_no_rows &= step->description().behaviour.accepts_no_rows;
  }
  return behaviour;
}

}  // namespace

Result<EstimatorPointer> make_chain(std::vector<EstimatorPointer> steps, Version version,
                                    std::string place) {
  if (steps.empty()) return InvalidModel("has no steps").in(place);
  Description description;
  description.version = std::move(version);
  const Estimator* first = nullptr;
  for (size_t i = 0; i < steps.size(); ++i) {
    description.name += i == 0 ? "Pipeline(" : ", ";
    description.name += steps[i] == nullptr ? "passthrough" : steps[i]->description().name;
    if (steps[i] == nullptr) continue;
    const Description& step = steps[i]->description();
    if (first == nullptr) first = steps[i].get();
    if (description.feature_count < 0) description.feature_count = step.feature_count;
    if (i + 1 < steps.size() && is_predictor(step.kind)) {
      return InvalidModel(cat(step.name, " is not the last step, but has no transform"))
          .in(steps[i]->place());
    }
  }
  description.name += ")";
  if (first == nullptr ||
      (description.feature_count < 0 && first->description().form == InputForm::kMatrix)) {
    return Unsupported("no step tells how many features there are").in(place);
  }
  description.contract_estimator = first->description().contract_estimator;
  description.form = first->description().form;
  description.input_type = first->description().input_type;
  description.feature_names = first->description().feature_names;
  const Estimator* const last = steps.back().get();
  description.kind = last == nullptr ? EstimatorKind::kTransformer : last->description().kind;
  description.methods =
      last == nullptr ? std::vector<std::string>{"transform"} : last->description().methods;
  description.behaviour = chain_behaviour(steps);
  return EstimatorPointer(
      std::make_unique<Chain>(std::move(description), std::move(place), std::move(steps)));
}

}  // namespace tundish::sklearn
