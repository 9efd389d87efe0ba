// Functions of arrays and rows for AArch64; see vector.h.
#pragma once

#include "kernels/vector.h"

namespace tundish::kernels {

extern const VectorKernels kVectorNeon;

}  // namespace tundish::kernels
