// float32 convolutions through the kernels of this machine.
#ifndef TUNDISH_OPS_SUPPORT_CONV_FLOAT_H_
#define TUNDISH_OPS_SUPPORT_CONV_FLOAT_H_

#include "ir/exec_context.h"
#include "kernels/gemm_block.h"
#include "ops/support/conv_shape.h"
#include "tundish/result.h"

namespace tundish::ops {

struct FloatConv {
  const float* x = nullptr;
  const float* weights = nullptr;
  const float* packed = nullptr;       ///< by pack_conv_weights(), or null
  const float* transformed = nullptr;  ///< by transform_conv_weights(), or null
  float* y = nullptr;
  /// row_bias: one for each output channel. The residual has the shape of y.
  kernels::GemmEpilogue epilogue;
};

/// Constant weights for Winograd's algorithm; undefined where that would not be faster on images
/// of the sizes in `shape.plan`.
Result<Tensor> transform_conv_weights(const KernelTable& kernels, const ConvShape& shape,
                                      const Tensor& weights);

/// Constant weights in the order in which products read them; undefined where that is the one they
/// have. Only groups and sizes of the weights matter in `shape`.
Result<Tensor> pack_conv_weights(const KernelTable& kernels, const ConvShape& shape,
                                 const Tensor& weights);

/// False, with nothing done, where the kernels do not take the shape.
Result<bool> run_float_conv(ExecContext& context, const ConvShape& shape, const FloatConv& conv);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_CONV_FLOAT_H_
