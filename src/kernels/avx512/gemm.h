// Matrix products of AVX-512; see gemm_block.h and dense_layer.h.
#pragma once

#include "kernels/dense_layer.h"
#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmAvx512;
extern const DenseKernels kDenseAvx512;

}  // namespace tundish::kernels
