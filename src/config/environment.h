// The one place that reads the environment.
#ifndef TUNDISH_CONFIG_ENVIRONMENT_H_
#define TUNDISH_CONFIG_ENVIRONMENT_H_

#include <string>

namespace tundish {

/// Value of an environment variable, empty when it is not set.
std::string environment_value(const char* name);

/// Instruction set that TUNDISH_FORCE_ISA asks for ("avx2"); empty = the best there is.
std::string forced_isa();

/// Path of ONNX Runtime's shared library, from TUNDISH_ORT_LIBRARY; empty = none is named.
std::string ort_library();

}  // namespace tundish

#endif  // TUNDISH_CONFIG_ENVIRONMENT_H_
