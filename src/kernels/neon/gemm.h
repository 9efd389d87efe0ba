// Matrix products of AArch64; see gemm_block.h and dense_layer.h.
#pragma once

#include "kernels/dense_layer.h"
#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmNeon;
extern const DenseKernels kDenseNeon;

}  // namespace tundish::kernels
