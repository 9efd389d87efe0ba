// The scikit-learn version that wrote an estimator: the switch between layouts and meanings.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_VERSION_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_VERSION_H_

#include <string>
#include <string_view>

#include "tundish/result.h"

namespace tundish::sklearn {

/// Versions whose layouts are known from files of theirs; others are read with a warning.
struct Release {
  int major, minor;
};
inline constexpr Release kOldestKnown{0, 22};
inline constexpr Release kNewestKnown{1, 9};

/// "1.2.2", "0.22.2.post1", "1.9.dev0". Only major and minor decide anything.
struct Version {
  int major = 0;
  int minor = 0;
  std::string text;  ///< as in the file

  bool at_least(int wanted_major, int wanted_minor) const {
    return major != wanted_major ? major > wanted_major : minor >= wanted_minor;
  }
  bool at_least(Release wanted) const { return at_least(wanted.major, wanted.minor); }
};

/// Parses what `_sklearn_version` holds. kInvalidModel unless it begins with MAJOR.MINOR.
Result<Version> parse_version(std::string_view text);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_VERSION_H_
