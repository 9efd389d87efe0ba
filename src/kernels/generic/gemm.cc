// Matrix products by the compiler's own vectors of four.
#include "kernels/generic/gemm.h"

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_generic.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/gemm_tile.inl.h"

#include "kernels/simd/gemm_block.inl.h"

#include "kernels/simd/dense_layer.inl.h"

#include "kernels/simd/gemm_row.inl.h"

}  // namespace

const GemmKernels kGemmGeneric = {kPanelVectors * Vector4::kLanes,
                                  Vector4::kTileRows,
                                  4,
                                  run_block_of<Vector4>,
                                  kRowBlock,
                                  finish_block_of<Vector4>,
                                  pack_panels<Vector4>,
                                  kRowPanels* kPanelVectors* Vector4::kLanes,
                                  kBesideRows<Vector4>,
                                  multiply_row_of<Vector4>};

const DenseKernels kDenseGeneric = kDenseOf<Vector4>;

}  // namespace tundish::kernels
