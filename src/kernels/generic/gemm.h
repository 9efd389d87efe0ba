// Matrix products for every processor; see gemm_block.h.
#pragma once

#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmGeneric;

}  // namespace tundish::kernels
