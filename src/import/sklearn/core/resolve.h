// Which objects of a file become the model: a bare estimator, or parts of a dict, list or tuple.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_RESOLVE_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_RESOLVE_H_

#include <string_view>

#include "import/sklearn/core/estimator.h"

namespace tundish::sklearn {

/// Reads the model of a file whose root is `root`.
///   - an estimator is the model itself;
///   - in a dict, list or tuple (also nested) exactly one predictor and any number of transformers
///     become a pipeline, transformers in stored order; one transformer alone is the model; what
///     was joined and what is unused goes to the reader's notes;
///   - `select` (empty: nothing chosen) leads to one object first: `model`, `["model"]`, `[1]`,
///     `steps[1]`, joined as `["parts"][0]` or `parts.scaler`.
/// kInvalidArgument listing the candidates for --select when several predictors (or transformers
/// only) are found, and for a `select` that leads nowhere; kInvalidModel when there is no model
/// inside; kUnsupported for classes that are not read.
Result<EstimatorPointer> resolve(Reader& reader, const pickle::ObjectView& root,
                                 std::string_view select);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_RESOLVE_H_
