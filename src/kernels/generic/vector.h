// Functions of arrays and rows for every processor; see vector.h.
#pragma once

#include "kernels/vector.h"

namespace tundish::kernels {

extern const VectorKernels kVectorGeneric;

}  // namespace tundish::kernels
