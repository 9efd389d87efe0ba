// Shapes of convolutions: what Conv and the convolutions of quantized images have in common.
#ifndef TUNDISH_OPS_SUPPORT_CONV_SHAPE_H_
#define TUNDISH_OPS_SUPPORT_CONV_SHAPE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/op_def.h"
#include "ops/support/window.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

struct ConvShape {
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t group_inputs = 0;   ///< input channels of a group
  int64_t group_outputs = 0;  ///< output channels of a group
  int64_t taps = 0;
  WindowPlan plan;

  int64_t inputs() const { return groups * group_inputs; }
  int64_t outputs() const { return groups * group_outputs; }
  /// Of the answer.
  Shape out() const;
};

/// The windows of a node on images of `rank` axes, with the kernel of the weights where all of its
/// sizes are known; nothing when no kernel is known. `w` is null for weights of unknown rank.
Result<std::optional<WindowSpec>> known_windows(const Node& node, size_t rank,
                                                const std::vector<Dim>* w);

/// Shape of the convolution of input `x` with the weights at input `w`, as far as it is known.
Result<SymbolicShape> infer_conv_shape(const InferContext& context, size_t x, size_t w);

/// The convolution of an image and weights of these shapes. `spec` is what known_windows() gave, if
/// that was asked for before.
Result<ConvShape> conv_shape_of(const Node& node, const Shape& x, const Shape& w,
                                const WindowSpec* spec);

/// A kernel of one tap without strides or padding sees no neighbours: all axes become one.
void flatten_windows(WindowPlan& plan);

/// Taps of a kernel: the product of all sizes of the weights but the first two.
int64_t tap_count(const Shape& weights);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_CONV_SHAPE_H_
