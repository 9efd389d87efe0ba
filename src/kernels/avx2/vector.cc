// Functions of arrays and rows for AVX2 and FMA.
#include "kernels/avx2/vector.h"

#include <immintrin.h>

#include "kernels/gemm_block.h"

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_avx2.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_twice.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/vector_elements.inl.h"

#include "kernels/simd/vector_rows.inl.h"

}  // namespace

const VectorKernels kVectorAvx2 = vector_kernels<Vector8>();

}  // namespace tundish::kernels
