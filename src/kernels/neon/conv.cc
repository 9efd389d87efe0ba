// Kernels of convolutions of AArch64.
#include "kernels/neon/conv.h"

#include <arm_neon.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_generic.inl.h"

#include "kernels/simd/vector_neon.inl.h"

#include "kernels/simd/conv_patches.inl.h"

#include "kernels/simd/conv_rows.inl.h"

}  // namespace

const ConvKernels kConvNeon = {VectorNeon::kLanes,
                               pack_patches_of<VectorNeon>,
                               depthwise_rows_of<VectorNeon>,
                               winograd_input_of<VectorNeon>,
                               winograd_output_of<VectorNeon>,
                               split_of<VectorNeon>,
                               max_into_of<VectorNeon>,
                               add_into_of<VectorNeon>,
                               divide_of<VectorNeon>,
                               normalize_of<VectorNeon>,
                               lrn_of<VectorNeon>};

}  // namespace tundish::kernels
