#include "config/environment.h"

#include <cstdlib>

namespace tundish {

std::string environment_value(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string ort_library() { return environment_value("TUNDISH_ORT_LIBRARY"); }

std::string forced_isa() { return environment_value("TUNDISH_FORCE_ISA"); }

}  // namespace tundish
