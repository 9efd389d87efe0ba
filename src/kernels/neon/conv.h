// Kernels of convolutions of AArch64; see conv_block.h.
#pragma once

#include "kernels/conv_block.h"

namespace tundish::kernels {

extern const ConvKernels kConvNeon;

}  // namespace tundish::kernels
