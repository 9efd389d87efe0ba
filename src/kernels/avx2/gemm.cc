// Matrix products of AVX2 and FMA.
#include "kernels/avx2/gemm.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_avx2.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/gemm_tile.inl.h"

#include "kernels/simd/gemm_block.inl.h"

#include "kernels/simd/dense_layer.inl.h"

#include "kernels/simd/gemm_row.inl.h"

}  // namespace

const GemmKernels kGemmAvx2 = {kPanelVectors * Vector8::kLanes,
                               Vector8::kTileRows,
                               24,
                               run_block_of<Vector8>,
                               kRowBlock,
                               finish_block_of<Vector8>,
                               pack_panels<Vector8>,
                               kRowPanels* kPanelVectors* Vector8::kLanes,
                               kBesideRows<Vector8>,
                               multiply_row_of<Vector8>};

const DenseKernels kDenseAvx2 = kDenseOf<Vector8>;

}  // namespace tundish::kernels
