// Kernels of convolutions of the compiler's own vectors of four.
#include "kernels/generic/conv.h"

namespace tundish::kernels {
namespace {

#include "kernels/simd/vector_generic.inl.h"

#include "kernels/simd/conv_patches.inl.h"

#include "kernels/simd/conv_rows.inl.h"

}  // namespace

const ConvKernels kConvGeneric = {Vector4::kLanes,
                                  pack_patches_of<Vector4>,
                                  depthwise_rows_of<Vector4>,
                                  winograd_input_of<Vector4>,
                                  winograd_output_of<Vector4>,
                                  split_of<Vector4>,
                                  max_into_of<Vector4>,
                                  add_into_of<Vector4>,
                                  divide_of<Vector4>,
                                  normalize_of<Vector4>,
                                  lrn_of<Vector4>};

}  // namespace tundish::kernels
