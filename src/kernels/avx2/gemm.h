// Matrix products of AVX2 and FMA; see gemm_block.h.
#pragma once

#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmAvx2;

}  // namespace tundish::kernels
