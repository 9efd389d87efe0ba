// Matrix products of AVX-512; see gemm_block.h.
#pragma once

#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmAvx512;

}  // namespace tundish::kernels
