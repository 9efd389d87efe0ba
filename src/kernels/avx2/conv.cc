// Kernels of convolutions of AVX2 and FMA.
#include "kernels/avx2/conv.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_avx2.inl.h"

#include "kernels/simd/conv_patches.inl.h"

#include "kernels/simd/conv_rows.inl.h"

}  // namespace

const ConvKernels kConvAvx2 = {Vector8::kLanes,
                               pack_patches_of<Vector8>,
                               depthwise_rows_of<Vector8>,
                               winograd_input_of<Vector8>,
                               winograd_output_of<Vector8>,
                               split_of<Vector8>,
                               max_into_of<Vector8>,
                               add_into_of<Vector8>,
                               divide_of<Vector8>,
                               normalize_of<Vector8>,
                               lrn_of<Vector8>};

}  // namespace tundish::kernels
