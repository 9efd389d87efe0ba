// Matrix products for every processor; see gemm_block.h and dense_layer.h.
#pragma once

#include "kernels/dense_layer.h"
#include "kernels/gemm_block.h"

namespace tundish::kernels {

extern const GemmKernels kGemmGeneric;
extern const DenseKernels kDenseGeneric;

}  // namespace tundish::kernels
