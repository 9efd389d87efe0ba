// Estimators one after the other: a Pipeline, the parts of a dict, several files.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_CHAIN_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_CHAIN_H_

#include <string>
#include <vector>

#include "import/sklearn/core/estimator.h"

namespace tundish::sklearn {

/// One estimator that feeds each step with what the one before transforms. A null step changes
/// nothing ('passthrough'). All but the last must be transformers: kInvalidModel otherwise, and
/// when there is no step. kUnsupported when no step tells the number of features.
Result<EstimatorPointer> make_chain(std::vector<EstimatorPointer> steps, Version version,
                                    std::string place);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_CHAIN_H_
