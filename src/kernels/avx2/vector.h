// Functions of arrays and rows for AVX2 and FMA; see vector.h.
#pragma once

#include "kernels/vector.h"

namespace tundish::kernels {

extern const VectorKernels kVectorAvx2;

}  // namespace tundish::kernels
