// StandardScaler: (X - mean_) / scale_, element by element.
//
// scikit-learn/sklearn/preprocessing/_data.py, StandardScaler.transform. X keeps float32 or
// float64. Up to 1.7 `X -= self.mean_` with a float32 X runs numpy's float64 loop and rounds each
// of the two steps to float32; from 1.8 mean_ and scale_ are themselves rounded to X's type first
// (`xp.astype(self.mean_, X.dtype)`) and the steps run in float32.
#include "base/strings.h"
#include "import/sklearn/core/estimator.h"

namespace tundish::sklearn {
namespace {

using pickle::ObjectView;

class StandardScaler : public Estimator {
 public:
  StandardScaler(Description description, std::string place, std::vector<double> mean,
                 std::vector<double> scale)
      : Estimator(std::move(description), std::move(place)),
        mean_(std::move(mean)),
        scale_(std::move(scale)) {}

  Result<Answers> build(Builder& builder, const Features& input,
                        std::span<const std::string>) const override {
    ValueId value = input.value;
    if (!mean_.empty()) {
      TRY_ASSIGN(value, apply(builder, "Sub", value, input.dtype, mean_, "mean"));
    }
    if (!scale_.empty()) {
      TRY_ASSIGN(value, apply(builder, "Div", value, input.dtype, scale_, "scale"));
    }
    return Answers{{"transform", value, input.dtype, Answer::Shape::kAsIs}};
  }

  std::vector<std::string> output_names(std::span<const std::string> input) const override {
    return {input.begin(), input.end()};
  }

 private:
  Result<ValueId> apply(Builder& builder, std::string_view op, ValueId value, DType dtype,
                        const std::vector<double>& parameter, std::string_view name) const {
    if (dtype == DType::kFloat64) {
      return builder.op(op, {value, builder.constant(Tensor::of(std::span(parameter)), name)});
    }
    if (description().version.at_least(1, 8)) {
      const std::vector<float> rounded(parameter.begin(), parameter.end());
      const ValueId constant = builder.constant(Tensor::of(std::span<const float>(rounded)), name);
      return builder.op(op, {value, constant});
    }
    TRY_ASSIGN(const ValueId wide, cast(builder, value, DType::kFloat64));
    const ValueId constant = builder.constant(Tensor::of(std::span(parameter)), name);
    TRY_ASSIGN(const ValueId result, builder.op(op, {wide, constant}));
    return cast(builder, result, DType::kFloat32);
  }

  std::vector<double> mean_;   ///< empty: not centred
  std::vector<double> scale_;  ///< empty: not scaled
};

Result<EstimatorPointer> read(Reader& reader, const ObjectView& object) {
  Description description;
  TRY_ASSIGN(description.version, reader.version_of(object));
  TRY_ASSIGN(const bool with_mean, read_flag(object, "with_mean", true));
  TRY_ASSIGN(const bool with_std, read_flag(object, "with_std", true));
  TRY_ASSIGN(description.feature_count, read_feature_count(object, reader.limits()));
  // Before 0.24 only the arrays tell the width; any of them does, used or not.
  for (const std::string_view attribute : {"scale_", "mean_", "var_"}) {
    const std::optional<ObjectView> array = object.find(attribute);
    if (description.feature_count >= 0 || !array || array->is_none()) continue;
    TRY_ASSIGN(const Tensor tensor, array->as_array_f64());
    if (tensor.shape().rank() == 1) description.feature_count = tensor.shape()[0];
  }
  std::vector<double> mean, scale;
  if (with_mean) {
    TRY_ASSIGN(mean, read_vector(object, "mean_", description.feature_count));
  }
  if (with_std) {
    TRY_ASSIGN(scale, read_vector(object, "scale_", description.feature_count));
  }
  if (!with_mean && !with_std) {
    // A scaler that changes nothing; n_samples_seen_ shows that it was fitted.
    TRY(fitted(object, "n_samples_seen_"));
  }
  TRY_ASSIGN(description.feature_names, read_feature_names(object, description.feature_count));
  description.name = description.contract_estimator = "StandardScaler";
  description.kind = EstimatorKind::kTransformer;
  description.methods = {"transform"};
  // check_array(force_all_finite="allow-nan") since 0.20; finite values are not cast to float32.
  description.behaviour.accepts = {.nan = true, .infinity = false, .float32_overflow = true};
  return EstimatorPointer(std::make_unique<StandardScaler>(std::move(description), object.path(),
                                                           std::move(mean), std::move(scale)));
}

constexpr ClassName kClasses[] = {{"sklearn.preprocessing", "StandardScaler"}};
constexpr EstimatorDef kDefs[] = {{.classes = kClasses,
                                   .kind = EstimatorKind::kTransformer,
                                   .methods = "transform",
                                   .versions = "0.22 - 1.9",
                                   .read = read}};

}  // namespace

std::span<const EstimatorDef> estimators_standard_scaler() { return kDefs; }

}  // namespace tundish::sklearn
