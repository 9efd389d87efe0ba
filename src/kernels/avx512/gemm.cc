// Matrix products of AVX-512.
#include "kernels/avx512/gemm.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_avx512.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/gemm_tile.inl.h"

#include "kernels/simd/gemm_block.inl.h"

#include "kernels/simd/dense_layer.inl.h"

#include "kernels/simd/gemm_row.inl.h"

}  // namespace

const GemmKernels kGemmAvx512 = {kPanelVectors * Vector16::kLanes,
                                 Vector16::kTileRows,
                                 64,
                                 run_block_of<Vector16>,
                                 kRowBlock,
                                 finish_block_of<Vector16>,
                                 pack_panels<Vector16>,
                                 kRowPanels* kPanelVectors* Vector16::kLanes,
                                 kBesideRows<Vector16>,
                                 multiply_row_of<Vector16>};

const DenseKernels kDenseAvx512 = kDenseOf<Vector16>;

}  // namespace tundish::kernels
