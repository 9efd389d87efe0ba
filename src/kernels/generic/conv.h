// Matrix products for every processor; see conv_block.h.
#pragma once

#include "kernels/conv_block.h"

namespace tundish::kernels {

extern const ConvKernels kConvGeneric;

}  // namespace tundish::kernels
