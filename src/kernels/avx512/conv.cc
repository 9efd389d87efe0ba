// Kernels of convolutions of AVX-512.
#include "kernels/avx512/conv.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_avx512.inl.h"

#include "kernels/simd/conv_patches.inl.h"

#include "kernels/simd/conv_rows.inl.h"

}  // namespace

const ConvKernels kConvAvx512 = {Vector16::kLanes,
                                 pack_patches_of<Vector16>,
                                 depthwise_rows_of<Vector16>,
                                 winograd_input_of<Vector16>,
                                 winograd_output_of<Vector16>,
                                 split_of<Vector16>,
                                 max_into_of<Vector16>,
                                 add_into_of<Vector16>,
                                 divide_of<Vector16>,
                                 normalize_of<Vector16>,
                                 lrn_of<Vector16>};

}  // namespace tundish::kernels
