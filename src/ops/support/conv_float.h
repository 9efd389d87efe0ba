// float32 convolutions through the kernels of this machine.
#ifndef TUNDISH_OPS_SUPPORT_CONV_FLOAT_H_
#define TUNDISH_OPS_SUPPORT_CONV_FLOAT_H_

#include "ir/exec_context.h"
#include "kernels/gemm_block.h"
#include "ops/support/conv_shape.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// How constant weights were made ready, which decides how they are used.
enum class ConvOrder : uint8_t {
  kPlain,      ///< not at all
  kProducts,   ///< in the order in which products of outputs by pixels read them
  kPixelRows,  ///< the same for products of pixels by outputs
  kWinograd,   ///< transformed for tiles of 4 x 4
};
struct ReadyWeights {
  ConvOrder order = ConvOrder::kPlain;
  Tensor values;
};

/// Weights that are constant, for images of the sizes in `shape.plan`; of any size when its rank is
/// 0.
Result<ReadyWeights> ready_conv_weights(const KernelTable& kernels, const ConvShape& shape,
                                        const Tensor& weights);

struct FloatConv {
  const float* x = nullptr;
  const float* weights = nullptr;
  const ReadyWeights* ready = nullptr;
  float* y = nullptr;
  /// row_bias: one for each output channel. The residual has the shape of y.
  kernels::GemmEpilogue epilogue;
};

/// False, with nothing done, where the kernels do not take the shape.
Result<bool> run_float_conv(ExecContext& context, const ConvShape& shape, const FloatConv& conv);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_CONV_FLOAT_H_
