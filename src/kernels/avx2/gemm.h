// Matrix products of AVX2 and FMA; see gemm_block.h and dense_layer.h.
#pragma once

#include "kernels/dense_layer.h"
#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmAvx2;
extern const DenseKernels kDenseAvx2;

}  // namespace tundish::kernels
