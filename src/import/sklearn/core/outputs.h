// Names of the artefact: which output answers which method.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_OUTPUTS_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_OUTPUTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "import/importer.h"
#include "import/sklearn/core/estimator.h"

namespace tundish::sklearn {

/// Graph output for a method of an estimator of this kind: skl2onnx's names without ZipMap
/// ("label", "probabilities"; "variable"; "label", "scores"), the method's own name for every other
/// one.
std::string_view output_name(EstimatorKind kind, std::string_view method);

/// The method that `run` answers by default: probabilities of a classifier (its decision_function,
/// or predict, where it has none), decision_function of an outlier detector, predict of a regressor
/// or clusterer, transform of a transformer.
std::string default_method(const Description& description);

/// Makes the answers outputs of the graph, in the order of Description::methods, and returns the
/// method table. kInternal when an answer is missing.
Result<std::vector<MethodDescription>> add_outputs(Builder& builder, const Description& description,
                                                   const Answers& answers);

/// The contract of a graph whose input has the type `dtype`.
FeatureContract make_contract(const Description& description, DType dtype);

/// Lower-case SHA-256 of "DTYPE COUNT" and of each name as "LENGTH:NAME", in order.
std::string contract_hash(const FeatureContract& contract);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_OUTPUTS_H_
