// Kernels of convolutions of AVX2 and FMA; see conv_block.h.
#pragma once

#include "kernels/conv_block.h"

namespace tundish::kernels {

extern const ConvKernels kConvAvx2;

}  // namespace tundish::kernels
