// Functions of arrays and rows for AVX-512.
#include "kernels/avx512/vector.h"

#include <immintrin.h>

#include "kernels/gemm_block.h"

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_avx512.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_twice.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/vector_elements.inl.h"

#include "kernels/simd/vector_rows.inl.h"

}  // namespace

const VectorKernels kVectorAvx512 = vector_kernels<Vector16>();

}  // namespace tundish::kernels
