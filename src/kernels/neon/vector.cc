// Functions of arrays and rows for AArch64.
#include "kernels/neon/vector.h"

#include <arm_neon.h>

#include "kernels/gemm_block.h"

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_generic.inl.h"

#include "kernels/simd/vector_neon.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_twice.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/vector_elements.inl.h"

#include "kernels/simd/vector_rows.inl.h"

}  // namespace

const VectorKernels kVectorNeon = vector_kernels<VectorNeon>();

}  // namespace tundish::kernels
