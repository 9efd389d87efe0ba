#include "import/sklearn/core/estimator.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "import/sklearn/core/tree_record.h"

namespace tundish::sklearn {

#define TUNDISH_INDEX(stem) std::span<const EstimatorDef> estimators_##stem();
#include "import/sklearn/index.inc"
#undef TUNDISH_INDEX

namespace {

using pickle::ObjectKind;
using pickle::ObjectView;

// Assumed for objects that do not say which version wrote them: the last one before NaN and
// infinity got a meaning in isolation forests, so nothing is accepted that might be misread.
constexpr std::string_view kAssumedVersion = "1.5.2";

std::vector<EstimatorDef> collect() {
  std::vector<EstimatorDef> all;
  const auto add = [&](std::span<const EstimatorDef> rows) {
    all.insert(all.end(), rows.begin(), rows.end());
  };
#define TUNDISH_INDEX(stem) add(estimators_##stem());
#include "import/sklearn/index.inc"
#undef TUNDISH_INDEX
  return all;
}

bool is_at_or_below(std::string_view module, std::string_view package) {
  return module.starts_with(package) &&
         (module.size() == package.size() || module[package.size()] == '.');
}

std::string known_range() {
  return cat(kOldestKnown.major, ".", kOldestKnown.minor, " to ", kNewestKnown.major, ".",
             kNewestKnown.minor);
}

}  // namespace

std::span<const EstimatorDef> all_estimators() {
  static const std::vector<EstimatorDef> kAll = collect();
  return kAll;
}

const EstimatorDef* find_estimator(std::string_view module, std::string_view name) {
  for (const EstimatorDef& def : all_estimators()) {
    for (const ClassName& known : def.classes) {
      if (known.name == name && is_at_or_below(module, known.package)) return &def;
    }
  }
  return nullptr;
}

bool is_model_library(std::string_view module) {
  static constexpr std::array<std::string_view, 5> kLibraries = {"sklearn", "xgboost", "lightgbm",
                                                                 "catboost", "imblearn"};
  return std::any_of(kLibraries.begin(), kLibraries.end(),
                     [&](std::string_view library) { return is_at_or_below(module, library); });
}

Error unsupported_class(const ObjectView& object) {
  std::vector<std::string> names;
  std::string list;
  for (const EstimatorDef& def : all_estimators()) {
    names.emplace_back(def.classes.front().name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  const std::string near = nearest_word(object.name(), names);
  return object.error(
      ErrorCode::kUnsupported,
      cat("class ", object.type_name(), " is not supported",
          near.empty() ? "" : cat("; the nearest that is: ", near), " (supported: ", list, ")"));
}

std::vector<std::string> Estimator::output_names(std::span<const std::string>) const { return {}; }

Result<Features> Estimator::transform(Builder& builder, const Features& input) const {
  static const std::string kTransform = "transform";
  TRY_ASSIGN(Answers answers, build(builder, input, {&kTransform, 1}));
  for (const Answer& answer : answers) {
    if (answer.method != kTransform) continue;
    Features features{answer.value, answer.dtype, -1, output_names(input.names)};
    const SymbolicShape& shape = builder.type(answer.value).shape;
    if (shape && shape->size() == 2 && (*shape)[1].is_known()) features.count = (*shape)[1].size();
    return features;
  }
  return Internal(cat(description_.name, " has no transform"));
}

// An estimator on the way from the root to the one being read.
class Reader::Nesting {
 public:
  Nesting(Reader& reader, pickle::ObjectId id) : reader_(reader) { reader_.open_.push_back(id); }
  ~Nesting() {
    reader_.open_.pop_back();
    reader_.versions_.resize(version_count_);
  }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Reader& reader_;
  size_t version_count_ = reader_.versions_.size();
};

const EstimatorDef* Reader::def_of(const ObjectView& object) const {
  if (!object.is(ObjectKind::kRecord)) return nullptr;
  return find_estimator(object.module(), object.name());
}

EstimatorKind Reader::kind_of(const ObjectView& object) {
  const EstimatorDef* const def = def_of(object);
  return def->kind_of != nullptr ? def->kind_of(*this, object) : def->kind;
}

Result<EstimatorPointer> Reader::read(const ObjectView& object) {
  if (!object.is(ObjectKind::kRecord)) {
    return object.error(ErrorCode::kInvalidModel,
                        cat("expected an estimator, found ", object.type_name()));
  }
  const EstimatorDef* const def = def_of(object);
  if (def == nullptr) {
    // Damage is told from mere lack of support as far as the object is understood.
    if (const std::optional<ObjectView> tree = object.find("tree_")) {
      TRY(read_tree(*tree, limits_, TreeValues::kWanted));
    }
    return unsupported_class(object);
  }
  if (std::find(open_.begin(), open_.end(), object.id()) != open_.end()) {
    return object.error(ErrorCode::kInvalidModel,
                        cat(object.type_name(), " contains itself (a cycle)"));
  }
  if (open_.size() >= limits_.max_nesting) {
    return object.error(ErrorCode::kLimit,
                        cat("estimators are nested more than ", limits_.max_nesting, " deep"));
  }
  const Nesting nesting(*this, object.id());
  return def->read(*this, object);
}

Result<Version> Reader::version_of(const ObjectView& object) {
  const std::optional<ObjectView> own = object.find("_sklearn_version");
  if (!own) {
    if (!versions_.empty()) return versions_.back();
    note(cat(object.type_name(), " does not say which scikit-learn wrote it: read as ",
             kAssumedVersion));
    return parse_version(kAssumedVersion);
  }
  TRY_ASSIGN(const std::string_view text, own->as_string());
  Result<Version> version = parse_version(text);
  if (!version) {
    return own->error(ErrorCode::kInvalidModel, std::string(version.error().message()));
  }
  if (!version->at_least(kOldestKnown) ||
      version->at_least(kNewestKnown.major, kNewestKnown.minor + 1)) {
    note(cat("written by scikit-learn ", text, ", outside the versions known (", known_range(),
             "): read as its layout looks; compare answers before use"));
  }
  versions_.push_back(*version);
  return version;
}

void Reader::note(std::string line) {
  if (std::find(notes_.begin(), notes_.end(), line) == notes_.end()) {
    notes_.push_back(std::move(line));
  }
}

Result<ObjectView> fitted(const ObjectView& object, std::string_view attribute) {
  std::optional<ObjectView> found = object.find(attribute);
  if (found) return *std::move(found);
  return object.error(ErrorCode::kInvalidModel,
                      cat(object.name(), " is not fitted, or lacks ", attribute));
}

Result<int64_t> read_feature_count(const ObjectView& object, const Limits& limits) {
  std::optional<ObjectView> found = object.find("n_features_in_");
  if (!found || found->is_none()) found = object.find("n_features_");
  if (!found || found->is_none()) return -1;
  TRY_ASSIGN(const int64_t count, found->as_int());
  if (count < 1 || static_cast<uint64_t>(count) > limits.max_columns) {
    return found->error(ErrorCode::kInvalidModel, cat("number of features is ", count));
  }
  return count;
}

Result<std::vector<std::string>> read_feature_names(const ObjectView& object, int64_t count) {
  const std::optional<ObjectView> found = object.find("feature_names_in_");
  if (!found || found->is_none()) return std::vector<std::string>();
  TRY_ASSIGN(std::vector<std::string> names, found->as_strings());
  if (static_cast<int64_t>(names.size()) != count) {
    return found->error(ErrorCode::kInvalidModel,
                        cat(names.size(), " feature names for ", count, " features"));
  }
  return names;
}

Result<bool> read_flag(const ObjectView& object, std::string_view name, bool fallback) {
  const std::optional<ObjectView> found = object.find(name);
  if (!found) return fallback;
  return found->as_bool();
}

Result<std::vector<double>> read_vector(const ObjectView& object, std::string_view attribute,
                                        int64_t count) {
  TRY_ASSIGN(const ObjectView found, fitted(object, attribute));
  if (found.is_none()) {
    return found.error(ErrorCode::kInvalidModel,
                       cat(object.name(), " is not fitted: ", attribute, " is None"));
  }
  TRY_ASSIGN(const Tensor tensor, found.as_array_f64());
  if (tensor.shape().rank() != 1 || (count >= 0 && tensor.shape()[0] != count)) {
    return found.error(ErrorCode::kInvalidModel,
                       cat("shape is ", tensor.shape().to_string(), ", expected [", count, "]"));
  }
  const std::span<const double> values = tensor.values<double>();
  return std::vector<double>(values.begin(), values.end());
}

Result<ValueId> cast(Builder& builder, ValueId value, DType dtype) {
  if (builder.type(value).dtype == dtype) return value;
  AttributeList attributes;
  attributes.set("to", static_cast<int64_t>(dtype));
  return builder.op("Cast", {value}, std::move(attributes));
}

}  // namespace tundish::sklearn
