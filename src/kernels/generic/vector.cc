// Functions of arrays and rows for every processor.
#include "kernels/generic/vector.h"

#include "kernels/gemm_block.h"

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_generic.inl.h"

#include "kernels/simd/vector_tables.inl.h"

#include "kernels/simd/vector_twice.inl.h"

#include "kernels/simd/vector_math.inl.h"

#include "kernels/simd/vector_elements.inl.h"

#include "kernels/simd/vector_rows.inl.h"

}  // namespace

const VectorKernels kVectorGeneric = vector_kernels<Vector4>();

}  // namespace tundish::kernels
