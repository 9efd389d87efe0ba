// Functions of arrays and rows for AVX-512; see vector.h.
#pragma once

#include "kernels/vector.h"

namespace tundish::kernels {

extern const VectorKernels kVectorAvx512;

}  // namespace tundish::kernels
