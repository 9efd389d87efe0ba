// Small fitted objects as pickles, and the importer run on them with operators that compute
// nothing.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_TEST_MODELS_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_TEST_MODELS_H_

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "import/importer.h"
#include "import/sklearn/core/fake_ops.h"
#include "import/sklearn/core/pickle_text.h"
#include "ir/tree_ensemble.h"

namespace tundish {

const Importer& importer_sklearn();

namespace sklearn {

namespace py = pickle_text;
using py::Entries;

inline Result<ImportedModel> import_bytes(const std::string& file, ImportOptions options = {}) {
  const auto owner = std::make_shared<const std::string>(file);
  ImportSource source{"model.pkl", owner, as_bytes(*owner)};
  return importer_sklearn().import(source, options, fake_ops());
}
inline Result<ImportedModel> import_value(const std::string& value, ImportOptions options = {}) {
  return import_bytes(py::file(value), std::move(options));
}

inline std::string message(const Result<ImportedModel>& result) {
  return result ? "imported" : result.error().to_string();
}

inline Entries scaler_state() {
  return {{"with_mean", py::boolean(true)},
          {"with_std", py::boolean(true)},
          {"copy", py::boolean(true)},
          {"mean_", py::doubles({1, 2})},
          {"scale_", py::doubles({0.5, 4})},
          {"var_", py::doubles({0.25, 16})},
          {"n_samples_seen_", py::integer(9)},
          {"n_features_in_", py::integer(2)},
          {"_sklearn_version", py::text("1.2.2")}};
}
inline std::string scaler(const Entries& state) {
  return py::object("sklearn.preprocessing._data", "StandardScaler", state);
}
inline std::string scaler() { return scaler(scaler_state()); }

// A root with two leaves of 1 and 3 samples.
inline std::vector<py::Node> small_tree() {
  std::vector<py::Node> nodes(3);
  nodes[0] = {.left = 1, .right = 2, .feature = 1, .threshold = 0.25, .samples = 4};
  nodes[2].samples = 3;
  return nodes;
}
inline std::string tree_estimator(const std::string& tree) {
  return py::object("sklearn.tree._classes", "ExtraTreeRegressor",
                    {{"tree_", tree}, {"_sklearn_version", py::text("1.2.2")}});
}
inline Entries forest_state(const std::string& tree = py::tree(2, small_tree())) {
  return {{"estimators_", py::list({tree_estimator(tree)})},
          {"estimators_features_", py::list({py::integers({0, 1})})},
          {"_max_features", py::integer(2)},
          {"max_samples_", py::integer(4)},
          {"_max_samples", py::integer(4)},
          {"contamination", py::text("auto")},
          {"offset_", py::number(-0.5)},
          {"n_features_in_", py::integer(2)},
          {"_sklearn_version", py::text("1.2.2")}};
}
inline std::string forest(const Entries& state) {
  return py::object("sklearn.ensemble._iforest", "IsolationForest", state);
}
inline std::string forest() { return forest(forest_state()); }

inline Entries with(Entries state, std::string_view key, const std::string& value) {
  for (auto& entry : state) {
    if (entry.first == key) {
      entry.second = value;
      return state;
    }
  }
  state.emplace_back(key, value);
  return state;
}
inline Entries without(Entries state, std::string_view key) {
  std::erase_if(state, [&](const auto& entry) { return entry.first == key; });
  return state;
}

inline std::string pipeline(const std::vector<std::string>& steps) {
  std::vector<std::string> pairs;
  for (size_t i = 0; i < steps.size(); ++i) {
    pairs.push_back(py::tuple({py::text(cat("step", i)), steps[i]}));
  }
  return py::object("sklearn.pipeline", "Pipeline",
                    {{"steps", py::list(pairs)},
                     {"memory", py::none()},
                     {"_sklearn_version", py::text("1.2.2")}});
}

inline size_t count_ops(const Graph& graph, std::string_view op) {
  size_t count = 0;
  for (const NodeId id : graph.order()) count += graph.node(id).op == op;
  return count;
}

}  // namespace sklearn
}  // namespace tundish

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_TEST_MODELS_H_
