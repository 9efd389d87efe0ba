// Matrix products of AArch64; see gemm_block.h.
#pragma once

#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmNeon;

}  // namespace tundish::kernels
