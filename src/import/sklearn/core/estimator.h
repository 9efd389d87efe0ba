// What one scikit-learn class is to the importer.
//
// An estimator is one file import/sklearn/<name>.cc that exports
//     std::span<const EstimatorDef> estimators_<name>();
// and is found by its file name. Each row names the classes it reads and a function that turns the
// pickled object into an Estimator: everything is read and validated there, once. Building the
// graph afterwards can only fail on what the operators refuse.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_ESTIMATOR_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_ESTIMATOR_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "import/sklearn/core/version.h"
#include "ir/builder.h"
#include "ir/graph.h"
#include "tundish/limits.h"
#include "wire/pickle/object_view.h"

namespace tundish::sklearn {

/// What an estimator is for; decides output names (outputs.h), the default method and the role
/// inside a pipeline or dict.
enum class EstimatorKind : uint8_t {
  kTransformer,
  kClassifier,
  kRegressor,
  kOutlierDetector,
  kClusterer,
};
/// Whether it answers `predict` (everything but a transformer).
inline bool is_predictor(EstimatorKind kind) { return kind != EstimatorKind::kTransformer; }

/// What the first step wants to be fed.
enum class InputForm : uint8_t {
  kMatrix,  ///< numbers, [rows, features]
  kText,    ///< one string per row
};

/// Values that some estimators refuse in their input.
struct SpecialValues {
  bool nan = false;
  bool infinity = false;
  bool float32_overflow = false;  ///< finite, but infinite as float32 (1e39)
};

/// What an estimator does with special values in its own input.
struct Behaviour {
  SpecialValues accepts;
  /// Values that it accepts and that never come out of its `transform` (an imputer's NaN).
  SpecialValues removes;
  bool accepts_no_rows = false;
};

/// What is known of a fitted estimator before a graph exists.
struct Description {
  std::string name;                ///< "StandardScaler", "Pipeline(StandardScaler, ...)"
  std::string contract_estimator;  ///< class that checks the columns first, for messages
  EstimatorKind kind = EstimatorKind::kTransformer;
  InputForm form = InputForm::kMatrix;
  int64_t feature_count = -1;              ///< -1: the file does not say
  std::vector<std::string> feature_names;  ///< empty: fitted without names
  /// Element type in which the library works on its input by default.
  DType input_type = DType::kFloat64;
  /// Methods of the fitted object, in scikit-learn's words, the important ones first.
  std::vector<std::string> methods;
  Behaviour behaviour;
  Version version;
};

/// What flows into an estimator: [N, count] of a floating type, or [N] strings.
struct Features {
  ValueId value = kNoValue;
  DType dtype = DType::kFloat64;
  int64_t count = -1;
  std::vector<std::string> names;  ///< empty when there are none
};

/// One method's answer as a graph value. One number per row is [N, 1] in the graph and [rows] in
/// the original (per_row); `dtype` is the original's.
struct Answer {
  std::string method;
  ValueId value = kNoValue;
  DType dtype = DType::kFloat64;
  enum class Shape : uint8_t { kAsIs, kPerRow } shape = Shape::kAsIs;
};
/// In the order of Description::methods.
using Answers = std::vector<Answer>;

/// A fitted estimator, read and validated. Immutable.
class Estimator {
 public:
  virtual ~Estimator() = default;
  const Description& description() const { return description_; }
  /// Adds the nodes that answer `methods` (all of them named in the description) to the builder.
  /// Answers to other methods may be given as well where they cost nothing.
  virtual Result<Answers> build(Builder& builder, const Features& input,
                                std::span<const std::string> methods) const = 0;
  /// The `transform` of a transformer: what the next step is fed. kInternal for what has none.
  Result<Features> transform(Builder& builder, const Features& input) const;
  /// Names of the columns that `transform` gives for input columns of these names; empty when
  /// there are none (or the class has no rule for them).
  virtual std::vector<std::string> output_names(std::span<const std::string> input) const;
  /// The place in the source that the nodes come from ("pipeline.steps[1]").
  const std::string& place() const { return place_; }

 protected:
  Estimator(Description description, std::string place)
      : description_(std::move(description)), place_(std::move(place)) {}

 private:
  Description description_;
  std::string place_;
};
using EstimatorPointer = std::unique_ptr<const Estimator>;

/// A class as pickles name it: any module at or below `package`, so that one row covers the modules
/// before and after 0.22 (`sklearn.ensemble.iforest`, `sklearn.ensemble._iforest`).
struct ClassName {
  std::string_view package;  ///< "sklearn.ensemble"
  std::string_view name;     ///< "IsolationForest"
};

class Reader;

struct EstimatorDef {
  std::span<const ClassName> classes;  ///< the first one is the name shown
  EstimatorKind kind = EstimatorKind::kTransformer;
  /// The kind of this very object where the class alone does not tell (a Pipeline). May be null.
  /// Never fails: an object too broken to tell counts as `kind`, and read() will say why.
  EstimatorKind (*kind_of)(Reader& reader, const pickle::ObjectView& object) = nullptr;
  std::string_view methods;   ///< for `tundish formats`: "predict, decision_function"
  std::string_view versions;  ///< "0.22 - 1.9"
  Result<EstimatorPointer> (*read)(Reader& reader, const pickle::ObjectView& object) = nullptr;
};

/// All rows of all estimator files.
std::span<const EstimatorDef> all_estimators();
/// The row for a class; null when it is not supported.
const EstimatorDef* find_estimator(std::string_view module, std::string_view name);
/// Whether a module belongs to a library whose objects are models ("sklearn", "xgboost", ...).
bool is_model_library(std::string_view module);
/// kUnsupported for this object: names class and place and the nearest supported ones.
Error unsupported_class(const pickle::ObjectView& object);

/// Reads nested estimators of one file. Keeps versions, notes, depth and cycles.
class Reader {
 public:
  Reader(const Limits& limits, DType input_type) : limits_(limits), input_type_(input_type) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  const Limits& limits() const { return limits_; }
  /// Element type of the whole graph's input; kUndefined for the library's own.
  DType input_type() const { return input_type_; }
  /// Reads the estimator at this place. kUnsupported for an unknown class; kInvalidModel for a
  /// cycle; kLimit beyond Limits::max_nesting; errors name the place.
  Result<EstimatorPointer> read(const pickle::ObjectView& object);
  /// Its row without reading it; null when it is no supported estimator.
  const EstimatorDef* def_of(const pickle::ObjectView& object) const;
  /// What it would be read as; only when def_of is not null.
  EstimatorKind kind_of(const pickle::ObjectView& object);

  /// The version that wrote this object: its own `_sklearn_version`, else that of the object around
  /// it. Notes a warning, once, when it is unknown, or outside the known versions. kInvalidModel
  /// when it is garbled.
  Result<Version> version_of(const pickle::ObjectView& object);

  /// A line for ImportedModel::notes; the same line is kept once.
  void note(std::string line);
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  class Nesting;
  Limits limits_;
  DType input_type_;
  std::vector<pickle::ObjectId> open_;  ///< estimators being read, outermost first
  std::vector<Version> versions_;       ///< of those in open_ that say
  std::vector<std::string> notes_;
};

// Helpers for estimator files.

/// An attribute that fitting sets. kInvalidModel "StandardScaler is not fitted, or lacks mean_".
Result<pickle::ObjectView> fitted(const pickle::ObjectView& object, std::string_view attribute);
/// n_features_in_ (0.24 and later), else n_features_ (before); -1 when the file has neither.
/// kInvalidModel when not positive or above Limits::max_columns.
Result<int64_t> read_feature_count(const pickle::ObjectView& object, const Limits& limits);
/// feature_names_in_ where present: `count` texts. kInvalidModel for another number.
Result<std::vector<std::string>> read_feature_names(const pickle::ObjectView& object,
                                                    int64_t count);
/// A boolean parameter, `fallback` when the file has none (older versions).
Result<bool> read_flag(const pickle::ObjectView& object, std::string_view name, bool fallback);
/// float64 values [count] of an array attribute. kInvalidModel for another shape.
Result<std::vector<double>> read_vector(const pickle::ObjectView& object,
                                        std::string_view attribute, int64_t count);
/// The value as `dtype`; itself when it already is.
Result<ValueId> cast(Builder& builder, ValueId value, DType dtype);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_ESTIMATOR_H_
