#include "import/sklearn/core/version.h"

#include <charconv>

#include "base/strings.h"

namespace tundish::sklearn {

Result<Version> parse_version(std::string_view text) {
  Version version;
  version.text = std::string(text);
  const char* const end = text.data() + text.size();
  const auto [dot, major_error] = std::from_chars(text.data(), end, version.major);
  const bool has_minor = major_error == std::errc() && dot != end && *dot == '.';
  if (has_minor && version.major >= 0) {
    const auto [rest, minor_error] = std::from_chars(dot + 1, end, version.minor);
    if (minor_error == std::errc() && version.minor >= 0 && (rest == end || *rest == '.')) {
      return version;
    }
  }
  return InvalidModel(cat("_sklearn_version is ", quoted(text, 40), ", not a version"));
}

}  // namespace tundish::sklearn
