// Compares two models on rows, and proves what can be proven. Used by check() and convert().
#ifndef TUNDISH_API_CHECKER_H_
#define TUNDISH_API_CHECKER_H_

#include <memory>

#include "tundish/convert.h"
#include "tundish/model.h"
#include "tundish/result.h"

namespace tundish {

/// The report of `model` (run by options.engine) against `against` (run by the reference engine).
Result<CheckReport> run_check(const std::shared_ptr<const Model>& model,
                              const std::shared_ptr<const Model>& against,
                              const CheckOptions& options);

}  // namespace tundish

#endif  // TUNDISH_API_CHECKER_H_
