// The plain kernel of convolutions: float32 and float64, any windows.
//
// It computes tiles of 4 output channels by a few neighbouring columns. Columns that are not
// neighbours in the image (strides) or lie outside it (padding) are laid out as neighbours first,
// row by row; no window is ever copied as a whole. Products are added up in an order that depends
// on the shapes alone: sums of a few hundred products, added one after the other.
#ifndef TUNDISH_OPS_SUPPORT_CONV_PLAIN_H_
#define TUNDISH_OPS_SUPPORT_CONV_PLAIN_H_

#include "ir/exec_context.h"
#include "ops/support/conv_shape.h"
#include "tundish/value.h"

namespace tundish::ops {

struct PlainConv {
  DType dtype = DType::kFloat32;  ///< kFloat32 or kFloat64
  const void* x = nullptr;
  const void* weights = nullptr;
  const void* packed = nullptr;  ///< by pack_plain_conv(), or null
  const void* bias = nullptr;    ///< or null
  void* y = nullptr;
};

/// Constant weights (float32 or float64) in the order the kernel reads them.
Result<Tensor> pack_plain_conv(const Tensor& weights, const ConvShape& shape);

Status run_plain_conv(ExecContext& context, ConvShape shape, const PlainConv& conv);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_CONV_PLAIN_H_
