// Golden cases on disk: models with the original library's answers (tests/golden/README.md).
#ifndef TUNDISH_TESTS_ENGINES_GOLDEN_CASE_H_
#define TUNDISH_TESTS_ENGINES_GOLDEN_CASE_H_

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tundish/convert.h"
#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// One model file of one case.
struct GoldenModel {
  std::string folder;  ///< of the case
  std::string name;    ///< "scikit-learn-1.9.1/iforest_auto/model.joblib"
  std::string path;
  std::string estimator;   ///< class of the case
  std::string input_kind;  ///< "dense", "frame", ...
  std::string select;
  std::vector<std::string> steps;  ///< full paths of all pieces; empty for one file
  DType input_type = DType::kUndefined;
  std::vector<std::string> methods;  ///< that the file must reproduce
};

/// Folders that hold cases: tests/golden of this source tree and, where found, the whole corpus
/// (TUNDISH_CORPUS or ../shared beside the source tree).
std::vector<std::string> golden_roots();

/// Model files of scikit-learn cases whose estimator is one of IsolationForest, StandardScaler, or
/// a Pipeline, dict, tuple or list made of them. `limit_per_case` model files of each case (0 =
/// all).
std::vector<GoldenModel> golden_models(size_t limit_per_case = 0);

std::ostream& operator<<(std::ostream& stream, const GoldenModel& model);

/// Rows and answers. Rows of a frame are its columns side by side.
struct GoldenData {
  Tensor rows;
  std::vector<std::pair<std::string, Tensor>> answers;
};
Result<GoldenData> read_golden(const GoldenModel& model);

/// Options that open the model as the case says.
OpenOptions open_options(const GoldenModel& model);
/// The first piece: what open() and convert() are given.
std::string first_path(const GoldenModel& model);

}  // namespace tundish

#endif  // TUNDISH_TESTS_ENGINES_GOLDEN_CASE_H_
