// Matrix products of AArch64.
#include "kernels/neon/gemm.h"

#include <arm_neon.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_generic.inl.h"

#include "kernels/simd/vector_neon.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/gemm_tile.inl.h"

#include "kernels/simd/gemm_block.inl.h"

#include "kernels/simd/dense_layer.inl.h"

#include "kernels/simd/gemm_row.inl.h"

}  // namespace

const GemmKernels kGemmNeon = {kPanelVectors * VectorNeon::kLanes,
                               VectorNeon::kTileRows,
                               4,
                               run_block_of<VectorNeon>,
                               kRowBlock,
                               finish_block_of<VectorNeon>,
                               pack_panels<VectorNeon>,
                               kRowPanels* kPanelVectors* VectorNeon::kLanes,
                               kBesideRows<VectorNeon>,
                               multiply_row_of<VectorNeon>};

const DenseKernels kDenseNeon = kDenseOf<VectorNeon>;

}  // namespace tundish::kernels
