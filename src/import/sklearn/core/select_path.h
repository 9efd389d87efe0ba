// Object paths as users type them after --select.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_SELECT_PATH_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_SELECT_PATH_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tundish/result.h"
#include "wire/pickle/object_view.h"

namespace tundish::sklearn {

/// A position ([1]) or a name (model, .model, ["model"], ['model']).
using PathStep = std::variant<uint64_t, std::string>;

/// kInvalidArgument showing where the path stops making sense.
Result<std::vector<PathStep>> parse_path(std::string_view path);

/// The object that `path` leads to from `root`: positions in lists and tuples, names of dict
/// entries and of attributes. A pipeline's step stands for its estimator; its name does too. A
/// leading "pipeline" or "model" that names the root itself, as messages do, is skipped.
/// kInvalidArgument naming what there is to choose from.
Result<pickle::ObjectView> select_object(const pickle::ObjectView& root, std::string_view path);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_SELECT_PATH_H_
