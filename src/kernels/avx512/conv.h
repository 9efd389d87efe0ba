// Kernels of convolutions of AVX-512; see conv_block.h.
#pragma once

#include "kernels/conv_block.h"

namespace tundish::kernels {

extern const ConvKernels kConvAvx512;

}  // namespace tundish::kernels
